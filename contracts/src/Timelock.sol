// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Timelock
/// @notice Owner of everything that can be changed, and the treasury. It does only what the governor
/// has queued, not before `minDelayS` has passed, and only when the governor executes it, so that a
/// proposal that expired there cannot be carried out here. It has no administrator but itself.
contract Timelock is TimelockController {
    /// @param minDelayS Seconds between queueing and execution; only governance changes it.
    /// @param governor Who queues, cancels and executes.
    constructor(uint256 minDelayS, address governor)
        TimelockController(minDelayS, _only(governor), _only(governor), address(0))
    {}

    function _only(address account) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }
}
