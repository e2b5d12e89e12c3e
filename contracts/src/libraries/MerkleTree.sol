// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Positional Merkle proofs
/// @notice
/// ```text
/// leaf   = keccak256(0x00 ‖ keccak256(domain) ‖ keccak256(data))
/// vertex = keccak256(0x01 ‖ left ‖ right)
/// ```
/// A proof has one sibling per level; the bits of the leaf's index say on which side. A leaf can
/// never be read as a vertex (first byte), nor as a leaf of another kind of tree (domain).
library MerkleTree {
    /// @notice Levels that a proof may have at most.
    uint256 internal constant DEPTH_MAX = 32;

    /// @notice Hash of a leaf.
    /// @param domainHash keccak-256 of the domain's name.
    /// @param data The leaf's content.
    function leaf(bytes32 domainHash, bytes memory data) internal pure returns (bytes32) {
        return leafOf(domainHash, keccak256(data));
    }

    /// @notice Hash of a leaf whose content has the keccak-256 `dataHash`.
    function leafOf(bytes32 domainHash, bytes32 dataHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), domainHash, dataHash));
    }

    /// @notice Whether `leafHash` stands at `index` of the tree with `root`.
    /// @dev False when the proof is deeper than `DEPTH_MAX` or the index needs more levels than the
    /// proof has, so that one leaf has exactly one index.
    function verify(bytes32 root, bytes32 leafHash, uint256 index, bytes32[] calldata siblings)
        internal
        pure
        returns (bool)
    {
        uint256 depth = siblings.length;
        if (depth > DEPTH_MAX || index >> depth != 0) return false;
        bytes32 vertex = leafHash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 0x01)
            for { let height := 0 } lt(height, depth) { height := add(height, 1) } {
                let sibling := calldataload(add(siblings.offset, shl(5, height)))
                // The side of the vertex: 0 left, 32 right; its sibling is on the other one.
                let side := shl(5, and(shr(height, index), 1))
                mstore(add(add(free, 1), side), vertex)
                mstore(sub(add(free, 33), side), sibling)
                vertex := keccak256(free, 65)
            }
        }
        return vertex == root;
    }
}
