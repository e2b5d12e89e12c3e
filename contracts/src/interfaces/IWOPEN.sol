// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Wrapped OPEN
/// @notice Holds native OPEN, one wei for each wei of the ERC-20. Permit (ERC-2612) and transfers by
/// signed authorization (ERC-3009), both also for contract wallets (ERC-1271). It has no votes, so
/// that transfers stay cheap, and nobody owns it.
interface IWOPEN {
    /// @notice Native OPEN was wrapped.
    event Deposit(address indexed account, uint256 amountWei);
    /// @notice Wrapped OPEN was turned back into native OPEN.
    event Withdrawal(address indexed account, uint256 amountWei);

    /// @notice Thrown when `to` refuses native OPEN.
    error TransferFailed(address to, uint256 amountWei);

    /// @notice Wraps the native OPEN sent along; sending it without data does the same.
    function deposit() external payable;

    /// @notice Burns wrapped OPEN of the caller and sends as much native OPEN to it.
    function withdraw(uint256 amountWei) external;

    /// @notice ERC-2612's permit with a signature as bytes, by which contract wallets can sign too.
    function permit(
        address owner,
        address spender,
        uint256 amountWei,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice ERC-3009's transfer with a signature as bytes, by which contract wallets can sign too.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 amountWei,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice The same when only `to` may send it, so that nobody can run ahead of a deposit.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 amountWei,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice ERC-3009's cancellation with a signature as bytes.
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature)
        external;
}
