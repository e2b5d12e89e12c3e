// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";

import {IParameters} from "../src/interfaces/IParameters.sol";
import {IPayouts} from "../src/interfaces/IPayouts.sol";
import {Payout} from "../src/types/Records.sol";
import {Economy} from "./utils/Economy.sol";
import {SumTree} from "./utils/SumTree.sol";

/// @notice Refuses money.
contract Refuser {}

/// @notice Burns all gas that it is given.
contract Burner {
    receive() external payable {
        while (true) {}
    }
}

/// @notice Takes its payment and calls again from within.
contract Reentrant {
    address private immutable TARGET;
    bytes private again;
    bool public wasRefused;

    constructor(address target) {
        TARGET = target;
    }

    function arm(bytes calldata call) external {
        again = call;
    }

    receive() external payable {
        (bool done,) = TARGET.call(again);
        wasRefused = !done;
    }
}

contract PayoutsTest is Economy {
    function setUp() public {
        deployEconomy();
    }

    function _activate() private {
        postNext();
        pass(WINDOW_S);
    }

    function testFuzz_everyAccountIsPaidOnce(uint96[5] memory shares) public {
        uint256 sumWei = 0;
        for (uint256 index = 0; index < 5; ++index) {
            uint128 amountWei = uint128(bound(shares[index], 1, type(uint96).max));
            earn(user(index), amountWei);
            sumWei += amountWei;
        }
        fund(sumWei);
        _activate();
        for (uint256 index = 0; index < 5; ++index) {
            IPayouts.Entitlement memory proven = entitlement(index);
            payouts.claim(proven);
            assertEq(accounts[index].balance, amountsWei[index]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPayouts.NothingToClaim.selector, accounts[index], amountsWei[index]
                )
            );
            payouts.claim(proven);
        }
        assertEq(address(payouts).balance, BOND_WEI);
        assertEq(payouts.claimedTotalWei(), sumWei);
    }

    function testFuzz_laterPeriodsPayTheDifference(uint96 first, uint96 second) public {
        uint128 firstWei = uint128(bound(first, 1, type(uint96).max));
        uint128 secondWei = uint128(bound(second, 1, type(uint96).max));
        earn(user(0), firstWei);
        fund(uint256(firstWei) + secondWei);
        _activate();
        payouts.claim(entitlement(0));
        amountsWei[0] = firstWei + secondWei;
        _activate();
        payouts.claim(entitlement(0));
        assertEq(user(0).balance, uint256(firstWei) + secondWei);
        assertEq(payouts.posted(), 2);
    }

    function testFuzz_nothingIsPaidBeforeTheWindowIsOver(uint32 wait) public {
        uint256 waitS = bound(wait, 0, WINDOW_S - 1);
        earn(user(0), 70);
        fund(70);
        postNext();
        IPayouts.Entitlement memory proven = entitlement(0);
        pass(waitS);
        assertStatus(1, IPayouts.Status.Pending);
        assertActive(0);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongProof.selector, user(0), 0));
        payouts.claim(proven);
        pass(WINDOW_S - waitS);
        assertStatus(1, IPayouts.Status.Active);
        assertActive(1);
        payouts.claim(proven);
        assertEq(user(0).balance, 70);
    }

    function testFuzz_aWrongAmountIsRefused(uint128 claimed) public {
        vm.assume(claimed != 70);
        earn(user(0), 70);
        earn(user(1), 30);
        fund(100);
        _activate();
        IPayouts.Entitlement memory wrong = entitlement(0);
        wrong.cumulativeWei = claimed;
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongProof.selector, user(0), 0));
        payouts.claim(wrong);
        (wrong.account, wrong.cumulativeWei) = (user(1), 70);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongProof.selector, user(1), 0));
        payouts.claim(wrong);
    }

    function testFuzz_anotherChainsProofIsRefused(uint32 chainId) public {
        vm.assume(chainId != 0 && chainId != block.chainid);
        earn(user(0), 70);
        fund(70);
        _activate();
        IPayouts.Entitlement memory proven = entitlement(0);
        vm.chainId(chainId);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongProof.selector, user(0), 0));
        payouts.claim(proven);
    }

    /// @notice A tree whose leaves sum to more than the posted total proves nothing.
    function testFuzz_aTreeAboveItsTotalPaysNothing(uint64 more) public {
        vm.assume(more > 0);
        earn(user(0), 70);
        earn(user(1), 30 + uint128(more));
        fund(100);
        (bytes32 root,) = SumTree.root(leaves());
        post(payoutOf(root, 100, 0));
        pass(WINDOW_S);
        IPayouts.Entitlement[] memory all = entitlements();
        for (uint256 index = 0; index < 2; ++index) {
            vm.expectRevert(
                abi.encodeWithSelector(IPayouts.WrongProof.selector, accounts[index], index)
            );
            payouts.claim(all[index]);
        }
    }

    /// @notice Even roots that take from one account what it was paid and give it to another.
    function test_twoRootsCannotPayMoreThanTheTotal() public {
        earn(user(0), 70);
        earn(user(1), 30);
        fund(100);
        _activate();
        payouts.claim(entitlement(0));
        (amountsWei[0], amountsWei[1]) = (0, 100);
        _activate();
        IPayouts.Entitlement memory proven = entitlement(1);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.AboveTotal.selector, user(1), 100));
        payouts.claim(proven);
    }

    function testFuzz_onlyThePosterPosts(address stranger) public {
        vm.assume(stranger != poster);
        Payout memory payout = payoutOf(0, 0, 0);
        vm.deal(stranger, BOND_WEI);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NotPoster.selector, stranger));
        vm.prank(stranger);
        payouts.post{value: BOND_WEI}(payout, 0);
    }

    function testFuzz_theBondIsExact(uint96 bond) public {
        vm.assume(bond != BOND_WEI);
        Payout memory payout = payoutOf(0, 0, 0);
        vm.deal(poster, bond);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongBond.selector, BOND_WEI, bond));
        vm.prank(poster);
        payouts.post{value: bond}(payout, 0);
    }

    function test_postingIsPausedAndClaimsAreNot() public {
        earn(user(0), 70);
        fund(70);
        _activate();
        vm.prank(guardian);
        parameters.pause();
        Payout memory payout = nextPayout(0);
        vm.deal(poster, BOND_WEI);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.PostingPaused.selector));
        vm.prank(poster);
        payouts.post{value: BOND_WEI}(payout, 0);
        payouts.claim(entitlement(0));
        assertEq(user(0).balance, 70);
        pass(14 days);
        postNext();
        assertEq(payouts.posted(), 2);
    }

    function _refused(Payout memory payout, bytes memory reason) private {
        vm.deal(poster, BOND_WEI);
        vm.expectRevert(reason);
        vm.prank(poster);
        payouts.post{value: BOND_WEI}(payout, 0);
    }

    function testFuzz_periodsHaveNoGaps(uint64 period, bytes32 parent) public {
        vm.assume(period != 1 && parent != 0);
        Payout memory payout = payoutOf(0, 0, 0);
        payout.period = period;
        _refused(payout, abi.encodeWithSelector(IPayouts.PeriodNotNext.selector, 1, period));
        (payout.period, payout.parent) = (1, parent);
        _refused(
            payout, abi.encodeWithSelector(IPayouts.ParentNotLast.selector, bytes32(0), parent)
        );
    }

    function testFuzz_totalsStayWithinFundsAndNeverFall(uint128 funded, uint128 first, uint128 next)
        public
    {
        uint256 fundedWei = bound(funded, 1, type(uint128).max - 1);
        uint128 firstWei = uint128(bound(first, 1, fundedWei));
        fund(fundedWei);
        _refused(
            payoutOf("root", uint128(fundedWei) + 1, 0),
            abi.encodeWithSelector(IPayouts.Unfunded.selector, fundedWei, fundedWei + 1)
        );
        post(payoutOf("root", firstWei, 0));
        assertEq(payouts.totalWei(), firstWei);
        uint128 nextWei = uint128(bound(next, 0, firstWei - 1));
        _refused(
            payoutOf("root", nextWei, 0),
            abi.encodeWithSelector(IPayouts.TotalLowered.selector, firstWei, nextWei)
        );
    }

    function test_theRingTakesFifteenPendingPeriods() public {
        for (uint256 count = 0; count < 15; ++count) {
            postNext();
        }
        _refused(nextPayout(0), abi.encodeWithSelector(IPayouts.RingFull.selector, 16));
        pass(WINDOW_S);
        for (uint64 number = 16; number <= 40; ++number) {
            postNext();
            assertStatus(number, IPayouts.Status.Pending);
            assertStatus(number - 1, IPayouts.Status.Active);
            assertStatus(number - 15, IPayouts.Status.Active);
            if (number > 16) assertStatus(number - 16, IPayouts.Status.None);
            pass(WINDOW_S);
        }
        // Slots that were used again gave their bonds back.
        assertEq(payouts.withdrawableWei(poster), 24 * BOND_WEI);
        assertEq(address(payouts).balance, 40 * BOND_WEI);
        assertStatus(0, IPayouts.Status.None);
        assertStatus(41, IPayouts.Status.None);
    }

    function test_activatingNotesEveryPeriodOnce() public {
        postNext();
        postNext();
        postNext();
        assertEq(payouts.activate(), 0);
        pass(WINDOW_S);
        vm.recordLogs();
        assertEq(payouts.activate(), 3);
        assertEq(vm.getRecordedLogs().length, 3);
        assertEq(payouts.activate(), 3);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_theGuardianDisablesAPendingPeriodAndAllAfterIt() public {
        earn(user(0), 10);
        fund(100);
        bytes32 first = _postActive();
        postNext();
        postNext();
        postNext();
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NotGuardian.selector, challenger));
        vm.prank(challenger);
        payouts.disable(3);
        vm.prank(guardian);
        payouts.disable(3);
        assertEq(payouts.posted(), 2);
        assertStatus(2, IPayouts.Status.Pending);
        assertStatus(3, IPayouts.Status.Disabled);
        assertStatus(4, IPayouts.Status.Disabled);
        assertEq(payouts.withdrawableWei(poster), 2 * BOND_WEI);
        vm.prank(guardian);
        payouts.disable(2);
        assertEq(payouts.payoutId(), first);
        _notPending(1);
        _notPending(2);
        _notPending(5);
        // The numbers are given again; the chain of records goes on from the last valid one.
        amountsWei[0] = 20;
        postNext();
        assertStatus(2, IPayouts.Status.Pending);
        assertStatus(3, IPayouts.Status.Disabled);
        pass(WINDOW_S);
        payouts.claim(entitlement(0));
        assertEq(user(0).balance, 20);
        payouts.withdraw(poster);
        assertEq(poster.balance, 3 * BOND_WEI);
        assertEq(address(payouts).balance, 80 + 2 * BOND_WEI);
    }

    function _postActive() private returns (bytes32 id) {
        id = postNext();
        pass(WINDOW_S);
    }

    function _notPending(uint64 number) private {
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NotPending.selector, number));
        vm.prank(guardian);
        payouts.disable(number);
    }

    /// @notice A disabled period whose slot held an older one: neither is mistaken for the other.
    function test_aDisabledPeriodHidesTheOneWhoseSlotItTook() public {
        for (uint256 count = 0; count < 16; ++count) {
            _postActive();
        }
        postNext();
        assertStatus(1, IPayouts.Status.None);
        vm.prank(guardian);
        payouts.disable(17);
        assertStatus(1, IPayouts.Status.None);
        assertStatus(17, IPayouts.Status.Disabled);
        assertStatus(33, IPayouts.Status.None);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToRelease.selector, 1));
        payouts.release(1);
    }

    function testFuzz_theLastSecondOfAWindow(bool isLast) public {
        postNext();
        pass(isLast ? WINDOW_S - 1 : WINDOW_S);
        if (!isLast) {
            vm.expectRevert(abi.encodeWithSelector(IPayouts.NotPending.selector, 1));
        }
        vm.prank(guardian);
        payouts.disable(1);
    }

    function testFuzz_fraudCostsTheBond(uint8 later) public {
        uint256 count = bound(later, 0, 14);
        for (uint256 index = 0; index <= count; ++index) {
            postNext();
        }
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NotDisputes.selector, guardian));
        vm.prank(guardian);
        payouts.disableForFraud(1, challenger);
        vm.prank(address(disputes));
        payouts.disableForFraud(1, challenger);
        uint256 rewardWei = BOND_WEI * CHALLENGER_PPM / 1_000_000;
        assertEq(payouts.withdrawableWei(challenger), rewardWei);
        assertEq(payouts.withdrawableWei(BURN), BOND_WEI - rewardWei);
        assertEq(payouts.withdrawableWei(poster), count * BOND_WEI);
        payouts.withdraw(BURN);
        payouts.withdraw(challenger);
        assertEq(BURN.balance, BOND_WEI - rewardWei);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToWithdraw.selector, challenger));
        payouts.withdraw(challenger);
        assertEq(address(payouts).balance, count * BOND_WEI);
        assertEq(payouts.posted(), 0);
    }

    function testFuzz_extensionsAreBounded(uint32 until) public {
        postNext();
        uint64 untilS = NOW_S + uint64(bound(until, 0, 3 * WINDOW_S));
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NotDisputes.selector, guardian));
        vm.prank(guardian);
        payouts.extend(1, untilS);
        bool isTooFar = untilS > NOW_S + 2 * WINDOW_S;
        if (isTooFar) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPayouts.ExtendedTooFar.selector, NOW_S + 2 * WINDOW_S, untilS
                )
            );
        }
        vm.prank(address(disputes));
        payouts.extend(1, untilS);
        uint64 endS = payouts.period(1).activatesS;
        uint64 firstEndS = NOW_S + WINDOW_S;
        assertEq(endS, isTooFar || untilS < firstEndS ? firstEndS : untilS);
        vm.warp(endS);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NotPending.selector, 1));
        vm.prank(address(disputes));
        payouts.extend(1, untilS);
    }

    function test_aPeriodWaitsForTheOnesBeforeIt() public {
        postNext();
        postNext();
        vm.prank(address(disputes));
        payouts.extend(1, NOW_S + 2 * WINDOW_S);
        pass(2 * WINDOW_S - 1);
        assertActive(0);
        assertStatus(2, IPayouts.Status.Pending);
        vm.prank(address(disputes));
        payouts.disableForFraud(1, challenger);
        assertStatus(2, IPayouts.Status.Disabled);
    }

    function test_bondsAreReleasedOnceAndToTheirPoster() public {
        postNext();
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToRelease.selector, 1));
        payouts.release(1);
        vm.prank(governance);
        parameters.setPoster(user(7));
        pass(WINDOW_S);
        payouts.release(1);
        assertStatus(1, IPayouts.Status.Released);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToRelease.selector, 1));
        payouts.release(1);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToRelease.selector, 0));
        payouts.release(0);
        payouts.withdraw(poster);
        assertEq(poster.balance, BOND_WEI);
        assertEq(address(payouts).balance, 0);
    }

    function test_aBondAndWindowAreThoseOfTheMoment() public {
        postNext();
        vm.prank(governance);
        parameters.set(IParameters.Key.ChallengeWindowS, WINDOW_S * 6 / 5);
        vm.prank(governance);
        parameters.set(IParameters.Key.PosterBondWei, BOND_WEI * 6 / 5);
        _refused(
            nextPayout(0),
            abi.encodeWithSelector(IPayouts.WrongBond.selector, BOND_WEI * 6 / 5, BOND_WEI)
        );
        pass(WINDOW_S);
        assertActive(1);
        payouts.release(1);
        assertEq(payouts.withdrawableWei(poster), BOND_WEI);
    }

    function test_refusersAndBurnersDoNotStopTheOthers() public {
        earn(address(new Refuser()), 10);
        earn(user(1), 20);
        earn(address(new Burner()), 30);
        earn(user(3), 40);
        fund(100);
        _activate();
        payouts.claimMany(entitlements());
        assertEq(user(1).balance, 20);
        assertEq(user(3).balance, 40);
        assertEq(payouts.claimedWei(accounts[0]), 0);
        assertEq(payouts.claimedWei(accounts[2]), 0);
        assertEq(payouts.claimedTotalWei(), 60);
        assertEq(address(payouts).balance, 40 + BOND_WEI);
        IPayouts.Entitlement memory refused = entitlement(0);
        vm.expectRevert(abi.encodeWithSelector(Errors.FailedCall.selector));
        payouts.claim(refused);
        payouts.claimMany(entitlements());
        assertEq(payouts.claimedTotalWei(), 60);
    }

    function test_reentrancyGainsNothing() public {
        Reentrant thief = new Reentrant(address(payouts));
        earn(address(thief), 10);
        earn(user(1), 90);
        fund(100);
        _activate();
        thief.arm(abi.encodeCall(IPayouts.claim, (entitlement(0))));
        payouts.claimMany(entitlements());
        assertTrue(thief.wasRefused());
        assertEq(address(thief).balance, 10);
        assertEq(user(1).balance, 90);
    }

    function test_aReentrantPosterIsPaidOnce() public {
        Reentrant thief = new Reentrant(address(payouts));
        vm.prank(governance);
        parameters.setPoster(address(thief));
        poster = address(thief);
        postNext();
        postNext();
        pass(WINDOW_S);
        payouts.release(1);
        thief.arm(abi.encodeCall(IPayouts.withdraw, (address(thief))));
        payouts.withdraw(address(thief));
        assertTrue(thief.wasRefused());
        assertEq(address(thief).balance, BOND_WEI);
        assertEq(address(payouts).balance, BOND_WEI);
    }

    function test_claimManyChecksEveryProof() public {
        earn(user(0), 10);
        fund(10);
        _activate();
        IPayouts.Entitlement[] memory all = entitlements();
        all[0].cumulativeWei = 11;
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongProof.selector, user(0), 0));
        payouts.claimMany(all);
    }

    function test_aPayeeIsPaidOnlyAfterTheDelay() public {
        earn(user(0), 10);
        fund(100);
        _activate();
        assertEq(payouts.payeeOf(user(0)), user(0));
        vm.prank(user(0));
        payouts.setPayee(user(5));
        uint64 fromS = uint64(block.timestamp) + PAYEE_DELAY_S;
        (address waiting, uint64 waitingS) = payouts.pendingPayee(user(0));
        assertEq(waiting, user(5));
        assertEq(waitingS, fromS);
        payouts.claim(entitlement(0));
        assertEq(user(0).balance, 10);
        vm.warp(fromS);
        (waiting,) = payouts.pendingPayee(user(0));
        assertEq(waiting, address(0));
        amountsWei[0] = 30;
        _activate();
        payouts.claimMany(entitlements());
        assertEq(user(5).balance, 20);
        // The one before counts until the next does.
        vm.prank(user(0));
        payouts.setPayee(user(6));
        assertEq(payouts.payeeOf(user(0)), user(5));
        vm.prank(user(0));
        payouts.cancelPayee();
        pass(PAYEE_DELAY_S);
        assertEq(payouts.payeeOf(user(0)), user(5));
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToCancel.selector, user(0)));
        vm.prank(user(0));
        payouts.cancelPayee();
    }

    function test_nobodyIsNoPayee() public {
        vm.expectRevert(abi.encodeWithSelector(IPayouts.PayeeMissing.selector));
        payouts.setPayee(address(0));
    }

    function test_fundingWithNothingIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingFunded.selector));
        payouts.fund();
    }

    function test_thePeriodAsItWasPosted() public {
        earn(user(0), 10);
        fund(10);
        bytes32 id = postNext();
        IPayouts.PeriodState memory state = payouts.period(1);
        assertEq(state.payoutId, id);
        assertEq(state.answers, keccak256("answers"));
        assertEq(state.totalWei, 10);
        assertEq(state.bondWei, BOND_WEI);
        assertEq(state.poster, poster);
        assertEq(state.postedS, NOW_S);
        assertEq(state.activatesS, NOW_S + WINDOW_S);
        assertEq(state.windowS, WINDOW_S);
        assertEq(state.postedBlock, block.number);
        pass(WINDOW_S);
        (uint64 number, bytes32 activeId, bytes32 root, uint128 totalWei) = payouts.active();
        assertEq(number, 1);
        assertEq(activeId, id);
        assertEq(root, state.root);
        assertEq(totalWei, 10);
    }
}
