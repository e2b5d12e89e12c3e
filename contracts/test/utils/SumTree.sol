// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IPayouts} from "../../src/interfaces/IPayouts.sol";
import {Tree} from "./Tree.sol";

/// @notice Builds Merkle-sum trees and proofs for tests, by the definition.
library SumTree {
    struct Vertex {
        bytes32 hash;
        uint128 sumWei;
    }

    /// @notice The leaves of a payout, in the order given.
    function leaves(address payouts, address[] memory accounts, uint128[] memory amountsWei)
        internal
        view
        returns (Vertex[] memory all)
    {
        all = new Vertex[](accounts.length);
        for (uint256 index = 0; index < all.length; ++index) {
            bytes32 hash = Tree.payoutLeaf(payouts, accounts[index], amountsWei[index]);
            all[index] = Vertex(hash, amountsWei[index]);
        }
    }

    function root(Vertex[] memory all) internal pure returns (bytes32 hash, uint128 sumWei) {
        Vertex[] memory level = padded(all);
        while (level.length > 1) level = above(level);
        return (level[0].hash, level[0].sumWei);
    }

    function proof(Vertex[] memory all, uint256 index)
        internal
        pure
        returns (IPayouts.SumSibling[] memory siblings)
    {
        Vertex[] memory level = padded(all);
        uint256 depth = 0;
        while (level.length >> depth > 1) ++depth;
        siblings = new IPayouts.SumSibling[](depth);
        for (uint256 height = 0; height < depth; ++height) {
            Vertex memory sibling = level[(index >> height) ^ 1];
            siblings[height] = IPayouts.SumSibling(sibling.hash, sibling.sumWei);
            level = above(level);
        }
    }

    function padded(Vertex[] memory all) private pure returns (Vertex[] memory level) {
        uint256 width = 1;
        while (width < all.length) width *= 2;
        level = new Vertex[](width);
        for (uint256 index = 0; index < all.length; ++index) {
            level[index] = all[index];
        }
    }

    function above(Vertex[] memory level) private pure returns (Vertex[] memory next) {
        next = new Vertex[](level.length / 2);
        for (uint256 index = 0; index < next.length; ++index) {
            (Vertex memory left, Vertex memory right) = (level[2 * index], level[2 * index + 1]);
            bytes memory pair =
                abi.encodePacked(bytes1(0x02), left.hash, left.sumWei, right.hash, right.sumWei);
            next[index] = Vertex(keccak256(pair), left.sumWei + right.sumWei);
        }
    }
}
