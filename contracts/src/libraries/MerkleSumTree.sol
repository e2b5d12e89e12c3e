// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IPayouts} from "../interfaces/IPayouts.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @title Positional Merkle-sum proofs
/// @notice
/// ```text
/// vertex hash = keccak256(0x02 ‖ left hash ‖ left sum (16 bytes) ‖ right hash ‖ right sum (16 bytes))
/// vertex sum  = left sum + right sum
/// ```
/// Leaves are those of {MerkleTree}, each with a sum; padding is a hash of zero with a sum of zero. A
/// proof leads to the root's hash and to its sum, so one tree cannot promise more than its total.
library MerkleSumTree {
    /// @notice Whether a leaf with a sum stands at `index` of the tree with `root` and `totalWei`.
    /// @dev False when the proof is deeper than {MerkleTree} allows, the index needs more levels than the
    /// proof has, or a sum passes 128 bits.
    function verify(
        bytes32 root,
        uint128 totalWei,
        bytes32 leafHash,
        uint128 leafWei,
        uint256 index,
        IPayouts.SumSibling[] calldata siblings
    ) internal pure returns (bool) {
        uint256 depth = siblings.length;
        if (depth > MerkleTree.DEPTH_MAX || index >> depth != 0) return false;
        bytes32 hash = leafHash;
        uint256 sumWei = leafWei;
        for (uint256 height = 0; height < depth; ++height) {
            IPayouts.SumSibling calldata sibling = siblings[height];
            hash = (index >> height) & 1 == 0
                ? _vertex(hash, sumWei, sibling.hash, sibling.sumWei)
                : _vertex(sibling.hash, sibling.sumWei, hash, sumWei);
            sumWei += sibling.sumWei;
            if (sumWei > type(uint128).max) return false;
        }
        return hash == root && sumWei == totalWei;
    }

    /// @dev Sums are below 2¹²⁸ here.
    function _vertex(bytes32 left, uint256 leftWei, bytes32 right, uint256 rightWei)
        private
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encodePacked(bytes1(0x02), left, uint128(leftWei), right, uint128(rightWei))
        );
    }
}
