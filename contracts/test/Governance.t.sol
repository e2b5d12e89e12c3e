// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Governed} from "./utils/Governed.sol";
import {SmartWallet} from "./utils/Wallets.sol";

/// @notice Something that only the timelock may change.
contract Dial {
    error NotTimelock(address caller);

    address private immutable TIMELOCK;
    uint256 public value;

    constructor(address timelock) {
        TIMELOCK = timelock;
    }

    function turn(uint256 newValue) external {
        if (msg.sender != TIMELOCK) revert NotTimelock(msg.sender);
        value = newValue;
    }
}

contract GovernanceTest is Governed {
    uint256 private constant KEY = 0xB0B;
    Dial private dial;
    uint256 private proposalId;

    function setUp() public {
        setUpGovernance();
        dial = new Dial(address(timelock));
    }

    function _propose() private {
        proposalId = propose(address(dial), 0, abi.encodeCall(Dial.turn, (7)), "turn it to 7");
    }

    function _expectState(IGovernor.ProposalState current, bytes32 allowed) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector, proposalId, current, allowed
            )
        );
    }

    function _bit(IGovernor.ProposalState state) private pure returns (bytes32) {
        return bytes32(1 << uint8(state));
    }

    function test_aProposalIsProposedVotedQueuedAndExecuted() public {
        _propose();
        assertState(proposalId, IGovernor.ProposalState.Pending);
        assertTrue(governor.proposalNeedsQueuing(proposalId));
        pass(VOTING_DELAY_S + 1);
        assertState(proposalId, IGovernor.ProposalState.Active);
        vote(voter, proposalId, FOR);
        vote(minority, proposalId, AGAINST);
        pass(VOTING_PERIOD_S);
        assertState(proposalId, IGovernor.ProposalState.Succeeded);
        governor.queue(proposalId);
        assertState(proposalId, IGovernor.ProposalState.Queued);
        assertEq(governor.proposalEta(proposalId), timeS + TIMELOCK_S);
        bytes32 operation = _operation();
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                operation,
                _bit(IGovernor.ProposalState.Canceled)
            )
        );
        governor.execute(proposalId);
        pass(TIMELOCK_S);
        governor.execute(proposalId);
        assertEq(dial.value(), 7);
        assertState(proposalId, IGovernor.ProposalState.Executed);
        _expectState(IGovernor.ProposalState.Executed, _bit(IGovernor.ProposalState.Queued));
        governor.execute(proposalId);
    }

    /// @dev The proposal as the timelock names it.
    function _operation() private view returns (bytes32) {
        (address[] memory targets, uint256[] memory values, bytes[] memory datas, bytes32 why) =
            governor.proposalDetails(proposalId);
        bytes32 salt = bytes32(bytes20(address(governor))) ^ why;
        return timelock.hashOperationBatch(targets, values, datas, 0, salt);
    }

    function test_theTreasuryPaysOnlyByDecision() public {
        vm.deal(address(timelock), 5 ether);
        decide(user(5), 2 ether, "", "a grant");
        assertEq(user(5).balance, 2 ether);
        assertEq(address(timelock).balance, 3 ether);
    }

    function test_governanceChangesItsOwnRules() public {
        decide(
            address(governor), 0, abi.encodeCall(governor.setProposalThreshold, (1 ether)), "lower"
        );
        assertEq(governor.proposalThreshold(), 1 ether);
        decide(address(timelock), 0, abi.encodeCall(timelock.updateDelay, (3 days)), "slower");
        assertEq(timelock.getMinDelay(), 3 days);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, address(this))
        );
        governor.setProposalThreshold(0);
    }

    function testFuzz_nobodyElseHasPowerOverTheTimelock(address stranger) public {
        vm.assume(stranger != address(governor) && stranger != address(timelock));
        bytes32[4] memory roles = [
            timelock.DEFAULT_ADMIN_ROLE(),
            timelock.PROPOSER_ROLE(),
            timelock.EXECUTOR_ROLE(),
            timelock.CANCELLER_ROLE()
        ];
        for (uint256 index = 0; index < 4; ++index) {
            assertTrue(!timelock.hasRole(roles[index], stranger));
            assertTrue(!timelock.hasRole(roles[index], address(0)));
            assertTrue(timelock.hasRole(roles[index], address(governor)) == (index != 0));
        }
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, roles[1]
            )
        );
        vm.prank(stranger);
        timelock.schedule(address(dial), 0, "", 0, 0, TIMELOCK_S);
    }

    function test_whatIsQueuedCannotBeExecutedPastTheGovernor() public {
        _propose();
        pass(VOTING_DELAY_S + 1);
        vote(voter, proposalId, FOR);
        pass(VOTING_PERIOD_S);
        governor.queue(proposalId);
        pass(TIMELOCK_S);
        (address[] memory targets, uint256[] memory values, bytes[] memory datas, bytes32 why) =
            governor.proposalDetails(proposalId);
        bytes32 salt = bytes32(bytes20(address(governor))) ^ why;
        bytes32 role = timelock.EXECUTOR_ROLE();
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, voter, role
            )
        );
        vm.prank(voter);
        timelock.executeBatch(targets, values, datas, 0, salt);
    }

    function testFuzz_quorumIsAPartOfTheWholeSupply(uint96 moreWei) public {
        giveVotes(user(3), moreWei);
        pass(1);
        assertEq(
            governor.quorum(timeS - 1), (1_000_000 ether + uint256(moreWei)) * QUORUM_PERCENT / 100
        );
    }

    function test_withoutQuorumAMajorityDecidesNothing() public {
        giveVotes(user(3), 2_000_000 ether);
        giveVotes(user(4), 60_000 ether);
        pass(1);
        _propose();
        pass(VOTING_DELAY_S + 1);
        // 60,000 of 3,060,000 are below 4 %.
        vote(user(4), proposalId, FOR);
        pass(VOTING_PERIOD_S);
        assertState(proposalId, IGovernor.ProposalState.Defeated);
        _expectState(IGovernor.ProposalState.Defeated, _bit(IGovernor.ProposalState.Succeeded));
        governor.queue(proposalId);
    }

    function test_proposingNeedsVotesOfAnEarlierSecond() public {
        giveVotes(user(3), THRESHOLD_WEI);
        (address[] memory targets, uint256[] memory values, bytes[] memory datas) =
            actions(address(dial), 0, abi.encodeCall(Dial.turn, (1)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, user(3), 0, THRESHOLD_WEI
            )
        );
        vm.prank(user(3));
        governor.propose(targets, values, datas, "borrowed");
        pass(1);
        vm.prank(user(3));
        governor.propose(targets, values, datas, "owned");
    }

    /// @notice Whatever is borrowed, voted and given back within one transaction counts nothing.
    function testFuzz_aFlashLoanHasNoVote(uint96 loan, uint32 afterS) public {
        uint256 loanWei = bound(loan, THRESHOLD_WEI, type(uint96).max);
        _propose();
        uint256 snapshotS = governor.proposalSnapshot(proposalId);
        // At the second of the snapshot, and at any later one.
        pass(snapshotS - timeS);
        _borrow(loanWei, false);
        pass(1 + bound(afterS, 0, VOTING_PERIOD_S - 2));
        _borrow(loanWei, true);
        (uint256 against, uint256 inFavour, uint256 abstaining) = governor.proposalVotes(proposalId);
        assertEq(against + inFavour + abstaining, 0);
    }

    function _borrow(uint256 loanWei, bool voting) private {
        address borrower = user(66);
        giveVotes(borrower, loanWei);
        if (voting) vote(borrower, proposalId, FOR);
        vm.prank(borrower);
        gopen.withdrawNative(loanWei);
        assertEq(borrower.balance, loanWei);
    }

    function test_aLateQuorumGivesTheOthersTime() public {
        _propose();
        pass(VOTING_DELAY_S + 1);
        uint256 deadlineS = governor.proposalDeadline(proposalId);
        pass(deadlineS - timeS - 60);
        vote(minority, proposalId, FOR);
        assertEq(governor.proposalDeadline(proposalId), timeS + LATE_QUORUM_S);
        pass(LATE_QUORUM_S);
        vote(voter, proposalId, AGAINST);
        pass(1);
        assertState(proposalId, IGovernor.ProposalState.Defeated);
        assertEq(governor.proposalDeadline(proposalId), timeS - 1);
    }

    function test_anEarlyQuorumExtendsNothing() public {
        _propose();
        uint256 deadlineS = governor.proposalDeadline(proposalId);
        pass(VOTING_DELAY_S + 1);
        vote(voter, proposalId, ABSTAIN);
        vote(minority, proposalId, FOR);
        assertEq(governor.proposalDeadline(proposalId), deadlineS);
        pass(deadlineS - timeS + 1);
        assertState(proposalId, IGovernor.ProposalState.Succeeded);
    }

    function test_theProposerCancelsUntilTheVoteBegins() public {
        _propose();
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, minority)
        );
        vm.prank(minority);
        governor.cancel(proposalId);
        vm.prank(voter);
        governor.cancel(proposalId);
        assertState(proposalId, IGovernor.ProposalState.Canceled);
        proposalId = propose(address(dial), 0, abi.encodeCall(Dial.turn, (8)), "turn it to 8");
        pass(VOTING_DELAY_S + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, voter)
        );
        vm.prank(voter);
        governor.cancel(proposalId);
    }

    /// @notice What is queued can be called off by another decision only.
    function test_governanceCallsOffWhatIsQueued() public {
        _propose();
        pass(VOTING_DELAY_S + 1);
        vote(voter, proposalId, FOR);
        pass(VOTING_PERIOD_S);
        governor.queue(proposalId);
        bytes32 operation = _operation();
        vm.prank(address(governor));
        timelock.cancel(operation);
        assertState(proposalId, IGovernor.ProposalState.Canceled);
    }

    function testFuzz_whatNobodyQueuesExpires(uint32 moreS) public {
        _propose();
        pass(VOTING_DELAY_S + 1);
        vote(voter, proposalId, FOR);
        pass(governor.proposalDeadline(proposalId) - timeS + governor.GRACE_S());
        assertState(proposalId, IGovernor.ProposalState.Succeeded);
        pass(1 + uint256(moreS));
        assertState(proposalId, IGovernor.ProposalState.Expired);
        _expectState(IGovernor.ProposalState.Expired, _bit(IGovernor.ProposalState.Succeeded));
        governor.queue(proposalId);
    }

    function testFuzz_whatNobodyExecutesExpires(uint32 moreS) public {
        _propose();
        pass(VOTING_DELAY_S + 1);
        vote(voter, proposalId, FOR);
        pass(VOTING_PERIOD_S);
        governor.queue(proposalId);
        pass(TIMELOCK_S + governor.GRACE_S());
        assertState(proposalId, IGovernor.ProposalState.Queued);
        pass(1 + uint256(moreS));
        assertState(proposalId, IGovernor.ProposalState.Expired);
        _expectState(IGovernor.ProposalState.Expired, _bit(IGovernor.ProposalState.Queued));
        governor.execute(proposalId);
        assertEq(dial.value(), 0);
    }

    function testFuzz_keysAndContractsVoteBySignature(bool contractWallet) public {
        address account = wallets.addr(KEY);
        if (contractWallet) account = address(new SmartWallet(account));
        giveVotes(account, 50_000 ether);
        pass(1);
        _propose();
        pass(VOTING_DELAY_S + 1);
        bytes32 ballot = keccak256(
            abi.encode(
                keccak256("Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)"),
                proposalId,
                FOR,
                account,
                0
            )
        );
        bytes memory signature = sign(KEY, typed("OpenGovernor", address(governor), ballot));
        governor.castVoteBySig(proposalId, FOR, account, signature);
        (, uint256 inFavour,) = governor.proposalVotes(proposalId);
        assertEq(inFavour, 50_000 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, account)
        );
        governor.castVoteBySig(proposalId, FOR, account, signature);
    }
}
