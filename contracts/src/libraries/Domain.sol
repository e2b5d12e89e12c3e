// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The EIP-712 domain of the product
/// @notice One domain per chain, `{name "OpenLedger", version "1", chainId}`, for everything that is
/// signed off chain; a structure that is meant for one contract carries that contract's address.
library Domain {
    bytes32 private constant TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId)");
    bytes32 private constant NAME = keccak256("OpenLedger");
    bytes32 private constant VERSION = keccak256("1");

    /// @notice What is signed on this chain for a structure: `keccak256(0x1901 ‖ domain ‖ hashStruct)`.
    function signingHash(bytes32 structHash) internal view returns (bytes32) {
        bytes32 separator = keccak256(abi.encode(TYPEHASH, NAME, VERSION, block.chainid));
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }
}
