// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The cheat codes that these tests use.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function addr(uint256 key) external pure returns (address);
    function lastCallGas() external view returns (Gas memory);
    function assume(bool condition) external pure;
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function getNonce(address account) external view returns (uint64);
    function roll(uint256 blockNumber) external;
    function setBlockhash(uint256 blockNumber, bytes32 hash) external;
    function sign(uint256 key, bytes32 hash) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function chainId(uint256 id) external;
    function deal(address who, uint256 amountWei) external;
    function expectRevert(bytes calldata data) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data) external;
    function getRecordedLogs() external returns (Log[] memory logs);
    function prank(address sender) external;
    function readFile(string calldata path) external view returns (string memory);
    function recordLogs() external;
    function warp(uint256 timeS) external;
    function parseJsonAddress(string calldata json, string calldata key)
        external
        pure
        returns (address);
    function parseJsonBytes(string calldata json, string calldata key)
        external
        pure
        returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key)
        external
        pure
        returns (bytes32);
    function parseJsonBytes32Array(string calldata json, string calldata key)
        external
        pure
        returns (bytes32[] memory);
    function parseJsonString(string calldata json, string calldata key)
        external
        pure
        returns (string memory);
    function parseJsonUint(string calldata json, string calldata key)
        external
        pure
        returns (uint256);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function toString(uint256 value) external pure returns (string memory);
}

/// @notice Base of every test contract.
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice Marks the contract as a test for forge.
    bool public constant IS_TEST = true;

    error NotEqual(uint256 left, uint256 right);
    error NotEqualBytes32(bytes32 left, bytes32 right);
    error NotEqualAddress(address left, address right);
    error NotTrue();

    function assertEq(uint256 left, uint256 right) internal pure {
        if (left != right) revert NotEqual(left, right);
    }

    function assertEq(bytes32 left, bytes32 right) internal pure {
        if (left != right) revert NotEqualBytes32(left, right);
    }

    function assertEq(address left, address right) internal pure {
        if (left != right) revert NotEqualAddress(left, right);
    }

    function assertTrue(bool statement) internal pure {
        if (!statement) revert NotTrue();
    }

    /// @notice `value` brought into `least ..= most`.
    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        uint256 count = most - least + 1;
        return count == 0 ? value : least + value % count;
    }

    /// @notice An address with no code that is nobody's precompile.
    function user(uint256 number) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("user", number)))));
    }
}
