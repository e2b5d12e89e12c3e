// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MerkleTree} from "../../src/libraries/MerkleTree.sol";

/// @notice Builds trees and proofs for tests, by the definition rather than by the shortest code.
library Tree {
    bytes32 internal constant PAYOUT = keccak256("openledger.payout.v1");

    function payoutLeaf(address payouts, address account, uint128 cumulativeWei)
        internal
        view
        returns (bytes32)
    {
        return MerkleTree.leaf(PAYOUT, abi.encode(block.chainid, payouts, account, cumulativeWei));
    }

    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[] memory level = padded(leaves);
        while (level.length > 1) level = above(level);
        return level[0];
    }

    function proof(bytes32[] memory leaves, uint256 index)
        internal
        pure
        returns (bytes32[] memory siblings)
    {
        bytes32[] memory level = padded(leaves);
        uint256 depth = 0;
        while (level.length >> depth > 1) ++depth;
        siblings = new bytes32[](depth);
        for (uint256 height = 0; height < depth; ++height) {
            siblings[height] = level[(index >> height) ^ 1];
            level = above(level);
        }
    }

    function padded(bytes32[] memory leaves) private pure returns (bytes32[] memory level) {
        uint256 width = 1;
        while (width < leaves.length) width *= 2;
        level = new bytes32[](width);
        for (uint256 index = 0; index < leaves.length; ++index) {
            level[index] = leaves[index];
        }
    }

    function above(bytes32[] memory level) private pure returns (bytes32[] memory next) {
        next = new bytes32[](level.length / 2);
        for (uint256 index = 0; index < next.length; ++index) {
            next[index] =
                keccak256(abi.encodePacked(bytes1(0x01), level[2 * index], level[2 * index + 1]));
        }
    }
}
