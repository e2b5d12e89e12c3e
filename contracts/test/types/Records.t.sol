// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Domain} from "../../src/libraries/Domain.sol";
import {AttributionReceipt, Completion, RecordShare, Records} from "../../src/types/Records.sol";
import {Test} from "../utils/Test.sol";

contract RecordsTest is Test {
    /// @dev External, so that the receipt is calldata.
    function idOf(AttributionReceipt calldata receipt) external pure returns (bytes32) {
        return receipt.id();
    }

    function _entry(string memory list, uint256 position) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(position), "]");
    }

    function _check(string memory json, string memory entry, bytes32 id) private view {
        assertEq(id, vm.parseJsonBytes32(json, string.concat(entry, ".id")));
        bytes32 signed = vm.parseJsonBytes32(json, string.concat(entry, ".signingHash"));
        assertEq(Domain.signingHash(id), signed);
    }

    /// @notice The records that the Rust side wrote: every id and signing hash, bit for bit.
    function test_sharedVectors() public {
        string memory json = vm.readFile("../vectors/records.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        uint256 count = 0;
        string memory entry = _entry("completions", 0);
        for (; vm.keyExistsJson(json, entry); entry = _entry("completions", ++count)) {
            bytes memory encoded = vm.parseJsonBytes(json, string.concat(entry, ".abi"));
            Completion memory completion = abi.decode(encoded, (Completion));
            _check(json, entry, completion.id());
        }
        assertEq(count, 3);
        (count, entry) = (0, _entry("receipts", 0));
        for (; vm.keyExistsJson(json, entry); entry = _entry("receipts", ++count)) {
            bytes memory encoded = vm.parseJsonBytes(json, string.concat(entry, ".abi"));
            AttributionReceipt memory receipt = abi.decode(encoded, (AttributionReceipt));
            _check(json, entry, this.idOf(receipt));
        }
        assertEq(count, 5);
    }

    /// @notice A word of a share that holds more than its type is refused wherever it stands.
    function testFuzz_malformedSharesAreRefused(uint8 field, uint8 bit, uint8 position) public {
        AttributionReceipt memory receipt;
        receipt.shares = new RecordShare[](3);
        bytes memory data = abi.encodeCall(this.idOf, (receipt));
        uint256[7] memory fields = [uint256(0), 2, 3, 4, 5, 6, 7];
        uint256[7] memory bits = [uint256(32), 160, 63, 32, 8, 8, 32];
        uint256 which = bound(field, 0, 6);
        uint256 dirt = uint256(1) << bound(bit, bits[which], 255);
        uint256 start = _sharesIn(data) + 256 * bound(position, 0, 2) + 32 * fields[which];
        assembly ("memory-safe") {
            let place := add(add(data, 32), start)
            mstore(place, or(mload(place), dirt))
        }
        (bool done, bytes memory reason) = address(this).call(data);
        assertTrue(!done);
        assertEq(bytes32(reason), bytes32(Records.MalformedShare.selector));
    }

    /// @dev Where the first share begins: selector, offset of the receipt, and the offset in its seventh
    /// field, which leads to the length.
    function _sharesIn(bytes memory data) private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := add(add(36, mload(add(add(data, 32), add(36, 192)))), 32)
        }
    }
}
