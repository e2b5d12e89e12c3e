// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MerkleTree} from "../../src/libraries/MerkleTree.sol";
import {Test} from "../utils/Test.sol";
import {Tree} from "../utils/Tree.sol";

contract MerkleTreeTest is Test {
    /// @dev External, so that the siblings are calldata.
    function verify(bytes32 root, bytes32 leaf, uint256 index, bytes32[] calldata siblings)
        external
        pure
        returns (bool)
    {
        return MerkleTree.verify(root, leaf, index, siblings);
    }

    function leavesOf(uint256 seed, uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 index = 0; index < count; ++index) {
            leaves[index] = MerkleTree.leaf(keccak256("kind"), abi.encode(seed, index));
        }
    }

    function testFuzz_everyLeafIsProven(uint256 seed, uint8 size) public view {
        uint256 count = bound(size, 1, 33);
        bytes32[] memory leaves = leavesOf(seed, count);
        bytes32 root = Tree.root(leaves);
        for (uint256 index = 0; index < count; ++index) {
            assertTrue(this.verify(root, leaves[index], index, Tree.proof(leaves, index)));
        }
    }

    function testFuzz_anotherIndexIsRefused(uint256 seed, uint8 size, uint8 at, uint256 other)
        public
        view
    {
        uint256 count = bound(size, 1, 33);
        uint256 index = bound(at, 0, count - 1);
        vm.assume(other != index);
        bytes32[] memory leaves = leavesOf(seed, count);
        bytes32[] memory siblings = Tree.proof(leaves, index);
        assertTrue(!this.verify(Tree.root(leaves), leaves[index], other, siblings));
    }

    function testFuzz_aChangedSiblingIsRefused(uint256 seed, uint8 size, uint8 at, bytes32 flip)
        public
        view
    {
        uint256 count = bound(size, 2, 33);
        vm.assume(flip != 0);
        bytes32[] memory leaves = leavesOf(seed, count);
        bytes32[] memory siblings = Tree.proof(leaves, 0);
        siblings[bound(at, 0, siblings.length - 1)] ^= flip;
        assertTrue(!this.verify(Tree.root(leaves), leaves[0], 0, siblings));
    }

    function test_aVertexIsNoLeaf() public view {
        bytes32[] memory leaves = leavesOf(1, 4);
        bytes memory pair = abi.encodePacked(leaves[0], leaves[1]);
        bytes32[] memory siblings = new bytes32[](1);
        siblings[0] = Tree.proof(leaves, 0)[1];
        bytes32 forged = MerkleTree.leaf(keccak256("kind"), pair);
        assertTrue(!this.verify(Tree.root(leaves), forged, 0, siblings));
    }

    function test_proofsDeeperThan32AreRefused() public view {
        bytes32[] memory siblings = new bytes32[](33);
        bytes32 vertex = MerkleTree.leaf(keccak256("kind"), "");
        bytes32 leaf = vertex;
        for (uint256 height = 0; height < 33; ++height) {
            vertex = keccak256(abi.encodePacked(bytes1(0x01), vertex, bytes32(0)));
        }
        assertTrue(!this.verify(vertex, leaf, 0, siblings));
    }

    /// @notice The trees that the Rust side wrote: every leaf, root and proof, bit for bit.
    function test_sharedVectors() public view {
        string memory json = vm.readFile("../vectors/merkle.json");
        uint256 trees = 0;
        for (; vm.keyExistsJson(json, _key("trees", trees, "root")); ++trees) {
            bytes32 kind =
                keccak256(bytes(vm.parseJsonString(json, _key("trees", trees, "domain"))));
            bytes32 root = vm.parseJsonBytes32(json, _key("trees", trees, "root"));
            _checkLeaves(json, string.concat(".trees[", vm.toString(trees), "]"), kind, root);
        }
        assertTrue(trees >= 10);
    }

    function _checkLeaves(string memory json, string memory tree, bytes32 kind, bytes32 root)
        private
        view
    {
        uint256 count = vm.parseJsonUint(json, string.concat(tree, ".count"));
        for (uint256 index = 0; index < count; ++index) {
            string memory leaf = string.concat(tree, ".leaves[", vm.toString(index), "]");
            bytes memory data = vm.parseJsonBytes(json, string.concat(leaf, ".data"));
            bytes32 hash = MerkleTree.leaf(kind, data);
            assertEq(hash, vm.parseJsonBytes32(json, string.concat(leaf, ".hash")));
            bytes32[] memory siblings = count == 1
                ? new bytes32[](0)
                : vm.parseJsonBytes32Array(json, string.concat(leaf, ".siblings"));
            assertTrue(this.verify(root, hash, index, siblings));
        }
    }

    function _key(string memory list, uint256 position, string memory field)
        private
        pure
        returns (string memory)
    {
        return string.concat(".", list, "[", vm.toString(position), "].", field);
    }
}
