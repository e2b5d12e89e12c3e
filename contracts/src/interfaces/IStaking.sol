// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IParameters} from "./IParameters.sol";

/// @title Stake of validators and their delegators
/// @notice Stake is held in shares of a validator's pool: rewards and slashes change what a share is
/// worth, for all alike. Unbonding stake moves to a second pool of the same validator, where it earns
/// nothing, waits for the delay that was in force when it was unbonded, and can still be slashed.
/// @dev The balance of this contract is the sum of all stake, unbonding stake and withdrawable amounts.
/// Divisions round in favour of the pool, so no sequence of calls takes more than was put in.
interface IStaking {
    /// @notice A validator.
    struct Validator {
        /// Stake, in wei.
        uint128 stakeWei;
        /// Shares of the stake.
        uint128 shares;
        /// Stake that is unbonding, in wei.
        uint128 unbondingWei;
        /// Shares of the unbonding stake.
        uint128 unbondingShares;
        /// The part of rewards that becomes the validator's own stake before the rest is shared.
        uint32 commissionPpm;
        /// Slashes proposed and neither executed nor vetoed.
        uint32 pendingSlashes;
        /// Whether it can be drawn: its own stake has not fallen below the minimum of its registration.
        bool isListed;
    }

    /// @notice Stake on its way out.
    struct Ticket {
        /// Who may withdraw it.
        address owner;
        /// From when on, Unix time in seconds.
        uint64 readyS;
        /// Whose pool it is in.
        address validator;
        /// Shares of that validator's unbonding stake.
        uint128 unbondingShares;
    }

    /// @notice What became of a slash.
    enum SlashStatus {
        /// No such slash.
        None,
        /// It waits for its veto delay.
        Pending,
        /// Stake was taken.
        Executed,
        /// It was called off.
        Vetoed
    }

    /// @notice A slash; its numbers are those of the moment when it was proposed.
    struct Slash {
        /// Whose stake.
        address validator;
        /// From when on it can be executed, Unix time in seconds; vetoed until then.
        uint64 executableS;
        /// What became of it.
        SlashStatus status;
        /// Who is rewarded.
        address challenger;
        /// The part of stake and unbonding stake that it takes.
        uint32 slashPpm;
        /// The challenger's part of what is taken.
        uint32 challengerPpm;
        /// What it is for: the id of the fraudulent payout.
        bytes32 evidence;
    }

    /// @notice An account became a validator.
    event Registered(address indexed validator, uint32 commissionPpm);
    /// @notice A validator can no longer be drawn.
    event Delisted(address indexed validator);
    /// @notice Stake was added.
    event Delegated(
        address indexed owner, address indexed validator, uint256 amountWei, uint256 shares
    );
    /// @notice Stake began to unbond.
    event Unbonding(
        address indexed owner,
        address indexed validator,
        uint64 indexed ticket,
        uint256 amountWei,
        uint256 shares,
        uint64 readyS
    );
    /// @notice Stake, or another amount, left.
    event Withdrawn(address indexed owner, uint256 amountWei);
    /// @notice A validator and its delegators earned.
    event Rewarded(address indexed validator, uint256 amountWei, uint256 commissionWei);
    /// @notice A slash was proposed.
    event SlashProposed(
        uint64 indexed id, address indexed validator, bytes32 indexed evidence, uint64 executableS
    );
    /// @notice A slash was executed.
    event SlashExecuted(uint64 indexed id, address indexed validator, uint256 amountWei);
    /// @notice A slash was vetoed.
    event SlashVetoed(uint64 indexed id, address indexed validator);

    /// @notice Thrown when the caller is not the attestations.
    error NotAttestations(address caller);
    /// @notice Thrown when the caller is neither guardian nor governance.
    error MayNotVeto(address caller);
    /// @notice Thrown when a commission is above the whole, or above the present one.
    error CommissionTooHigh(uint32 mostPpm, uint32 commissionPpm);
    /// @notice Thrown when the validator is listed already.
    error AlreadyListed(address validator);
    /// @notice Thrown when as many validators are listed as can be.
    error ListFull(uint256 most);
    /// @notice Thrown when a validator's own stake would be too small.
    error StakeTooSmall(uint256 leastWei, uint256 stakeWei);
    /// @notice Thrown when the account is not listed as a validator.
    error NotListed(address validator);
    /// @notice Thrown when an amount is too small to be worth a share, or shares to be worth a wei.
    error NothingMoved();
    /// @notice Thrown when an owner has fewer shares.
    error TooFewShares(uint256 shares, uint256 wanted);
    /// @notice Thrown when the caller does not own the ticket.
    error NotTicketOwner(uint64 ticket, address caller);
    /// @notice Thrown before something may happen.
    error TooEarly(uint64 earliestS);
    /// @notice Thrown when a slash can no longer be vetoed.
    error TooLate(uint64 latestS);
    /// @notice Thrown while a slash of the validator is pending.
    error SlashPending(address validator);
    /// @notice Thrown when the slash is not pending.
    error SlashNotPending(uint64 id);
    /// @notice Thrown when there is nothing to withdraw.
    error NothingToWithdraw(address account);

    /// @notice Where the numbers come from.
    function PARAMETERS() external view returns (IParameters);

    /// @notice The contract that rewards and proposes slashes.
    function ATTESTATIONS() external view returns (address);

    /// @notice Makes the caller a validator, or lists it again, with the value sent as own stake. While
    /// others share its pool the commission must not rise.
    function register(uint32 commissionPpm) external payable;

    /// @notice Adds the value sent to the caller's stake with `validator`.
    /// @return shares What it bought.
    function delegate(address validator) external payable returns (uint128 shares);

    /// @notice Moves shares of the caller out of the stake with `validator`.
    /// @return ticket What to withdraw with later.
    function unbond(address validator, uint128 shares) external returns (uint64 ticket);

    /// @notice Pays out a ticket of the caller once its delay is over and no slash is pending.
    function withdraw(uint64 ticket) external;

    /// @notice Sends `account` what it can withdraw: a challenger's reward, or what is burnt.
    function withdrawReward(address account) external;

    /// @notice Shares the value sent among a validator and its delegators. Callable by attestations.
    function reward(address validator) external payable;

    /// @notice Proposes a slash at today's numbers. Callable by attestations.
    function proposeSlash(address validator, bytes32 evidence, address challenger)
        external
        returns (uint64 id);

    /// @notice Takes the stake once the veto delay is over. Callable by anybody.
    function executeSlash(uint64 id) external;

    /// @notice Calls a slash off before its veto delay is over. Callable by guardian and governance.
    function veto(uint64 id) external;

    /// @notice The validators that can be drawn, at most 128, in no order.
    function validators() external view returns (address[] memory);

    /// @notice A validator's pools; zeros when it never registered.
    function validator(address account) external view returns (Validator memory);

    /// @notice Stake that counts in a draw, in wei: what has been there for a whole challenge window.
    function weightWei(address validator) external view returns (uint128);

    /// @notice Shares of `owner` in the stake with `validator`.
    function position(address validator, address owner) external view returns (uint128 shares);

    /// @notice What those shares are worth, in wei.
    function weiOf(address validator, address owner) external view returns (uint128);

    /// @notice A ticket; zeros when it is withdrawn.
    function ticket(uint64 id) external view returns (Ticket memory);

    /// @notice A slash.
    function slash(uint64 id) external view returns (Slash memory);

    /// @notice What an account can withdraw besides its tickets, in wei.
    function withdrawableWei(address account) external view returns (uint128);
}
