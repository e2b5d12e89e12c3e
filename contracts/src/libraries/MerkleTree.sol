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
        for (uint256 height = 0; height < depth; ++height) {
            vertex = (index >> height) & 1 == 0
                ? _vertex(vertex, siblings[height])
                : _vertex(siblings[height], vertex);
        }
        return vertex == root;
    }

    function _vertex(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
