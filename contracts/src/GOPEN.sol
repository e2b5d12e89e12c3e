// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IGOPEN} from "./interfaces/IGOPEN.sol";
import {IWOPEN} from "./interfaces/IWOPEN.sol";

/// @title GOPEN
contract GOPEN is IGOPEN, ERC20, ERC20Permit, ERC20Votes {
    using SafeERC20 for IERC20;

    /// @inheritdoc IGOPEN
    IWOPEN public immutable WRAPPED;

    constructor(IWOPEN wrapped) ERC20("Governance OPEN", "GOPEN") ERC20Permit("Governance OPEN") {
        WRAPPED = wrapped;
    }

    /// @notice Takes native OPEN back from the wrapped token, and from nobody else.
    receive() external payable {
        if (msg.sender != address(WRAPPED)) revert OnlyWrappedToken(msg.sender);
    }

    /// @inheritdoc IGOPEN
    function deposit(uint256 amountWei) external {
        IERC20(address(WRAPPED)).safeTransferFrom(msg.sender, address(this), amountWei);
        _lock(amountWei);
    }

    /// @inheritdoc IGOPEN
    function withdraw(uint256 amountWei) external {
        _unlock(amountWei);
        IERC20(address(WRAPPED)).safeTransfer(msg.sender, amountWei);
    }

    /// @inheritdoc IGOPEN
    function depositNative() external payable {
        WRAPPED.deposit{value: msg.value}();
        _lock(msg.value);
    }

    /// @inheritdoc IGOPEN
    function withdrawNative(uint256 amountWei) external {
        _unlock(amountWei);
        WRAPPED.withdraw(amountWei);
        (bool sent,) = msg.sender.call{value: amountWei}("");
        if (!sent) revert TransferFailed(msg.sender, amountWei);
    }

    /// @notice ERC-6372: votes are timed in seconds.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice ERC-6372: what `clock` counts.
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice ERC-2612: the nonce that the next permit or delegation by signature must carry.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _lock(uint256 amountWei) private {
        _mint(msg.sender, amountWei);
        emit Deposited(msg.sender, amountWei);
    }

    function _unlock(uint256 amountWei) private {
        _burn(msg.sender, amountWei);
        emit Withdrawn(msg.sender, amountWei);
    }

    function _update(address from, address to, uint256 amountWei)
        internal
        override(ERC20, ERC20Votes)
    {
        super._update(from, to, amountWei);
    }
}
