// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {WOPEN} from "../src/WOPEN.sol";
import {IWOPEN} from "../src/interfaces/IWOPEN.sol";
import {SmartWallet, WalletTest} from "./utils/Wallets.sol";

contract WOPENTest is WalletTest {
    uint256 private constant KEY = 0xA11CE;
    uint256 private constant NOW_S = 1_800_000_000;
    bytes32 private constant NONCE = keccak256("nonce");

    WOPEN private wopen;
    SmartWallet private wallet;
    address private alice;
    address private bob = user(2);

    function setUp() public {
        vm.warp(NOW_S);
        wopen = new WOPEN();
        alice = wallets.addr(KEY);
        wallet = new SmartWallet(alice);
        for (uint256 index = 0; index < 2; ++index) {
            address holder = index == 0 ? alice : address(wallet);
            vm.deal(holder, 10 ether);
            vm.prank(holder);
            wopen.deposit{value: 10 ether}();
        }
    }

    function _authorization(
        string memory kind,
        address from,
        uint256 amountWei,
        uint256 afterS,
        uint256 beforeS
    ) private view returns (bytes32) {
        bytes32 typehash = keccak256(
            abi.encodePacked(
                kind,
                "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
            )
        );
        return typed(
            "Wrapped OPEN",
            address(wopen),
            keccak256(abi.encode(typehash, from, bob, amountWei, afterS, beforeS, NONCE))
        );
    }

    function _transfer(address from, uint256 amountWei, bytes memory signature) private {
        wopen.transferWithAuthorization(from, bob, amountWei, 0, NOW_S + 1, NONCE, signature);
    }

    function _signedTransfer(address from, uint256 amountWei) private view returns (bytes memory) {
        return sign(KEY, _authorization("TransferWithAuthorization", from, amountWei, 0, NOW_S + 1));
    }

    function testFuzz_oneWeiIsOneWei(uint96 depositWei, uint96 withdrawWei) public {
        vm.deal(bob, depositWei);
        vm.prank(bob);
        (bool sent,) = address(wopen).call{value: depositWei}("");
        assertTrue(sent);
        assertEq(wopen.balanceOf(bob), depositWei);
        if (withdrawWei > depositWei) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IERC20Errors.ERC20InsufficientBalance.selector, bob, depositWei, withdrawWei
                )
            );
            vm.prank(bob);
            wopen.withdraw(withdrawWei);
            return;
        }
        vm.prank(bob);
        wopen.withdraw(withdrawWei);
        assertEq(bob.balance, withdrawWei);
        assertEq(wopen.totalSupply(), address(wopen).balance);
    }

    function test_depositAndWithdrawalAreLogged() public {
        vm.deal(bob, 5);
        vm.expectEmit(true, true, true, true);
        emit IWOPEN.Deposit(bob, 5);
        vm.prank(bob);
        wopen.deposit{value: 5}();
        vm.expectEmit(true, true, true, true);
        emit IWOPEN.Withdrawal(bob, 5);
        vm.prank(bob);
        wopen.withdraw(5);
    }

    function test_whoRefusesNativeTokenKeepsTheWrapped() public {
        wallet.close();
        vm.expectRevert(abi.encodeWithSelector(IWOPEN.TransferFailed.selector, address(wallet), 7));
        wallet.act(address(wopen), 0, abi.encodeCall(IWOPEN.withdraw, (7)));
        assertEq(wopen.balanceOf(address(wallet)), 10 ether);
    }

    function testFuzz_permitOfAKeyAndOfAContract(uint256 amountWei, bool contractWallet) public {
        address owner = contractWallet ? address(wallet) : alice;
        bytes32 typehash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes memory signature = sign(
            KEY,
            typed(
                "Wrapped OPEN",
                address(wopen),
                keccak256(abi.encode(typehash, owner, bob, amountWei, 0, NOW_S))
            )
        );
        vm.warp(NOW_S + 1);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, NOW_S));
        wopen.permit(owner, bob, amountWei, NOW_S, signature);
        vm.warp(NOW_S);
        wopen.permit(owner, bob, amountWei, NOW_S, signature);
        assertEq(wopen.allowance(owner, bob), amountWei);
        assertEq(wopen.nonces(owner), 1);
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        wopen.permit(owner, bob, amountWei, NOW_S, signature);
    }

    function testFuzz_authorizedTransferMovesOnce(uint256 amount, bool contractWallet) public {
        address from = contractWallet ? address(wallet) : alice;
        uint256 amountWei = bound(amount, 0, 10 ether);
        bytes memory signature = _signedTransfer(from, amountWei);
        _transfer(from, amountWei, signature);
        assertEq(wopen.balanceOf(bob), amountWei);
        assertTrue(wopen.authorizationState(from, NONCE));
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, from, NONCE)
        );
        _transfer(from, amountWei, signature);
    }

    function testFuzz_nothingSignedCanBeChanged(uint256 amountWei, uint256 signedWei) public {
        vm.assume(amountWei != signedWei);
        bytes memory signature = _signedTransfer(alice, signedWei);
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        _transfer(alice, amountWei, signature);
        // A wallet's signature is not that of another account with the same key.
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        _transfer(address(wallet), signedWei, signature);
    }

    function testFuzz_authorizationsHoldOnlyBetweenTheirTimes(uint32 afterS, uint32 beforeS)
        public
    {
        bytes memory signature =
            sign(KEY, _authorization("TransferWithAuthorization", alice, 1, afterS, beforeS));
        bool valid = NOW_S > afterS && NOW_S < beforeS;
        if (!valid) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ERC3009.ERC3009InvalidAuthorizationTime.selector, afterS, beforeS
                )
            );
        }
        wopen.transferWithAuthorization(alice, bob, 1, afterS, beforeS, NONCE, signature);
        assertEq(wopen.balanceOf(bob), valid ? 1 : 0);
    }

    function testFuzz_nobodyRunsAheadOfAReceiver(address observer, bool contractWallet) public {
        vm.assume(observer != bob);
        address from = contractWallet ? address(wallet) : alice;
        bytes memory signature =
            sign(KEY, _authorization("ReceiveWithAuthorization", from, 3, 0, NOW_S + 1));
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, bob));
        vm.prank(observer);
        wopen.receiveWithAuthorization(from, bob, 3, 0, NOW_S + 1, NONCE, signature);
        // Nor can it be sent as the kind that anybody may send.
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        vm.prank(observer);
        _transfer(from, 3, signature);
        vm.prank(bob);
        wopen.receiveWithAuthorization(from, bob, 3, 0, NOW_S + 1, NONCE, signature);
        assertEq(wopen.balanceOf(bob), 3);
    }

    function test_theSplitSignatureOfTheStandardWorksToo() public {
        (uint8 v, bytes32 r, bytes32 s) =
            wallets.sign(KEY, _authorization("TransferWithAuthorization", alice, 4, 0, NOW_S + 1));
        wopen.transferWithAuthorization(alice, bob, 4, 0, NOW_S + 1, NONCE, v, r, s);
        assertEq(wopen.balanceOf(bob), 4);
    }

    function testFuzz_aCancelledAuthorizationIsVoid(bool contractWallet) public {
        address from = contractWallet ? address(wallet) : alice;
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), from, NONCE
            )
        );
        bytes memory signature = sign(KEY, typed("Wrapped OPEN", address(wopen), structHash));
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        wopen.cancelAuthorization(bob, NONCE, signature);
        wopen.cancelAuthorization(from, NONCE, signature);
        bytes memory late = _signedTransfer(from, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, from, NONCE)
        );
        _transfer(from, 1, late);
    }
}
