// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Payout} from "../types/Records.sol";

/// @title Payouts
/// @notice Holds captured fees and pays them out by cumulative amounts: after each period the poster
/// posts one Merkle root over what every account has earned since the beginning, and an account is
/// paid what it has earned less what it has been paid. A period missed is a period caught up.
/// @dev A leaf is `abi.encode(chainId, this contract, account, cumulativeWei)` under the domain
/// `openledger.payout.v1`, so a proof means nothing on another chain or for another contract.
/// Even a poster that lies about shares cannot pay more than was funded and posted.
interface IPayouts {
    /// @notice What an account has earned, and the proof of it.
    struct Entitlement {
        /// Who is paid.
        address account;
        /// Everything earned since the beginning, in wei.
        uint128 cumulativeWei;
        /// 0-based position of the leaf.
        uint256 index;
        /// One sibling per level, from the leaf up.
        bytes32[] siblings;
    }

    /// @notice Fees arrived.
    event Funded(address indexed from, uint256 amountWei, uint256 fundedWei);
    /// @notice A period's payout was posted; claims are checked against it from now on.
    event Posted(
        uint64 indexed period,
        bytes32 indexed payoutId,
        bytes32 root,
        uint256 totalWei,
        bytes32 dataDigest
    );
    /// @notice An account was paid.
    event Claimed(
        address indexed account, bytes32 indexed payoutId, uint256 paidWei, uint256 cumulativeWei
    );
    /// @notice An account refused its payment within {claimMany}; it can still be claimed.
    event PaymentRefused(address indexed account, uint256 amountWei);

    /// @notice Thrown when funding with nothing.
    error NothingFunded();
    /// @notice Thrown when a payout's period is not the one after the last.
    error PeriodNotNext(uint64 next, uint64 period);
    /// @notice Thrown when a payout's parent is not the last payout.
    error ParentNotLast(bytes32 last, bytes32 parent);
    /// @notice Thrown when a payout's total is below the last one.
    error TotalLowered(uint256 lastWei, uint256 totalWei);
    /// @notice Thrown when a payout's total is above what was funded.
    error Unfunded(uint256 fundedWei, uint256 totalWei);
    /// @notice Thrown when leaf and siblings do not hash to the last posted root.
    error WrongProof(address account, uint256 index);
    /// @notice Thrown when the account has been paid everything that it has earned.
    error NothingToClaim(address account, uint256 claimedWei);
    /// @notice Thrown when the claims would exceed the posted total: the root pays out too much.
    error AboveTotal(address account, uint256 amountWei);
    /// @notice Thrown when the poster would be nobody for ever.
    error PosterRequired();

    /// @notice Adds the value sent to what can be paid out. Escrow calls it; anybody may.
    function fund() external payable;

    /// @notice Posts the payout of the next period. Callable by the poster (the owner).
    /// @param payout The record.
    /// @param dataDigest keccak-256 of the list of accounts and amounts behind the root.
    /// @return payoutId The record's id.
    function post(Payout calldata payout, bytes32 dataDigest) external returns (bytes32 payoutId);

    /// @notice Pays `account` what it has earned and not been paid. Callable by anybody.
    function claim(
        address account,
        uint128 cumulativeWei,
        uint256 index,
        bytes32[] calldata siblings
    ) external;

    /// @notice Pays many accounts. Skips those with nothing to claim; one that refuses its payment,
    /// or needs more than 100,000 gas to take it, keeps its claim and does not stop the others.
    function claimMany(Entitlement[] calldata entitlements) external;

    /// @notice What an account has been paid since the beginning, in wei.
    function claimedWei(address account) external view returns (uint128);

    /// @notice What was funded since the beginning, in wei.
    function fundedWei() external view returns (uint128);

    /// @notice What was paid to all accounts since the beginning, in wei.
    function claimedTotalWei() external view returns (uint128);

    /// @notice Sum of all cumulative amounts in the last payout, in wei.
    function totalWei() external view returns (uint128);

    /// @notice Number of the last period; zero before the first.
    function period() external view returns (uint64);

    /// @notice Id of the last payout; zero before the first.
    function payoutId() external view returns (bytes32);

    /// @notice Merkle root of the last payout.
    function root() external view returns (bytes32);
}
