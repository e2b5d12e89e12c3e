// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Parameters of the economy
/// @notice Every number that governance may change, each within fixed bounds, in bounded steps and
/// no more than once per `COOLDOWN_S`. Whoever opens a position freezes the numbers of that moment
/// in it, so no change here re-prices what exists.
interface IParameters {
    /// @notice How a fee is divided, in parts per million; the parts sum to 1,000,000.
    struct Split {
        /// Records that shaped the answer.
        uint32 contributorsPpm;
        /// The model's owner.
        uint32 ownerPpm;
        /// Who answered.
        uint32 hostPpm;
        /// Validators who attested the period.
        uint32 validatorsPpm;
        /// The treasury.
        uint32 treasuryPpm;
        /// Burnt; with the treasury at least 50,000, so that asking oneself always loses.
        uint32 burnPpm;
    }

    /// @notice A governed number.
    struct Setting {
        /// Its value now.
        uint128 value;
        /// The least that it may be.
        uint128 min;
        /// The most that it may be.
        uint128 max;
        /// When it was last changed, Unix time in seconds; zero when never.
        uint64 changedS;
    }

    /// @notice The governed numbers; the suffix is the unit.
    enum Key {
        /// How long a posted payout can be disputed.
        ChallengeWindowS,
        /// What the poster stakes on each payout.
        PosterBondWei,
        /// How long the poster has to reveal a demanded answer.
        RevealDelayS,
        /// What demanding an answer costs when it is revealed.
        DemandBondWei,
        /// The challenger's part of a lost bond or slash; the rest is burnt.
        ChallengerPpm,
        /// A validator's least own stake.
        StakeMinWei,
        /// How long unbonding stake waits.
        UnbondingDelayS,
        /// How long a slash can be vetoed.
        VetoDelayS,
        /// The part of stake that a slash takes.
        SlashPpm,
        /// How many validators are drawn per period, at most 16.
        AttestersDrawn,
        /// What committing to a contribution puts down.
        CommitmentBondWei,
        /// How long a commitment may stay unrevealed.
        RevealDeadlineS
    }

    /// @notice The division of fees changed.
    event SplitChanged(uint32 indexed version, Split split);
    /// @notice A number changed.
    event ParameterChanged(Key indexed key, uint256 previous, uint256 value);
    /// @notice Another account posts payouts.
    event PosterChanged(address indexed previous, address indexed poster);
    /// @notice Another account guards.
    event GuardianChanged(address indexed previous, address indexed guardian);
    /// @notice Posting is paused until `untilS` at the latest.
    event Paused(uint64 untilS);
    /// @notice Posting goes on.
    event Unpaused();

    /// @notice Thrown when the caller is not the governance.
    error NotGovernance(address caller);
    /// @notice Thrown when the caller is not the guardian.
    error NotGuardian(address caller);
    /// @notice Thrown when there would be no governance or poster.
    error AccountMissing();
    /// @notice Thrown when the constructor is given another number of values than there are keys.
    error WrongCount(uint256 expected, uint256 found);
    /// @notice Thrown when the parts of a split do not sum to 1,000,000.
    error PartsNotWhole(uint256 sumPpm);
    /// @notice Thrown when treasury and burn together are below the least.
    error LeastNotKept(uint256 leastPpm, uint256 foundPpm);
    /// @notice Thrown when no such version of the split exists.
    error VersionUnknown(uint32 version);
    /// @notice Thrown when a value is outside its bounds.
    error OutOfBounds(Key key, uint256 min, uint256 max, uint256 value);
    /// @notice Thrown when a number would move further than one step.
    error StepTooLarge(uint256 current, uint256 stepMost, uint256 value);
    /// @notice Thrown when the last change is too recent.
    error TooSoon(uint64 earliestS);
    /// @notice Thrown when posting is paused already.
    error AlreadyPaused(uint64 untilS);
    /// @notice Thrown when posting is not paused.
    error NotPaused();

    /// @notice The only account that may change anything here: the timelock.
    function GOVERNANCE() external view returns (address);

    /// @notice Least time between two changes of one number, in seconds; the first is free.
    function COOLDOWN_S() external view returns (uint64);

    /// @notice Number of the split in force; 1 for the first.
    function splitVersion() external view returns (uint32);

    /// @notice A version of the split, and since when it is in force (Unix time in seconds).
    function split(uint32 version) external view returns (Split memory parts, uint64 fromS);

    /// @notice The split in force and its number.
    function currentSplit() external view returns (uint32 version, Split memory parts);

    /// @notice Puts a new split in force. Callable by governance. Each part moves by at most a fifth of
    /// itself or 10,000 parts per million, whichever is more.
    function setSplit(Split calldata parts) external;

    /// @notice A number's value.
    function value(Key key) external view returns (uint128);

    /// @notice A number with its bounds.
    function setting(Key key) external view returns (Setting memory);

    /// @notice Changes a number. Callable by governance. It moves by at most a fifth of itself or the
    /// least step of its kind (a minute, 10⁻³ OPEN, 10,000 parts per million, one), whichever is more.
    function set(Key key, uint128 newValue) external;

    /// @notice Who posts payouts.
    function poster() external view returns (address);

    /// @notice Who may pause posting, disable pending payouts and veto slashes; nothing else.
    function guardian() external view returns (address);

    /// @notice Lets another account post payouts. Callable by governance.
    function setPoster(address newPoster) external;

    /// @notice Lets another account guard, or nobody. Callable by governance.
    function setGuardian(address newGuardian) external;

    /// @notice Whether posting is paused. Claims never are.
    function paused() external view returns (bool);

    /// @notice When a pause ends by itself, Unix time in seconds.
    function pausedUntilS() external view returns (uint64);

    /// @notice Pauses posting for 14 days. Callable by the guardian.
    function pause() external;

    /// @notice Ends a pause. Callable by governance.
    function unpause() external;
}
