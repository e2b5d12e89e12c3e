// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Contributions} from "../src/Contributions.sol";
import {IContributions} from "../src/interfaces/IContributions.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {Registries} from "./utils/Registries.sol";
import {SmartWallet} from "./utils/Wallets.sol";

/// @notice The two numbers that contributions read.
contract FixedParameters {
    mapping(IParameters.Key => uint128) public value;

    function set(IParameters.Key key, uint128 newValue) external {
        value[key] = newValue;
    }
}

contract ContributionsTest is Registries {
    uint128 private constant BOND_WEI = 1 ether;
    uint128 private constant DEADLINE_S = 1 hours;
    bytes32 private constant ROOT = keccak256("batch");
    bytes32 private constant SALT = keccak256("salt");
    uint32 private constant RECORDS = 12;

    FixedParameters private parameters;
    Contributions private contributions;
    address private author = user(20);
    address private observer = user(21);
    address private treasury = user(22);
    uint256 private timeS = 1_800_000_000;
    uint256 private blockNumber = 100;

    function setUp() public {
        vm.warp(timeS);
        wallets.roll(blockNumber);
        setUpRegistries(user(9));
        register();
        parameters = new FixedParameters();
        parameters.set(IParameters.Key.CommitmentBondWei, BOND_WEI);
        parameters.set(IParameters.Key.RevealDeadlineS, DEADLINE_S);
        contributions = new Contributions(IParameters(address(parameters)), datanets, treasury);
    }

    function _pass(uint256 seconds_) private {
        timeS += seconds_;
        ++blockNumber;
        vm.warp(timeS);
        wallets.roll(blockNumber);
    }

    function _commitment(address who) private view returns (bytes32) {
        return contributions.commitmentOf(who, DATANET, ROOT, RECORDS, SALT);
    }

    function _send(address who, bytes32 commitment) private {
        vm.deal(who, who.balance + BOND_WEI);
        vm.prank(who);
        contributions.commit{value: BOND_WEI}(commitment);
    }

    function _commit(address who) private {
        _send(who, _commitment(who));
    }

    function _reveal(address who) private {
        vm.prank(who);
        contributions.reveal(DATANET, ROOT, RECORDS, SALT);
    }

    function _first() private view returns (address contributor) {
        (contributor,,) = contributions.first(ROOT);
    }

    function test_aBatchIsCommittedRevealedAndItsBondReturned() public {
        bytes32 commitment = _commitment(author);
        uint64 deadlineS = uint64(timeS + DEADLINE_S);
        vm.deal(author, BOND_WEI);
        vm.expectEmit(true, true, true, true);
        emit IContributions.Committed(author, commitment, 1, BOND_WEI, deadlineS);
        vm.prank(author);
        contributions.commit{value: BOND_WEI}(commitment);
        (uint64 number, uint64 committedS, uint64 untilS, uint128 bondWei) =
            contributions.commitmentState(author, commitment);
        assertEq(number, 1);
        assertEq(committedS, timeS);
        assertEq(untilS, deadlineS);
        assertEq(bondWei, BOND_WEI);
        _pass(DEADLINE_S);
        vm.expectEmit(true, true, true, true);
        emit IContributions.Revealed(author, DATANET, ROOT, RECORDS, committedS, 1);
        vm.expectEmit(true, true, true, true);
        emit IContributions.FirstChanged(ROOT, author, DATANET);
        _reveal(author);
        (address contributor, uint64 sinceS, bytes32 datanetId) = contributions.first(ROOT);
        assertEq(contributor, author);
        assertEq(sinceS, committedS);
        assertEq(datanetId, DATANET);
        assertEq(author.balance, BOND_WEI);
        assertEq(contributions.bondsWei(), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IContributions.CommitmentUnknown.selector, author, commitment)
        );
        _reveal(author);
    }

    /// @notice An observer sees the reveal on its way and gets everything of its own before it: a
    /// commitment, even a reveal in a later block. It is still not the first.
    function testFuzz_whoCopiesARevealIsNeverTheFirst(uint16 waitS, bool observerRevealsFirst)
        public
    {
        _commit(author);
        _pass(waitS);
        // The author's reveal is in the mempool; the observer may do as it likes with what it says.
        _commit(observer);
        vm.expectRevert(abi.encodeWithSelector(IContributions.RevealTooEarly.selector, blockNumber));
        _reveal(observer);
        vm.expectRevert(
            abi.encodeWithSelector(
                IContributions.CommitmentUnknown.selector,
                user(23),
                contributions.commitmentOf(user(23), DATANET, ROOT, RECORDS, SALT)
            )
        );
        _reveal(user(23));
        if (observerRevealsFirst && waitS < DEADLINE_S) {
            _pass(1);
            _reveal(observer);
            assertEq(_first(), observer);
        }
        if (waitS > DEADLINE_S) return;
        _reveal(author);
        assertEq(_first(), author);
        _pass(1);
        if (!observerRevealsFirst) _reveal(observer);
        assertEq(_first(), author);
    }

    function test_aCopiedCommitmentBlocksNobody() public {
        bytes32 commitment = _commitment(author);
        _send(observer, commitment);
        _send(author, commitment);
        _pass(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IContributions.CommitmentUnknown.selector, observer, _commitment(observer)
            )
        );
        _reveal(observer);
        _reveal(author);
        assertEq(_first(), author);
    }

    /// @notice Two commitments in one second, in one block: the chain's order decides.
    function testFuzz_tiesAreDecidedByTheChainsOrder(bool authorCommitsFirst, bool authorReveals)
        public
    {
        _commit(authorCommitsFirst ? author : observer);
        _commit(authorCommitsFirst ? observer : author);
        _pass(1);
        _reveal(authorReveals ? author : observer);
        _reveal(authorReveals ? observer : author);
        assertEq(_first(), authorCommitsFirst ? author : observer);
    }

    function test_theBondMustBeExact() public {
        vm.deal(author, 3 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IContributions.WrongBond.selector, BOND_WEI - 1, BOND_WEI)
        );
        vm.prank(author);
        contributions.commit{value: BOND_WEI - 1}("c");
        vm.expectRevert(
            abi.encodeWithSelector(IContributions.WrongBond.selector, BOND_WEI + 1, BOND_WEI)
        );
        vm.prank(author);
        contributions.commit{value: BOND_WEI + 1}("c");
        _send(author, "c");
        vm.deal(author, BOND_WEI);
        vm.expectRevert(
            abi.encodeWithSelector(IContributions.CommitmentOpen.selector, author, bytes32("c"))
        );
        vm.prank(author);
        contributions.commit{value: BOND_WEI}("c");
    }

    function testFuzz_pastTheDeadlineTheBondIsTheTreasurys(uint32 lateS) public {
        _commit(author);
        bytes32 commitment = _commitment(author);
        uint64 deadlineS = uint64(timeS + DEADLINE_S);
        _pass(DEADLINE_S);
        vm.expectRevert(
            abi.encodeWithSelector(IContributions.DeadlineNotReached.selector, deadlineS)
        );
        contributions.forfeit(author, commitment);
        _pass(1 + uint256(lateS));
        vm.expectRevert(abi.encodeWithSelector(IContributions.RevealTooLate.selector, deadlineS));
        _reveal(author);
        vm.expectEmit(true, true, true, true);
        emit IContributions.Forfeited(author, commitment, BOND_WEI);
        vm.prank(observer);
        contributions.forfeit(author, commitment);
        assertEq(treasury.balance, BOND_WEI);
        assertEq(address(contributions).balance, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IContributions.CommitmentUnknown.selector, author, commitment)
        );
        contributions.forfeit(author, commitment);
    }

    /// @notice What governance changes holds for later commitments only.
    function test_anOpenCommitmentKeepsItsTerms() public {
        _commit(author);
        parameters.set(IParameters.Key.CommitmentBondWei, 7);
        parameters.set(IParameters.Key.RevealDeadlineS, 1);
        _pass(DEADLINE_S);
        _reveal(author);
        assertEq(author.balance, BOND_WEI);
    }

    function test_emptyBatchesAndUnknownDatanetsAreRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IContributions.BatchEmpty.selector));
        contributions.reveal(DATANET, ROOT, 0, SALT);
        vm.expectRevert(abi.encodeWithSelector(IContributions.BatchEmpty.selector));
        contributions.reveal(DATANET, 0, 1, SALT);
        _send(author, contributions.commitmentOf(author, "x", ROOT, RECORDS, SALT));
        _pass(1);
        vm.expectRevert(
            abi.encodeWithSelector(IContributions.DatanetUnknown.selector, bytes32("x"))
        );
        vm.prank(author);
        contributions.reveal("x", ROOT, RECORDS, SALT);
    }

    function test_whoRefusesItsBondKeepsItsCommitment() public {
        SmartWallet wallet = new SmartWallet(author);
        _commit(address(wallet));
        wallet.close();
        _pass(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IContributions.TransferFailed.selector, address(wallet), BOND_WEI
            )
        );
        _reveal(address(wallet));
        assertEq(_first(), address(0));
        assertEq(contributions.bondsWei(), BOND_WEI);
    }
}
