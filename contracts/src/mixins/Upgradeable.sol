// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    OwnableUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// @title Upgradeable by governance
/// @notice Code behind an ERC-1967 proxy that only the proxy's owner, the timelock, may replace.
/// @dev Whatever inherits this keeps its storage in ERC-7201 namespaces, so that neither a new base
/// nor a new version can move what an old one has written. Nobody can initialize the code itself.
abstract contract Upgradeable is Initializable, OwnableUpgradeable, UUPSUpgradeable {
    constructor() {
        _disableInitializers();
    }

    function _authorizeUpgrade(address) internal view override onlyOwner {}
}
