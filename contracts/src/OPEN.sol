// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title OPEN
/// @notice The token on chains where it is not the native one: 1,000,000,000 OPEN, all minted to one
/// holder at deployment. Nobody can mint, burn others' or stop transfers.
contract OPEN is ERC20, ERC20Permit {
    constructor(address holder) ERC20("OPEN", "OPEN") ERC20Permit("OPEN") {
        _mint(holder, 1_000_000_000 ether);
    }
}
