// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Contributions} from "../src/Contributions.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {FixedParameters} from "./Contributions.t.sol";
import {Governed} from "./utils/Governed.sol";
import {Registries} from "./utils/Registries.sol";

/// @notice What votes, tokens and registrations cost, all in: 21,000, calldata and execution, every
/// call in a transaction of its own. `.gas-snapshot` holds the figures; these are the bounds.
/// forge-config: default.isolate = true
contract GovernanceGasTest is Governed, Registries {
    Contributions private contributions;

    function setUp() public {
        setUpGovernance();
        setUpRegistries(address(timelock));
        FixedParameters parameters = new FixedParameters();
        parameters.set(IParameters.Key.RevealDeadlineS, 1 hours);
        contributions =
            new Contributions(IParameters(address(parameters)), datanets, address(timelock));
    }

    function _assertAtMost(uint256 most) private view {
        uint256 used = vm.lastCallGas().gasTotalUsed;
        if (used > most) revert NotEqual(used, most);
    }

    function test_movingWrappedTokens() public {
        vm.deal(user(1), 2 ether);
        vm.prank(user(1));
        wopen.deposit{value: 2 ether}();
        vm.prank(user(1));
        wopen.transfer(voter, 1 ether);
        vm.prank(user(1));
        wopen.transfer(voter, 0.5 ether);
        _assertAtMost(37_000);
    }

    function test_votingAndDeciding() public {
        uint256 proposalId =
            propose(address(timelock), 0, abi.encodeCall(timelock.updateDelay, (3 days)), "slower");
        _assertAtMost(330_000);
        pass(VOTING_DELAY_S + 1);
        vote(minority, proposalId, FOR);
        vote(voter, proposalId, FOR);
        _assertAtMost(80_000);
        pass(VOTING_PERIOD_S);
        governor.queue(proposalId);
        _assertAtMost(180_000);
        pass(TIMELOCK_S);
        governor.execute(proposalId);
        _assertAtMost(130_000);
    }

    function test_registeringADatanet() public {
        register();
        _assertAtMost(135_000);
    }

    function test_anchoringAnAdapter() public {
        register();
        bytes32 snapshotId = anchor(0);
        _assertAtMost(165_000);
        vm.prank(host);
        adapters.anchorAdapter(sampleAdapter(snapshotId, owner));
        _assertAtMost(290_000);
    }

    function test_contributingFirst() public {
        register();
        bytes32 commitment = contributions.commitmentOf(owner, DATANET, "root", 1, "salt");
        vm.prank(owner);
        contributions.commit(commitment);
        _assertAtMost(110_000);
        wallets.roll(block.number + 1);
        vm.prank(owner);
        contributions.reveal(DATANET, "root", 1, "salt");
        _assertAtMost(110_000);
    }
}
