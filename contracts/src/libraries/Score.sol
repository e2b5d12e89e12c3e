// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Scores of rows of an influence index
/// @notice A leaf is the index's header hash and a row, integers little-endian:
/// ```text
/// header hash (32) ‖ record (32) ‖ contributor (20) ‖ cluster (4) ‖ position (8) ‖ shift (1)
///   ‖ null mean (8) ‖ null deviation (8) ‖ values (one signed byte per dimension)
/// ```
/// The score is the dot product of values and query, shifted left by the row's shift. A header is
/// `"OLINFL01" ‖ rank (4) ‖ rows (4) ‖ basis digest (32) ‖ references digest (32)`.
library Score {
    /// @notice Bytes of a leaf before its values.
    uint256 internal constant VALUES_AT = 113;
    /// @notice Bytes of a header.
    uint256 internal constant HEADER_LENGTH = 80;
    uint256 private constant RECORD_AT = 32;
    uint256 private constant CONTRIBUTOR_AT = 64;
    uint256 private constant SHIFT_AT = 96;
    uint256 private constant SHIFT_MOST = 24;
    /// @dev Every byte's sign bit.
    uint256 private constant SIGNS =
        0x8080808080808080808080808080808080808080808080808080808080808080;

    /// @notice Whether bytes can be a row: long enough, and with a shift that rows have.
    function isRow(bytes calldata leaf) internal pure returns (bool) {
        return leaf.length >= VALUES_AT && uint8(leaf[SHIFT_AT]) <= SHIFT_MOST;
    }

    /// @notice The header hash that a row names.
    function headerOf(bytes calldata leaf) internal pure returns (bytes32) {
        return bytes32(leaf);
    }

    /// @notice The record of a row.
    function recordOf(bytes calldata leaf) internal pure returns (bytes32) {
        return bytes32(leaf[RECORD_AT:]);
    }

    /// @notice Who is paid for a row.
    function contributorOf(bytes calldata leaf) internal pure returns (address) {
        return address(bytes20(leaf[CONTRIBUTOR_AT:]));
    }

    /// @notice Dimensions and rows of the index with this header, which must be `HEADER_LENGTH` long.
    function sizeOf(bytes calldata header) internal pure returns (uint256 rank, uint256 rows) {
        return (_littleEndian(header, 8), _littleEndian(header, 12));
    }

    function _littleEndian(bytes calldata data, uint256 offset)
        private
        pure
        returns (uint256 number)
    {
        for (uint256 index = 4; index > 0; --index) {
            number = (number << 8) | uint8(data[offset + index - 1]);
        }
    }

    /// @notice The score of a row with one value per byte of `query`, below 2³⁰ of them.
    function scoreOf(bytes calldata leaf, bytes calldata query) internal pure returns (int256) {
        return _dot(leaf[VALUES_AT:], query) << uint8(leaf[SHIFT_AT]);
    }

    /// @notice The dot product of two lists of signed bytes of one length.
    /// @dev With a' = a + 128 and b' = b + 128, which flips the sign bit of each byte:
    /// Σ a·b = Σ a'·b' − 128·(Σ a' + Σ b') + 128²·n. Thirty-two bytes at a time: every fourth byte makes
    /// a number of eight digits to the base 2³². The eighth digit of the product of such a number with
    /// another whose digits are reversed is the sum of the eight products of equal places; no digit
    /// passes 8·255² < 2³². The bytes after the end of the lists are made zero after the flip.
    function _dot(bytes calldata left, bytes calldata right) private pure returns (int256 sum) {
        uint256 length = left.length;
        assembly ("memory-safe") {
            let digits := 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff
            let evens := 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff
            let products := 0
            let total := 0
            for { let place := 0 } lt(place, length) { place := add(place, 32) } {
                let a := xor(calldataload(add(left.offset, place)), SIGNS)
                let b := xor(calldataload(add(right.offset, place)), SIGNS)
                if lt(sub(length, place), 32) {
                    let mask := not(shr(shl(3, sub(length, place)), not(0)))
                    a := and(a, mask)
                    b := and(b, mask)
                }
                // Sixteen sums below 1,021, whose sum is their remainder by 2¹⁶ − 1.
                let pairs :=
                    add(
                        add(and(a, evens), and(shr(8, a), evens)),
                        add(and(b, evens), and(shr(8, b), evens))
                    )
                total := add(total, mod(pairs, 0xffff))
                // The eight words of 32 bits of b, reversed: halves, quarters, eighths.
                b := or(shl(128, b), shr(128, b))
                let low := 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff
                b := or(shl(64, and(b, low)), and(shr(64, b), low))
                low := 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff
                b := or(shl(32, and(b, low)), and(shr(32, b), low))
                products := add(products, shr(224, mul(and(a, digits), and(b, digits))))
                a := shr(8, a)
                b := shr(8, b)
                products := add(products, shr(224, mul(and(a, digits), and(b, digits))))
                a := shr(8, a)
                b := shr(8, b)
                products := add(products, shr(224, mul(and(a, digits), and(b, digits))))
                a := shr(8, a)
                b := shr(8, b)
                products := add(products, shr(224, mul(and(a, digits), and(b, digits))))
            }
            sum := add(sub(products, shl(7, total)), shl(14, length))
        }
    }
}
