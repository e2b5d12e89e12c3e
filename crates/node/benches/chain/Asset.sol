// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice An ERC-20 asset whose whole supply belongs to whoever creates it.
contract Asset is ERC20 {
    constructor() ERC20("Asset", "AST") {
        _mint(msg.sender, 1_000_000_000 ether);
    }
}
