// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IWOPEN} from "./IWOPEN.sol";

/// @title Governance OPEN
/// @notice A vote for each wei of WOPEN held here. Votes count once delegated (to oneself too), and
/// as they stood at a past second (ERC-5805, ERC-6372 `mode=timestamp`), so that what is borrowed
/// within a transaction has no vote. Nobody owns the contract.
interface IGOPEN {
    /// @notice OPEN was locked for votes.
    event Deposited(address indexed account, uint256 amountWei);
    /// @notice OPEN was taken back.
    event Withdrawn(address indexed account, uint256 amountWei);

    /// @notice Thrown when native OPEN arrives from elsewhere than WOPEN.
    error OnlyWrappedToken(address sender);
    /// @notice Thrown when `to` refuses native OPEN.
    error TransferFailed(address to, uint256 amountWei);

    /// @notice The wrapped token that backs every vote.
    function WRAPPED() external view returns (IWOPEN);

    /// @notice Takes WOPEN that the caller has approved and mints as much GOPEN to it.
    function deposit(uint256 amountWei) external;

    /// @notice Burns GOPEN of the caller and gives back as much WOPEN.
    function withdraw(uint256 amountWei) external;

    /// @notice The same as `deposit`, from the native OPEN sent along.
    function depositNative() external payable;

    /// @notice The same as `withdraw`, in native OPEN.
    function withdrawNative(uint256 amountWei) external;
}
