// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Score} from "../../src/libraries/Score.sol";
import {Test} from "../utils/Test.sol";

contract ScoreTest is Test {
    /// @dev External, so that leaf and query are calldata.
    function scoreOf(bytes calldata leaf, bytes calldata query) external pure returns (int256) {
        return Score.scoreOf(leaf, query);
    }

    function isRow(bytes calldata leaf) external pure returns (bool) {
        return Score.isRow(leaf);
    }

    function sizeOf(bytes calldata header) external pure returns (uint256, uint256) {
        return Score.sizeOf(header);
    }

    function _leaf(uint8 shift, bytes memory values) private pure returns (bytes memory) {
        return abi.encodePacked(new bytes(96), shift, new bytes(16), values);
    }

    function _byte(bytes memory data, uint256 index) private pure returns (int256) {
        return int8(uint8(data[index]));
    }

    /// @notice Against the dot product as it is defined, for every length.
    function testFuzz_scoresAreDotProducts(bytes32 seed, uint8 size, uint8 shift) public view {
        uint8 by = uint8(bound(shift, 0, 24));
        bytes memory values = new bytes(size);
        bytes memory query = new bytes(size);
        int256 sum = 0;
        for (uint256 index = 0; index < size; ++index) {
            bytes32 random = keccak256(abi.encode(seed, index));
            (values[index], query[index]) = (random[0], random[1]);
            sum += _byte(values, index) * _byte(query, index);
        }
        assertTrue(this.scoreOf(_leaf(by, values), query) == sum * int256(2 ** uint256(by)));
    }

    function test_theExtremesDoNotOverflow() public view {
        bytes memory least = new bytes(1024);
        bytes memory most = new bytes(1024);
        for (uint256 index = 0; index < 1024; ++index) {
            (least[index], most[index]) = (0x80, 0x7f);
        }
        assertTrue(this.scoreOf(_leaf(24, least), least) == int256(1024 * 128 * 128) << 24);
        assertTrue(this.scoreOf(_leaf(24, most), most) == int256(1024 * 127 * 127) << 24);
        assertTrue(this.scoreOf(_leaf(24, least), most) == -(int256(1024 * 127 * 128) << 24));
    }

    function test_rowsAreLongEnoughAndShiftedALittle() public view {
        assertTrue(this.isRow(_leaf(24, "")));
        assertTrue(!this.isRow(_leaf(25, "")));
        assertTrue(!this.isRow(new bytes(112)));
    }

    function testFuzz_headersAreLittleEndian(uint32 rank, uint32 rows) public view {
        bytes memory header = new bytes(80);
        for (uint256 index = 0; index < 4; ++index) {
            header[8 + index] = bytes1(uint8(rank >> (8 * index)));
            header[12 + index] = bytes1(uint8(rows >> (8 * index)));
        }
        (uint256 foundRank, uint256 foundRows) = this.sizeOf(header);
        assertEq(foundRank, rank);
        assertEq(foundRows, rows);
    }
}
