// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IPayouts} from "./IPayouts.sol";

/// @title Escrow of fees
/// @notice Payers deposit OPEN and authorize hosts to take fees from it up to a limit; a host
/// captures the fee of each answer that it has given, once, into the payouts.
/// @dev What a host could capture when it answered, it can still capture: withdrawals wait for
/// `WITHDRAWAL_DELAY_S`, limits are not lowered while they run, and an authorization that has
/// expired or was revoked can be captured from for `WITHDRAWAL_DELAY_S` more, though
/// {available} is zero from that moment on. Vouchers are channels: they need no transaction by the
/// payer, share its balance with its authorizations, and are honoured first come, first served.
interface IEscrow {
    /// @notice The fee of one answer.
    struct Capture {
        /// Who pays.
        address payer;
        /// The answer's id.
        bytes32 completionId;
        /// What the payer pays for it, in wei.
        uint128 feeWei;
    }

    /// @notice What a payer lets a host redeem, signed off chain (EIP-712) by the payer or accepted by
    /// its contract wallet (ERC-1271).
    struct Voucher {
        /// This contract.
        address escrow;
        /// Who pays.
        address payer;
        /// Who answers.
        address host;
        /// Everything that the host may redeem from the payer since the beginning, in wei.
        uint128 limitWei;
        /// Unix time in seconds; redeemable for `WITHDRAWAL_DELAY_S` more.
        uint64 expiresS;
    }

    /// @notice A voucher, and how far the host has earned it.
    struct Redemption {
        /// What the payer signed.
        Voucher voucher;
        /// The payer's signature.
        bytes signature;
        /// Everything that the host has earned from the payer since the beginning, in wei.
        uint128 cumulativeWei;
    }

    /// @notice A payer's deposit grew.
    event Deposited(address indexed payer, address indexed from, uint256 amountWei);
    /// @notice A payer set what a host may capture, and until when.
    event Authorized(
        address indexed payer, address indexed host, uint256 limitWei, uint64 expiresS
    );
    /// @notice The fee of an answer was captured.
    event Captured(
        address indexed host, address indexed payer, bytes32 indexed completionId, uint256 feeWei
    );
    /// @notice A host redeemed a voucher up to `cumulativeWei`.
    event Redeemed(
        address indexed host, address indexed payer, uint256 cumulativeWei, uint256 amountWei
    );
    /// @notice A payer announced a withdrawal.
    event WithdrawalRequested(address indexed payer, uint256 amountWei, uint64 executableS);
    /// @notice A payer got back what was not captured.
    event Withdrawn(address indexed payer, uint256 amountWei);

    /// @notice Thrown when a deposit or withdrawal is of nothing.
    error AmountMissing();
    /// @notice Thrown when an authorization would expire in the past.
    error ExpiryPassed(uint64 expiresS);
    /// @notice Thrown when a limit is lowered while captures from it may still come.
    error LimitLowered(uint256 currentWei, uint256 limitWei);
    /// @notice Thrown when an answer is captured twice by its host.
    error AlreadyCaptured(bytes32 completionId);
    /// @notice Thrown when the payer's authorization is over, its grace included.
    error AuthorizationExpired(address payer, bytes32 completionId);
    /// @notice Thrown when a fee is above what the payer lets the host capture.
    error AboveLimit(address payer, bytes32 completionId, uint256 limitWei);
    /// @notice Thrown when a fee is above the payer's balance.
    error AboveBalance(address payer, bytes32 completionId, uint256 balanceWei);
    /// @notice Thrown when a voucher was written for another escrow.
    error OtherEscrow(address escrow);
    /// @notice Thrown when a voucher is redeemed by another account than its host.
    error NotVoucherHost(address host, address caller);
    /// @notice Thrown when a voucher is over, its grace included.
    error VoucherExpired(address payer, uint64 expiresS);
    /// @notice Thrown when a host has earned more than the voucher says.
    error AboveVoucher(address payer, uint256 limitWei, uint256 cumulativeWei);
    /// @notice Thrown when the host has redeemed as much already.
    error AlreadyRedeemed(address payer, uint256 redeemedWei);
    /// @notice Thrown when a redemption is above the payer's balance.
    error ChannelAboveBalance(address payer, uint256 balanceWei, uint256 amountWei);
    /// @notice Thrown when the payer did not sign the voucher.
    error WrongSignature(address payer);
    /// @notice Thrown when no withdrawal is requested.
    error NothingRequested(address payer);
    /// @notice Thrown when a withdrawal is executed too early.
    error TooEarly(uint64 executableS);

    /// @notice Where captured fees go.
    function PAYOUTS() external view returns (IPayouts);

    /// @notice How long a withdrawal waits, in seconds.
    function WITHDRAWAL_DELAY_S() external view returns (uint64);

    /// @notice Adds to the caller's balance.
    function deposit() external payable;

    /// @notice Adds to the balance of `payer`.
    function depositFor(address payer) external payable;

    /// @notice Sets what `host` may still capture from the caller, and until when.
    /// @param host Who answers.
    /// @param limitWei The new remainder; not below the present one until that is over.
    /// @param expiresS Unix time in seconds, not in the past.
    function authorize(address host, uint128 limitWei, uint64 expiresS) external;

    /// @notice Ends the caller's authorization of `host` now; answers given so far can be captured.
    function revoke(address host) external;

    /// @notice Takes the fees of answers that the caller has given, and funds the payouts with them.
    /// @dev All or nothing, so that a host can simulate it first.
    function capture(Capture[] calldata captures) external;

    /// @notice Takes what the caller has earned by vouchers beyond what it has redeemed, and funds the
    /// payouts with it: many answers, one redemption.
    /// @dev All or nothing, so that a host can simulate it first.
    function redeem(Redemption[] calldata redemptions) external;

    /// @notice What `host` has redeemed from `payer` since the beginning, in wei.
    function redeemedWei(address payer, address host) external view returns (uint128);

    /// @notice Announces that the caller wants `amountWei` back; replaces an earlier request.
    function requestWithdrawal(uint128 amountWei) external;

    /// @notice Pays out the caller's request, less what has been captured from it since.
    function executeWithdrawal() external;

    /// @notice What `host` may count on from `payer` now, in wei: the least of its limit and the
    /// balance less requested withdrawals; zero when the authorization has expired.
    function available(address payer, address host) external view returns (uint256);

    /// @notice A payer's balance, the part of it in a requested withdrawal, and when that can be
    /// executed (Unix time in seconds; zero without request).
    function account(address payer)
        external
        view
        returns (uint96 balanceWei, uint96 withdrawalWei, uint64 executableS);

    /// @notice What `host` may still capture from `payer`, in wei, and until when (Unix time in
    /// seconds, grace not included).
    function authorization(address payer, address host)
        external
        view
        returns (uint96 limitWei, uint64 expiresS);

    /// @notice Whether `host` has captured the fee of an answer.
    function isCaptured(address host, bytes32 completionId) external view returns (bool);
}
