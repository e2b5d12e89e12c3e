// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IPayouts} from "../../src/interfaces/IPayouts.sol";
import {MerkleSumTree} from "../../src/libraries/MerkleSumTree.sol";
import {MerkleTree} from "../../src/libraries/MerkleTree.sol";
import {SumTree} from "../utils/SumTree.sol";
import {Test} from "../utils/Test.sol";

contract MerkleSumTreeTest is Test {
    /// @dev External, so that the siblings are calldata.
    function verify(
        bytes32 root,
        uint128 totalWei,
        SumTree.Vertex calldata leaf,
        uint256 index,
        IPayouts.SumSibling[] calldata siblings
    ) external pure returns (bool) {
        return MerkleSumTree.verify(root, totalWei, leaf.hash, leaf.sumWei, index, siblings);
    }

    function _leaves(uint256 seed, uint256 count)
        private
        pure
        returns (SumTree.Vertex[] memory all)
    {
        all = new SumTree.Vertex[](count);
        for (uint256 index = 0; index < count; ++index) {
            bytes32 hash = keccak256(abi.encode(seed, index));
            all[index] = SumTree.Vertex(hash, uint128(uint256(hash) % 1e30));
        }
    }

    function testFuzz_everyLeafIsProven(uint256 seed, uint8 size) public view {
        SumTree.Vertex[] memory all = _leaves(seed, bound(size, 1, 17));
        (bytes32 root, uint128 totalWei) = SumTree.root(all);
        for (uint256 index = 0; index < all.length; ++index) {
            assertTrue(this.verify(root, totalWei, all[index], index, SumTree.proof(all, index)));
        }
    }

    function testFuzz_anotherIndexTotalOrSumIsRefused(
        uint256 seed,
        uint8 size,
        uint8 at,
        uint256 other,
        uint128 more
    ) public view {
        SumTree.Vertex[] memory all = _leaves(seed, bound(size, 1, 17));
        uint256 index = bound(at, 0, all.length - 1);
        vm.assume(other != index && more != 0);
        (bytes32 root, uint128 totalWei) = SumTree.root(all);
        IPayouts.SumSibling[] memory siblings = SumTree.proof(all, index);
        assertTrue(!this.verify(root, totalWei, all[index], other, siblings));
        unchecked {
            assertTrue(!this.verify(root, totalWei + more, all[index], index, siblings));
            all[index].sumWei += more;
        }
        assertTrue(!this.verify(root, totalWei, all[index], index, siblings));
    }

    function testFuzz_changedSiblingsAreRefused(uint256 seed, uint8 at, uint128 more) public view {
        SumTree.Vertex[] memory all = _leaves(seed, 13);
        vm.assume(more != 0);
        (bytes32 root, uint128 totalWei) = SumTree.root(all);
        IPayouts.SumSibling[] memory siblings = SumTree.proof(all, 4);
        uint256 height = bound(at, 0, 3);
        unchecked {
            siblings[height].sumWei += more;
        }
        assertTrue(!this.verify(root, totalWei, all[4], 4, siblings));
    }

    /// @notice Sums are not taken modulo 2¹²⁸.
    function test_sumsDoNotWrap() public view {
        SumTree.Vertex memory leaf = SumTree.Vertex("leaf", 10);
        IPayouts.SumSibling[] memory siblings = new IPayouts.SumSibling[](1);
        siblings[0] = IPayouts.SumSibling("sibling", type(uint128).max);
        bytes32 root = keccak256(
            abi.encodePacked(
                bytes1(0x02), leaf.hash, leaf.sumWei, siblings[0].hash, siblings[0].sumWei
            )
        );
        assertTrue(!this.verify(root, 9, leaf, 0, siblings));
    }

    function test_proofsDeeperThan32AreRefused() public view {
        SumTree.Vertex memory leaf = SumTree.Vertex("leaf", 10);
        IPayouts.SumSibling[] memory siblings = new IPayouts.SumSibling[](33);
        bytes32 root = leaf.hash;
        for (uint256 height = 0; height < 33; ++height) {
            root = keccak256(
                abi.encodePacked(bytes1(0x02), root, uint128(10), bytes32(0), uint128(0))
            );
        }
        assertTrue(!this.verify(root, 10, leaf, 0, siblings));
    }

    /// @notice The payout that the Rust side wrote: every account's proof, through the contract's leaf.
    function test_sharedPayoutVector() public view {
        string memory json = vm.readFile("../vectors/merkle.json");
        bytes32 root = vm.parseJsonBytes32(json, ".payout.root");
        uint128 totalWei = uint128(vm.parseJsonUint(json, ".payout.totalWei"));
        uint256 count = vm.parseJsonUint(json, ".payout.count");
        for (uint256 index = 0; index < count; ++index) {
            string memory entry = string.concat(".payout.entitlements[", vm.toString(index), "]");
            SumTree.Vertex memory leaf = _leaf(json, entry);
            assertTrue(this.verify(root, totalWei, leaf, index, _siblings(json, entry)));
        }
        assertTrue(count > 10);
    }

    function _leaf(string memory json, string memory entry)
        private
        pure
        returns (SumTree.Vertex memory)
    {
        uint256 amountWei = vm.parseJsonUint(json, string.concat(entry, ".cumulativeWei"));
        bytes memory data = abi.encode(
            vm.parseJsonUint(json, ".payout.chainId"),
            vm.parseJsonAddress(json, ".payout.payouts"),
            vm.parseJsonAddress(json, string.concat(entry, ".account")),
            amountWei
        );
        bytes32 hash = MerkleTree.leaf(keccak256("openledger.payout.v1"), data);
        return SumTree.Vertex(hash, uint128(amountWei));
    }

    function _siblings(string memory json, string memory entry)
        private
        view
        returns (IPayouts.SumSibling[] memory siblings)
    {
        uint256 depth = 0;
        while (vm.keyExistsJson(json, _sibling(entry, depth))) ++depth;
        siblings = new IPayouts.SumSibling[](depth);
        for (uint256 height = 0; height < depth; ++height) {
            string memory sibling = _sibling(entry, height);
            bytes32 hash = vm.parseJsonBytes32(json, string.concat(sibling, ".hash"));
            uint256 sumWei = vm.parseJsonUint(json, string.concat(sibling, ".sumWei"));
            siblings[height] = IPayouts.SumSibling(hash, uint128(sumWei));
        }
    }

    function _sibling(string memory entry, uint256 height) private pure returns (string memory) {
        return string.concat(entry, ".siblings[", vm.toString(height), "]");
    }
}
