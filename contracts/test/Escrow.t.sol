// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {IEscrow} from "../src/interfaces/IEscrow.sol";
import {IPayouts} from "../src/interfaces/IPayouts.sol";
import {Economy} from "./utils/Economy.sol";

/// @notice A contract wallet that accepts one hash.
contract Wallet is IERC1271 {
    bytes32 private accepted;

    function accept(bytes32 hash) external {
        accepted = hash;
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        return hash == accepted ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract EscrowTest is Economy {
    uint64 private constant DELAY_S = WITHDRAWAL_DELAY_S;
    uint256 private constant PAYER_KEY = 0xa11ce;
    address private payer = vm.addr(PAYER_KEY);
    address private host = user(2);

    function setUp() public {
        deployEconomy();
    }

    function _deposit(address from, uint256 amountWei) private {
        vm.deal(from, amountWei);
        vm.prank(from);
        escrow.deposit{value: amountWei}();
    }

    function _open(uint256 balanceWei, uint128 limitWei) private {
        _deposit(payer, balanceWei);
        vm.prank(payer);
        escrow.authorize(host, limitWei, NOW_S + 1 hours);
    }

    function _one(bytes32 completionId, uint128 feeWei)
        private
        view
        returns (IEscrow.Capture[] memory captures)
    {
        captures = new IEscrow.Capture[](1);
        captures[0] = IEscrow.Capture(payer, completionId, feeWei);
    }

    function _balance(address who) private view returns (uint256 balanceWei) {
        (balanceWei,,) = escrow.account(who);
    }

    function _refused(bytes memory reason, bytes32 completionId, uint128 feeWei) private {
        IEscrow.Capture[] memory captures = _one(completionId, feeWei);
        vm.expectRevert(reason);
        vm.prank(host);
        escrow.capture(captures);
    }

    function testFuzz_depositsAddUp(uint96 first, uint96 second) public {
        uint256 firstWei = bound(first, 1, type(uint96).max / 2);
        uint256 secondWei = bound(second, 1, type(uint96).max / 2);
        _deposit(payer, firstWei);
        vm.deal(host, secondWei);
        vm.prank(host);
        escrow.depositFor{value: secondWei}(payer);
        assertEq(_balance(payer), firstWei + secondWei);
        assertEq(address(escrow).balance, firstWei + secondWei);
    }

    function test_emptyDepositsAndRequestsAreRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.AmountMissing.selector));
        escrow.deposit();
        vm.expectRevert(abi.encodeWithSelector(IEscrow.AmountMissing.selector));
        escrow.requestWithdrawal(0);
    }

    function testFuzz_captureMovesExactlyTheFees(uint96 balance, uint96 limit, uint96 a, uint96 b)
        public
    {
        uint256 balanceWei = bound(balance, 2, type(uint96).max);
        uint128 limitWei = uint128(bound(limit, 2, balanceWei));
        uint128 firstWei = uint128(bound(a, 1, limitWei - 1));
        uint128 secondWei = uint128(bound(b, 1, limitWei - firstWei));
        _open(balanceWei, limitWei);
        IEscrow.Capture[] memory captures = new IEscrow.Capture[](2);
        captures[0] = IEscrow.Capture(payer, "first", firstWei);
        captures[1] = IEscrow.Capture(payer, "second", secondWei);
        vm.prank(host);
        escrow.capture(captures);
        uint256 sumWei = uint256(firstWei) + secondWei;
        assertEq(_balance(payer), balanceWei - sumWei);
        assertEq(address(escrow).balance, balanceWei - sumWei);
        assertEq(address(payouts).balance, sumWei);
        assertEq(payouts.fundedWei(), sumWei);
        (uint256 leftWei,) = escrow.authorization(payer, host);
        assertEq(leftWei, limitWei - sumWei);
        assertTrue(escrow.isCaptured(host, "first") && escrow.isCaptured(host, "second"));
    }

    function test_anAnswerIsCapturedOnce() public {
        _open(100, 100);
        vm.prank(host);
        escrow.capture(_one("answer", 10));
        bytes memory reason =
            abi.encodeWithSelector(IEscrow.AlreadyCaptured.selector, bytes32("answer"));
        _refused(reason, "answer", 10);
    }

    function test_anotherHostCannotBlockAnAnswer() public {
        _open(100, 100);
        vm.prank(payer);
        escrow.authorize(user(9), 1, NOW_S + 1 hours);
        vm.prank(user(9));
        escrow.capture(_one("answer", 1));
        vm.prank(host);
        escrow.capture(_one("answer", 10));
        assertEq(payouts.fundedWei(), 11);
    }

    function testFuzz_neverAboveLimitOrBalance(uint96 balance, uint96 limit, uint128 fee) public {
        uint256 balanceWei = bound(balance, 1, type(uint96).max);
        uint128 limitWei = uint128(bound(limit, 1, type(uint96).max));
        uint256 least = balanceWei < limitWei ? balanceWei : limitWei;
        uint128 feeWei = uint128(bound(fee, least + 1, uint256(type(uint96).max) + 1));
        vm.assume(feeWei <= type(uint96).max);
        _open(balanceWei, limitWei);
        bytes memory reason = feeWei > limitWei
            ? abi.encodeWithSelector(
                IEscrow.AboveLimit.selector, payer, bytes32("answer"), uint256(limitWei)
            )
            : abi.encodeWithSelector(
                IEscrow.AboveBalance.selector, payer, bytes32("answer"), balanceWei
            );
        _refused(reason, "answer", feeWei);
        assertEq(_balance(payer), balanceWei);
    }

    function testFuzz_expiryHasAGrace(uint64 after_) public {
        _open(100, 100);
        uint256 laterS = bound(after_, 0, 3 * DELAY_S);
        vm.warp(NOW_S + laterS);
        bool serves = laterS < 1 hours;
        assertEq(escrow.available(payer, host), serves ? 100 : 0);
        if (laterS < 1 hours + DELAY_S) {
            vm.prank(host);
            escrow.capture(_one("answer", 10));
        } else {
            bytes memory reason = abi.encodeWithSelector(
                IEscrow.AuthorizationExpired.selector, payer, bytes32("answer")
            );
            _refused(reason, "answer", 10);
        }
    }

    function test_revokingStopsServiceButNotCapture() public {
        _open(100, 100);
        vm.prank(payer);
        escrow.revoke(host);
        assertEq(escrow.available(payer, host), 0);
        vm.prank(host);
        escrow.capture(_one("answer", 10));
        vm.warp(NOW_S + DELAY_S);
        vm.prank(payer);
        escrow.authorize(host, 5, NOW_S + DELAY_S + 1);
        assertEq(escrow.available(payer, host), 5);
    }

    function testFuzz_limitsAreNotLoweredWhileTheyRun(uint128 limit) public {
        _open(100, 100);
        uint128 limitWei = uint128(bound(limit, 0, 99));
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LimitLowered.selector, 100, limitWei));
        vm.prank(payer);
        escrow.authorize(host, limitWei, NOW_S + 1 hours);
        vm.prank(payer);
        escrow.authorize(host, 100 + limitWei, NOW_S);
    }

    function testFuzz_expiryInThePastIsRefused(uint64 expiresS) public {
        expiresS = uint64(bound(expiresS, 0, NOW_S - 1));
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ExpiryPassed.selector, expiresS));
        escrow.authorize(host, 1, expiresS);
    }

    function testFuzz_withdrawalWaits(uint96 balance, uint96 requested, uint64 wait) public {
        uint256 balanceWei = bound(balance, 1, type(uint96).max);
        uint128 requestedWei = uint128(bound(requested, 1, balanceWei));
        uint256 waitS = bound(wait, 0, DELAY_S - 1);
        _open(balanceWei, type(uint96).max);
        vm.prank(payer);
        escrow.requestWithdrawal(requestedWei);
        assertEq(escrow.available(payer, host), balanceWei - requestedWei);
        vm.warp(NOW_S + waitS);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.TooEarly.selector, NOW_S + DELAY_S));
        vm.prank(payer);
        escrow.executeWithdrawal();
        vm.warp(NOW_S + DELAY_S);
        vm.prank(payer);
        escrow.executeWithdrawal();
        assertEq(payer.balance, requestedWei);
        assertEq(_balance(payer), balanceWei - requestedWei);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NothingRequested.selector, payer));
        vm.prank(payer);
        escrow.executeWithdrawal();
    }

    function testFuzz_captureComesBeforeWithdrawal(uint96 fee) public {
        uint128 feeWei = uint128(bound(fee, 1, 1 ether));
        _open(1 ether, 1 ether);
        vm.prank(payer);
        escrow.requestWithdrawal(5 ether);
        vm.prank(host);
        escrow.capture(_one("answer", feeWei));
        vm.warp(NOW_S + DELAY_S);
        vm.prank(payer);
        escrow.executeWithdrawal();
        assertEq(payer.balance, 1 ether - feeWei);
        assertEq(address(escrow).balance, 0);
    }

    function test_aBatchIsAllOrNothing() public {
        _open(100, 100);
        IEscrow.Capture[] memory captures = new IEscrow.Capture[](2);
        captures[0] = IEscrow.Capture(payer, "first", 10);
        captures[1] = IEscrow.Capture(user(8), "second", 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.AuthorizationExpired.selector, user(8), bytes32("second")
            )
        );
        vm.prank(host);
        escrow.capture(captures);
        assertEq(_balance(payer), 100);
        assertTrue(!escrow.isCaptured(host, "first"));
    }

    function test_anEmptyCaptureIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingFunded.selector));
        escrow.capture(new IEscrow.Capture[](0));
    }

    function _voucher(uint128 limitWei) private view returns (IEscrow.Voucher memory) {
        return IEscrow.Voucher(address(escrow), payer, host, limitWei, NOW_S + 1 hours);
    }

    /// @dev By the definition of EIP-712 rather than by the contract's own library.
    function _hash(IEscrow.Voucher memory voucher) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId)"),
                keccak256("OpenLedger"),
                keccak256("1"),
                block.chainid
            )
        );
        bytes32 kind = keccak256(
            "Voucher(address escrow,address payer,address host,uint128 limitWei,uint64 expiresS)"
        );
        bytes32 content = keccak256(
            abi.encode(
                kind,
                voucher.escrow,
                voucher.payer,
                voucher.host,
                voucher.limitWei,
                voucher.expiresS
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, content));
    }

    function _signed(IEscrow.Voucher memory voucher, uint128 cumulativeWei)
        private
        view
        returns (IEscrow.Redemption[] memory redemptions)
    {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, _hash(voucher));
        redemptions = new IEscrow.Redemption[](1);
        redemptions[0] = IEscrow.Redemption(voucher, abi.encodePacked(r, s, v), cumulativeWei);
    }

    function _redeem(IEscrow.Redemption[] memory redemptions) private {
        vm.prank(host);
        escrow.redeem(redemptions);
    }

    function _unredeemed(IEscrow.Redemption[] memory redemptions, bytes memory reason) private {
        vm.expectRevert(reason);
        _redeem(redemptions);
    }

    function testFuzz_aVoucherIsRedeemedStepByStep(uint96 limit, uint96 first, uint96 second)
        public
    {
        uint128 limitWei = uint128(bound(limit, 2, type(uint96).max));
        uint128 firstWei = uint128(bound(first, 1, limitWei - 1));
        uint128 secondWei = uint128(bound(second, firstWei + 1, limitWei));
        _deposit(payer, limitWei);
        _redeem(_signed(_voucher(limitWei), firstWei));
        assertEq(payouts.fundedWei(), firstWei);
        _redeem(_signed(_voucher(limitWei), secondWei));
        assertEq(payouts.fundedWei(), secondWei);
        assertEq(escrow.redeemedWei(payer, host), secondWei);
        assertEq(_balance(payer), limitWei - secondWei);
        _unredeemed(
            _signed(_voucher(limitWei), firstWei),
            abi.encodeWithSelector(IEscrow.AlreadyRedeemed.selector, payer, secondWei)
        );
    }

    function test_aVoucherIsForItsHostAndEscrowOnly() public {
        _deposit(payer, 100);
        IEscrow.Redemption[] memory redemptions = _signed(_voucher(100), 10);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotVoucherHost.selector, host, user(9)));
        vm.prank(user(9));
        escrow.redeem(redemptions);
        IEscrow.Voucher memory other = _voucher(100);
        other.escrow = user(9);
        _unredeemed(
            _signed(other, 10), abi.encodeWithSelector(IEscrow.OtherEscrow.selector, user(9))
        );
    }

    function testFuzz_neverAboveVoucherOrBalance(uint96 balance, uint96 limit, uint128 earned)
        public
    {
        uint256 balanceWei = bound(balance, 1, type(uint96).max - 1);
        uint128 limitWei = uint128(bound(limit, 1, type(uint96).max - 1));
        uint256 least = balanceWei < limitWei ? balanceWei : limitWei;
        uint128 earnedWei = uint128(bound(earned, least + 1, type(uint96).max));
        _deposit(payer, balanceWei);
        bytes memory reason = earnedWei > limitWei
            ? abi.encodeWithSelector(IEscrow.AboveVoucher.selector, payer, limitWei, earnedWei)
            : abi.encodeWithSelector(
                IEscrow.ChannelAboveBalance.selector, payer, balanceWei, earnedWei
            );
        _unredeemed(_signed(_voucher(limitWei), earnedWei), reason);
    }

    function testFuzz_onlyThePayersSignatureCounts(uint128 limit) public {
        uint128 limitWei = uint128(bound(limit, 11, type(uint128).max));
        _deposit(payer, 100);
        IEscrow.Redemption[] memory redemptions = _signed(_voucher(10), 10);
        redemptions[0].voucher.limitWei = limitWei;
        _unredeemed(redemptions, abi.encodeWithSelector(IEscrow.WrongSignature.selector, payer));
        redemptions = _signed(_voucher(10), 10);
        vm.chainId(7);
        _unredeemed(redemptions, abi.encodeWithSelector(IEscrow.WrongSignature.selector, payer));
    }

    function test_aContractWalletSigns() public {
        Wallet wallet = new Wallet();
        payer = address(wallet);
        _deposit(payer, 100);
        IEscrow.Redemption[] memory redemptions = _signed(_voucher(50), 10);
        _unredeemed(redemptions, abi.encodeWithSelector(IEscrow.WrongSignature.selector, payer));
        wallet.accept(_hash(_voucher(50)));
        _redeem(redemptions);
        assertEq(payouts.fundedWei(), 10);
    }

    function testFuzz_anExpiredVoucherHasAGrace(uint64 after_) public {
        _deposit(payer, 100);
        uint256 laterS = bound(after_, 0, 3 * DELAY_S);
        vm.warp(NOW_S + laterS);
        if (laterS < 1 hours + DELAY_S) {
            _redeem(_signed(_voucher(50), 10));
        } else {
            _unredeemed(
                _signed(_voucher(50), 10),
                abi.encodeWithSelector(IEscrow.VoucherExpired.selector, payer, NOW_S + 1 hours)
            );
        }
    }

    /// @notice What a voucher can still take counts before a withdrawal, as captures do.
    function test_redemptionsComeBeforeWithdrawals() public {
        _deposit(payer, 100);
        vm.prank(payer);
        escrow.requestWithdrawal(100);
        _redeem(_signed(_voucher(30), 30));
        vm.warp(NOW_S + DELAY_S);
        vm.prank(payer);
        escrow.executeWithdrawal();
        assertEq(payer.balance, 70);
        assertEq(address(escrow).balance, 0);
    }

    function test_aBatchOfRedemptionsIsAllOrNothing() public {
        _deposit(payer, 100);
        IEscrow.Redemption[] memory redemptions = new IEscrow.Redemption[](2);
        redemptions[0] = _signed(_voucher(50), 10)[0];
        redemptions[1] = _signed(_voucher(50), 30)[0];
        _redeem(redemptions);
        assertEq(payouts.fundedWei(), 30);
        _unredeemed(
            redemptions, abi.encodeWithSelector(IEscrow.AlreadyRedeemed.selector, payer, 30)
        );
    }
}
