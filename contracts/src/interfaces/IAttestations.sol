// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "./IDisputes.sol";
import {IParameters} from "./IParameters.sol";
import {IPayouts} from "./IPayouts.sol";
import {IStaking} from "./IStaking.sol";

/// @title Attestations
/// @notice Validators, drawn by stake after a payout is posted, attest that they have recomputed it.
/// They share the validators' part of the fees, which is claimed to this contract like anybody's, and
/// are slashed when they attested a payout that is proven fraudulent. Attesting does not decide
/// anything: one honest challenger suffices, whatever all validators say.
interface IAttestations {
    /// @notice Fees arrived.
    event Received(address indexed from, uint256 amountWei);
    /// @notice Validators were drawn for a payout.
    event Drawn(uint64 indexed period, bytes32 indexed payoutId, address[] validators);
    /// @notice The block that a draw rests on is too old; it will rest on a later one.
    event Postponed(uint64 indexed period, bytes32 indexed payoutId, uint256 seedBlock);
    /// @notice A validator attested a payout.
    event Attested(uint64 indexed period, bytes32 indexed payoutId, address indexed validator);
    /// @notice The pot was shared among those who attested.
    event Distributed(uint64 indexed period, bytes32 indexed payoutId, uint256 amountWei);
    /// @notice A slash was proposed for attesting a fraud.
    event Punished(bytes32 indexed payoutId, address indexed validator, address challenger);

    /// @notice Thrown when the period is not pending.
    error NotPending(uint64 period);
    /// @notice Thrown when validators were drawn for the payout already.
    error AlreadyDrawn(bytes32 payoutId);
    /// @notice Thrown when the block that a draw rests on is not yet followed by another.
    error TooEarly(uint256 seedBlock);
    /// @notice Thrown when a draw comes so late that stake added since the posting might count.
    error TooLate(uint64 latestS);
    /// @notice Thrown when no listed validator has stake that counts.
    error NoValidators();
    /// @notice Thrown when somebody who attested a fraud in this slot of the ring is not yet punished.
    error Unpunished(bytes32 payoutId);
    /// @notice Thrown when no validators are drawn for this payout, or no longer known.
    error NotDrawn(uint64 period, bytes32 payoutId);
    /// @notice Thrown when the validator was not drawn for the payout.
    error NotAssigned(bytes32 payoutId, address validator);
    /// @notice Thrown when the validator attested the payout already.
    error AlreadyAttested(bytes32 payoutId, address validator);
    /// @notice Thrown when the validator did not attest the payout, or was punished for it.
    error NotAttested(bytes32 payoutId, address validator);
    /// @notice Thrown when the period is not active.
    error NotActive(uint64 period);
    /// @notice Thrown when there is nothing to share, or nobody to share it with.
    error NothingToDistribute(uint64 period);
    /// @notice Thrown when the payout is not proven fraudulent.
    error NotFraud(bytes32 payoutId);

    /// @notice Whose periods are attested.
    function PAYOUTS() external view returns (IPayouts);

    /// @notice Whose validators attest.
    function STAKING() external view returns (IStaking);

    /// @notice Who judges fraud proofs.
    function DISPUTES() external view returns (IDisputes);

    /// @notice Where the numbers come from.
    function PARAMETERS() external view returns (IParameters);

    /// @notice Draws the validators of a pending period by the hash of the block after its posting; or
    /// of a later one, when nobody did so in time. Callable by anybody, from two blocks after on.
    function draw(uint64 period) external;

    /// @notice Attests a payout that the caller was drawn for. Callable while it is pending.
    function attest(uint64 period, bytes32 payoutId) external;

    /// @notice Shares the pot among those who attested a period that is active. Callable by anybody.
    function distribute(uint64 period) external;

    /// @notice Proposes to slash a validator who attested a payout that was proven fraudulent; the caller
    /// is rewarded when it is executed.
    function punish(uint64 period, bytes32 payoutId, address validator) external;

    /// @notice The validators drawn for a payout, as long as its period is in the ring.
    function assigned(uint64 period, bytes32 payoutId) external view returns (address[] memory);

    /// @notice Whether a validator attested a payout, as long as its period is in the ring.
    function hasAttested(uint64 period, bytes32 payoutId, address validator)
        external
        view
        returns (bool);
}
