// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Escrow} from "../src/Escrow.sol";
import {Payouts} from "../src/Payouts.sol";
import {IEscrow} from "../src/interfaces/IEscrow.sol";
import {Payout} from "../src/types/Records.sol";
import {Test} from "./utils/Test.sol";
import {Tree} from "./utils/Tree.sol";

/// @notice Lives through random deposits, captures, withdrawals, periods and claims, and keeps its
/// own books of what ought to have happened.
contract Journey is Test {
    uint256 private constant PEOPLE = 5;
    uint64 private constant DELAY_S = 1 hours;

    Payouts public payouts;
    Escrow public escrow;
    address public immutable HOST = user(1000);
    address public immutable POSTER = user(1001);

    uint256 public depositedWei;
    uint256 public withdrawnWei;
    uint256 public capturedWei;
    uint256 public directWei;
    uint256 public claimedWei;
    uint256 private answers;
    /// @dev Earned so far but not posted yet, and as posted last.
    uint128[PEOPLE] private earnedWei;
    uint128[PEOPLE] private postedWei;
    uint256 private undistributedWei;
    uint256 private timeS = 1_800_000_000;

    constructor() {
        vm.warp(timeS);
        payouts = new Payouts(POSTER);
        escrow = new Escrow(payouts, DELAY_S);
    }

    function payer(uint256 number) public pure returns (address) {
        return user(number % PEOPLE);
    }

    function earner(uint256 number) public pure returns (address) {
        return user(2000 + number % PEOPLE);
    }

    function deposit(uint256 who, uint96 amount, uint128 limit) external {
        vm.warp(timeS);
        uint256 amountWei = bound(amount, 1, 1e24);
        vm.deal(payer(who), payer(who).balance + amountWei);
        vm.prank(payer(who));
        escrow.deposit{value: amountWei}();
        depositedWei += amountWei;
        (uint96 currentWei,) = escrow.authorization(payer(who), HOST);
        vm.prank(payer(who));
        escrow.authorize(HOST, uint128(bound(limit, currentWei, 1e27)), uint64(timeS + 1 hours));
    }

    function capture(uint256 who, uint96 fee) external {
        vm.warp(timeS);
        uint256 mostWei = escrow.available(payer(who), HOST);
        if (mostWei == 0) return;
        uint128 feeWei = uint128(bound(fee, 1, mostWei));
        IEscrow.Capture[] memory captures = new IEscrow.Capture[](1);
        captures[0] = IEscrow.Capture(payer(who), bytes32(++answers), feeWei);
        vm.prank(HOST);
        escrow.capture(captures);
        capturedWei += feeWei;
        undistributedWei += feeWei;
    }

    function fundDirectly(uint96 amount) external {
        uint256 amountWei = bound(amount, 1, 1e24);
        vm.deal(address(this), amountWei);
        payouts.fund{value: amountWei}();
        directWei += amountWei;
        undistributedWei += amountWei;
    }

    function requestWithdrawal(uint256 who, uint96 amount) external {
        vm.warp(timeS);
        vm.prank(payer(who));
        escrow.requestWithdrawal(uint128(bound(amount, 1, 1e24)));
    }

    function executeWithdrawal(uint256 who) external {
        (, uint96 requestedWei, uint64 executableS) = escrow.account(payer(who));
        if (requestedWei == 0) return;
        if (timeS < executableS) timeS = executableS;
        vm.warp(timeS);
        uint256 beforeWei = payer(who).balance;
        vm.prank(payer(who));
        escrow.executeWithdrawal();
        withdrawnWei += payer(who).balance - beforeWei;
    }

    function earn(uint256 who, uint128 amount) external {
        uint128 amountWei = uint128(bound(amount, 0, undistributedWei));
        undistributedWei -= amountWei;
        earnedWei[who % PEOPLE] += amountWei;
    }

    function post() external {
        postedWei = earnedWei;
        uint128 totalWei = 0;
        for (uint256 index = 0; index < PEOPLE; ++index) {
            totalWei += postedWei[index];
        }
        Payout memory payout = Payout({
            period: payouts.period() + 1,
            parent: payouts.payoutId(),
            root: Tree.root(_leaves()),
            accounts: uint32(PEOPLE),
            totalWei: totalWei,
            receipts: 0,
            timeS: uint64(timeS)
        });
        vm.prank(POSTER);
        payouts.post(payout, 0);
    }

    function claim(uint256 who) external {
        uint256 index = who % PEOPLE;
        uint256 beforeWei = earner(index).balance;
        if (payouts.period() == 0 || postedWei[index] == payouts.claimedWei(earner(index))) return;
        payouts.claim(earner(index), postedWei[index], index, Tree.proof(_leaves(), index));
        claimedWei += earner(index).balance - beforeWei;
    }

    function pass(uint16 seconds_) external {
        timeS += seconds_;
    }

    function balancesWei() external view returns (uint256 sumWei) {
        for (uint256 number = 0; number < PEOPLE; ++number) {
            (uint96 balanceWei,,) = escrow.account(payer(number));
            sumWei += balanceWei;
        }
    }

    function isPaidExactly(uint256 who) external view returns (bool) {
        uint256 index = who % PEOPLE;
        uint256 paidWei = payouts.claimedWei(earner(index));
        return paidWei == earner(index).balance && paidWei <= postedWei[index];
    }

    function _leaves() private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](PEOPLE);
        for (uint256 index = 0; index < PEOPLE; ++index) {
            leaves[index] = Tree.payoutLeaf(address(payouts), earner(index), postedWei[index]);
        }
    }
}

contract ConservationTest is Test {
    Journey private journey;

    function setUp() public {
        journey = new Journey();
    }

    /// @notice Tells forge which contract to call at random.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(journey);
    }

    function invariant_everyDepositedWeiIsAccountedFor() public view {
        uint256 balancesWei = journey.balancesWei();
        assertEq(
            journey.depositedWei(), balancesWei + journey.withdrawnWei() + journey.capturedWei()
        );
        assertEq(address(journey.escrow()).balance, balancesWei);
    }

    function invariant_payoutsHoldWhatIsFundedAndNotClaimed() public view {
        uint256 fundedWei = journey.payouts().fundedWei();
        assertEq(fundedWei, journey.capturedWei() + journey.directWei());
        assertEq(address(journey.payouts()).balance, fundedWei - journey.claimedWei());
        assertEq(journey.payouts().claimedTotalWei(), journey.claimedWei());
        assertTrue(journey.payouts().claimedTotalWei() <= journey.payouts().totalWei());
        assertTrue(journey.payouts().totalWei() <= fundedWei);
    }

    function invariant_nobodyIsPaidMoreThanEarned() public view {
        for (uint256 who = 0; who < 5; ++who) {
            assertTrue(journey.isPaidExactly(who));
        }
    }
}
