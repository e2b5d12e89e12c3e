// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title What clients of others deploy, write, read, provoke and prove in the tests
/// @dev Guestbook.json is this file compiled by compile.mjs.
contract Guestbook {
    /// Fewest bytes of an entry.
    uint256 public constant LEAST = 3;

    /// How many entries there are; in slot 0, where proofs look for it.
    uint256 public count;

    /// The entries, from 0 on.
    mapping(uint256 number => string words) public entries;

    event Signed(address indexed who, uint256 indexed number, string words);

    error TooShort(uint256 length, uint256 least);

    /// Writes an entry and tells its number.
    function sign(string calldata words) external returns (uint256 number) {
        uint256 length = bytes(words).length;
        if (length < LEAST) revert TooShort(length, LEAST);
        number = count++;
        entries[number] = words;
        emit Signed(msg.sender, number, words);
    }
}
