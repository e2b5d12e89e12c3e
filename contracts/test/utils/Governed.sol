// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GOPEN} from "../../src/GOPEN.sol";
import {OpenGovernor} from "../../src/OpenGovernor.sol";
import {Timelock} from "../../src/Timelock.sol";
import {WOPEN} from "../../src/WOPEN.sol";
import {WalletTest} from "./Wallets.sol";

/// @notice Base of tests in which GOPEN's holders decide: the whole of governance, deployed as an
/// operator would, and two voters of whom the first has 90 % of all votes.
abstract contract Governed is WalletTest {
    uint48 internal constant VOTING_DELAY_S = 1 days;
    uint32 internal constant VOTING_PERIOD_S = 14 days;
    uint48 internal constant LATE_QUORUM_S = 2 days;
    uint256 internal constant TIMELOCK_S = 2 days;
    uint256 internal constant THRESHOLD_WEI = 100 ether;
    uint256 internal constant QUORUM_PERCENT = 4;
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    Timelock internal timelock;
    WOPEN internal wopen;
    GOPEN internal gopen;
    OpenGovernor internal governor;
    address internal voter = user(100);
    address internal minority = user(101);
    /// @dev The clock, kept here because the compiler may reuse an older `block.timestamp`.
    uint256 internal timeS = 1_800_000_000;

    function setUpGovernance() internal {
        vm.warp(timeS);
        address predicted =
            wallets.computeCreateAddress(address(this), wallets.getNonce(address(this)) + 3);
        timelock = new Timelock(TIMELOCK_S, predicted);
        wopen = new WOPEN();
        gopen = new GOPEN(wopen);
        governor = new OpenGovernor(
            gopen,
            timelock,
            VOTING_DELAY_S,
            VOTING_PERIOD_S,
            THRESHOLD_WEI,
            QUORUM_PERCENT,
            LATE_QUORUM_S
        );
        assertEq(address(governor), predicted);
        giveVotes(voter, 900_000 ether);
        giveVotes(minority, 100_000 ether);
        pass(1);
    }

    function giveVotes(address account, uint256 amountWei) internal {
        vm.deal(account, amountWei);
        vm.prank(account);
        gopen.depositNative{value: amountWei}();
        vm.prank(account);
        gopen.delegate(account);
    }

    function pass(uint256 seconds_) internal {
        timeS += seconds_;
        vm.warp(timeS);
    }

    function actions(address target, uint256 valueWei, bytes memory data)
        internal
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory datas)
    {
        (targets, values, datas) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], values[0], datas[0]) = (target, valueWei, data);
    }

    function propose(address target, uint256 valueWei, bytes memory data, string memory why)
        internal
        returns (uint256)
    {
        (address[] memory targets, uint256[] memory values, bytes[] memory datas) =
            actions(target, valueWei, data);
        vm.prank(voter);
        return governor.propose(targets, values, datas, why);
    }

    function vote(address account, uint256 proposalId, uint8 support) internal {
        vm.prank(account);
        governor.castVote(proposalId, support);
    }

    function assertState(uint256 proposalId, IGovernor.ProposalState expected) internal view {
        assertEq(uint256(governor.state(proposalId)), uint256(expected));
    }

    /// @notice A whole proposal: proposed, voted, queued, waited for, executed.
    function decide(address target, uint256 valueWei, bytes memory data, string memory why)
        internal
        returns (uint256 proposalId)
    {
        proposalId = propose(target, valueWei, data, why);
        pass(VOTING_DELAY_S + 1);
        vote(voter, proposalId, FOR);
        pass(VOTING_PERIOD_S);
        governor.queue(proposalId);
        pass(TIMELOCK_S);
        governor.execute(proposalId);
    }
}
