// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {OPEN} from "../src/OPEN.sol";
import {WalletTest} from "./utils/Wallets.sol";

contract OPENTest is WalletTest {
    OPEN private open;
    address private holder = user(1);

    function setUp() public {
        open = new OPEN(holder);
    }

    function test_aBillionExistAndTheHolderHasThem() public view {
        assertEq(open.totalSupply(), 1_000_000_000 * 10 ** 18);
        assertEq(open.balanceOf(holder), open.totalSupply());
        assertEq(open.decimals(), 18);
        assertEq(keccak256(bytes(open.symbol())), keccak256("OPEN"));
    }

    function testFuzz_transfersMakeAndLoseNothing(address to, uint256 amount) public {
        vm.assume(to != address(0) && to != holder);
        uint256 amountWei = bound(amount, 0, open.totalSupply());
        vm.prank(holder);
        open.transfer(to, amountWei);
        assertEq(open.balanceOf(to) + open.balanceOf(holder), 1_000_000_000 ether);
    }

    function testFuzz_permitAllowsOnceWhatWasSigned(uint256 seed, uint256 amountWei) public {
        uint256 key = bound(seed, 1, 1e30);
        address owner = wallets.addr(key);
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                owner,
                user(2),
                amountWei,
                0,
                block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            wallets.sign(key, typed("OPEN", address(open), structHash));
        open.permit(owner, user(2), amountWei, block.timestamp, v, r, s);
        assertEq(open.allowance(owner, user(2)), amountWei);
        (bool again, bytes memory reason) = address(open)
            .call(
                abi.encodeCall(open.permit, (owner, user(2), amountWei, block.timestamp, v, r, s))
            );
        assertTrue(!again && bytes4(reason) == ERC20Permit.ERC2612InvalidSigner.selector);
    }
}
