// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgents} from "../interfaces/IAgents.sol";
import {Upgradeable} from "./Upgradeable.sol";

/// @title A registry about agents
/// @notice What ERC-8004's reputation and validation registries share: the registry of agents.
abstract contract OfAgents is Upgradeable {
    /// @custom:storage-location erc7201:openledger.OfAgents
    struct OfAgentsStorage {
        IAgents agents;
    }

    bytes32 private constant LOCATION = keccak256(
        abi.encode(uint256(keccak256("openledger.OfAgents")) - 1)
    ) & ~bytes32(uint256(0xff));

    function _initialize(address governance, address identityRegistry) internal onlyInitializing {
        __Ownable_init(governance);
        _ofAgents().agents = IAgents(identityRegistry);
    }

    function _agents() internal view returns (IAgents) {
        return _ofAgents().agents;
    }

    function _ofAgents() private pure returns (OfAgentsStorage storage $) {
        bytes32 location = LOCATION;
        assembly ("memory-safe") {
            $.slot := location
        }
    }
}
