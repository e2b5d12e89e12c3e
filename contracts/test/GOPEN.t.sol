// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {GOPEN} from "../src/GOPEN.sol";
import {WOPEN} from "../src/WOPEN.sol";
import {IGOPEN} from "../src/interfaces/IGOPEN.sol";
import {SmartWallet, WalletTest} from "./utils/Wallets.sol";

contract GOPENTest is WalletTest {
    uint256 private constant KEY = 0xA11CE;
    uint256 private constant NOW_S = 1_800_000_000;

    WOPEN private wopen;
    GOPEN private gopen;
    address private alice;
    address private bob = user(2);

    function setUp() public {
        vm.warp(NOW_S);
        wopen = new WOPEN();
        gopen = new GOPEN(wopen);
        alice = wallets.addr(KEY);
    }

    function _lock(address account, uint256 amountWei) private {
        vm.deal(account, amountWei);
        vm.prank(account);
        gopen.depositNative{value: amountWei}();
    }

    function testFuzz_lockingWopenAndTakingItBack(uint96 amountWei, uint96 back) public {
        vm.deal(bob, amountWei);
        vm.prank(bob);
        wopen.deposit{value: amountWei}();
        vm.prank(bob);
        wopen.approve(address(gopen), amountWei);
        vm.expectEmit(true, true, true, true);
        emit IGOPEN.Deposited(bob, amountWei);
        vm.prank(bob);
        gopen.deposit(amountWei);
        assertEq(gopen.balanceOf(bob), amountWei);
        assertEq(wopen.balanceOf(address(gopen)), amountWei);
        uint256 backWei = bound(back, 0, amountWei);
        vm.expectEmit(true, true, true, true);
        emit IGOPEN.Withdrawn(bob, backWei);
        vm.prank(bob);
        gopen.withdraw(backWei);
        assertEq(wopen.balanceOf(bob), backWei);
        assertEq(gopen.totalSupply(), amountWei - backWei);
    }

    function testFuzz_lockingNativeTokenAndTakingItBack(uint96 amountWei, uint96 back) public {
        _lock(bob, amountWei);
        assertEq(wopen.balanceOf(address(gopen)), amountWei);
        uint256 backWei = bound(back, 0, amountWei);
        vm.prank(bob);
        gopen.withdrawNative(backWei);
        assertEq(bob.balance, backWei);
        assertEq(gopen.balanceOf(bob), amountWei - backWei);
        assertEq(address(gopen).balance, 0);
    }

    function test_nobodyTakesOutMoreThanHisOwn() public {
        _lock(alice, 5);
        bytes memory refused =
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, bob, 0, 1);
        vm.expectRevert(refused);
        vm.prank(bob);
        gopen.withdraw(1);
        vm.expectRevert(refused);
        vm.prank(bob);
        gopen.withdrawNative(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(gopen), 0, 1
            )
        );
        vm.prank(bob);
        gopen.deposit(1);
    }

    function testFuzz_onlyTheWrappedTokenSendsNativeToken(address sender) public {
        vm.assume(sender != address(wopen));
        vm.deal(sender, 1);
        vm.prank(sender);
        (bool sent, bytes memory reason) = address(gopen).call{value: 1}("");
        assertTrue(!sent);
        assertEq(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(IGOPEN.OnlyWrappedToken.selector, sender))
        );
    }

    function test_whoRefusesNativeTokenKeepsHisVotes() public {
        SmartWallet wallet = new SmartWallet(alice);
        vm.deal(address(wallet), 3);
        wallet.act(address(gopen), 3, abi.encodeCall(IGOPEN.depositNative, ()));
        wallet.close();
        vm.expectRevert(abi.encodeWithSelector(IGOPEN.TransferFailed.selector, address(wallet), 3));
        wallet.act(address(gopen), 0, abi.encodeCall(IGOPEN.withdrawNative, (3)));
        assertEq(gopen.balanceOf(address(wallet)), 3);
    }

    function test_votesAreTimedInSeconds() public view {
        assertEq(gopen.clock(), NOW_S);
        assertEq(keccak256(bytes(gopen.CLOCK_MODE())), keccak256("mode=timestamp"));
        assertEq(address(gopen.WRAPPED()), address(wopen));
    }

    function testFuzz_votesFollowDelegationAndTransfers(uint96 amountWei, uint96 moved) public {
        _lock(alice, amountWei);
        assertEq(gopen.getVotes(alice), 0);
        vm.prank(alice);
        gopen.delegate(alice);
        vm.prank(bob);
        gopen.delegate(user(3));
        vm.warp(NOW_S + 10);
        uint256 movedWei = bound(moved, 0, amountWei);
        vm.prank(alice);
        gopen.transfer(bob, movedWei);
        vm.warp(NOW_S + 20);
        assertEq(gopen.getPastVotes(alice, NOW_S), amountWei);
        assertEq(gopen.getPastVotes(alice, NOW_S + 10), amountWei - movedWei);
        assertEq(gopen.getPastVotes(user(3), NOW_S + 10), movedWei);
        assertEq(gopen.getPastTotalSupply(NOW_S + 10), amountWei);
        vm.expectRevert(
            abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, NOW_S + 20, NOW_S + 20)
        );
        gopen.getPastVotes(alice, NOW_S + 20);
    }

    function test_permitAndDelegationBySignatureShareOneNonce() public {
        bytes32 permitHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                alice,
                bob,
                9,
                0,
                NOW_S
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            wallets.sign(KEY, typed("Governance OPEN", address(gopen), permitHash));
        gopen.permit(alice, bob, 9, NOW_S, v, r, s);
        assertEq(gopen.allowance(alice, bob), 9);
        assertEq(gopen.nonces(alice), 1);
        bytes32 delegation = keccak256(
            abi.encode(
                keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)"),
                bob,
                1,
                NOW_S
            )
        );
        (v, r, s) = wallets.sign(KEY, typed("Governance OPEN", address(gopen), delegation));
        gopen.delegateBySig(bob, 1, NOW_S, v, r, s);
        assertEq(gopen.delegates(alice), bob);
    }
}
