// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Payout} from "../types/Records.sol";
import {IParameters} from "./IParameters.sol";

/// @title Payouts
/// @notice Holds captured fees and pays them out by cumulative amounts. After each period the poster
/// stakes a bond on one Merkle-sum root over what every account has earned since the beginning. Once
/// its challenge window is over without a fraud proof, accounts claim what they have earned less what
/// they have been paid. A period missed is a period caught up.
/// @dev A leaf is `abi.encode(chainId, this contract, account, cumulativeWei)` under the domain
/// `openledger.payout.v1`; see {MerkleSumTree}. Periods live in a ring of `RING` slots that are used
/// again and again. Claims are never paused. Even a poster that lies cannot pay more than was funded.
/// The balance of this contract is: funded, less claimed, plus the bonds at stake, plus withdrawable.
interface IPayouts {
    /// @notice What became of a period.
    enum Status {
        /// Never posted, or no longer in the ring.
        None,
        /// Its window, or that of a period before it, is not over.
        Pending,
        /// Its root has been claimed against, or is now.
        Active,
        /// It never counted.
        Disabled,
        /// Active, and its bond is back with its poster.
        Released
    }

    /// @notice A period, as long as it is in the ring.
    struct PeriodState {
        /// The posted record's id.
        bytes32 payoutId;
        /// Root hash of the Merkle-sum tree over accounts.
        bytes32 root;
        /// Merkle root over the settled answers.
        bytes32 answers;
        /// Sum of all cumulative amounts, in wei.
        uint128 totalWei;
        /// What the poster staked on it and has not lost or got back, in wei.
        uint128 bondWei;
        /// Who posted it.
        address poster;
        /// When, Unix time in seconds.
        uint64 postedS;
        /// When its window is over, Unix time in seconds.
        uint64 activatesS;
        /// The block in which it was posted.
        uint64 postedBlock;
        /// Length of its window when it was posted, in seconds; with extensions at most twice that.
        uint64 windowS;
        /// What became of it.
        Status status;
    }

    /// @notice A sibling in a Merkle-sum proof.
    struct SumSibling {
        /// Its hash.
        bytes32 hash;
        /// The sum below it, in wei.
        uint128 sumWei;
    }

    /// @notice What an account has earned, and the proof of it.
    struct Entitlement {
        /// Who is paid.
        address account;
        /// Everything earned since the beginning, in wei.
        uint128 cumulativeWei;
        /// 0-based position of the leaf.
        uint256 index;
        /// One sibling per level, from the leaf up.
        SumSibling[] siblings;
    }

    /// @notice Fees arrived.
    event Funded(address indexed from, uint256 amountWei, uint256 fundedWei);
    /// @notice A period's payout was posted and can be disputed.
    event Posted(
        uint64 indexed period,
        bytes32 indexed payoutId,
        bytes32 root,
        bytes32 answers,
        uint256 totalWei,
        bytes32 dataDigest,
        uint64 activatesS
    );
    /// @notice A period's window is over; claims are checked against it from now on.
    event Activated(uint64 indexed period, bytes32 indexed payoutId);
    /// @notice A pending period was disabled.
    event Disabled(uint64 indexed period, bytes32 indexed payoutId);
    /// @notice A period's bond was lost: `rewardWei` to the challenger, `burntWei` to nobody.
    event BondLost(
        uint64 indexed period, address indexed challenger, uint256 rewardWei, uint256 burntWei
    );
    /// @notice A period's window was extended.
    event Extended(uint64 indexed period, uint64 activatesS);
    /// @notice A bond went back to its poster.
    event Released(uint64 indexed period, address indexed poster, uint256 amountWei);
    /// @notice Bonds or rewards left.
    event Withdrawn(address indexed account, uint256 amountWei);
    /// @notice An account was paid, through its payee.
    event Claimed(
        address indexed account,
        bytes32 indexed payoutId,
        address payee,
        uint256 paidWei,
        uint256 cumulativeWei
    );
    /// @notice A payee refused a payment within {claimMany}; it can still be claimed.
    event PaymentRefused(address indexed account, uint256 amountWei);
    /// @notice From `fromS` on, what `account` earns is paid to `payee`.
    event PayeeSet(address indexed account, address indexed payee, uint64 fromS);

    /// @notice Thrown when funding with nothing.
    error NothingFunded();
    /// @notice Thrown when the caller may not post.
    error NotPoster(address caller);
    /// @notice Thrown when the caller is not the guardian.
    error NotGuardian(address caller);
    /// @notice Thrown when the caller is not the disputes.
    error NotDisputes(address caller);
    /// @notice Thrown while posting is paused.
    error PostingPaused();
    /// @notice Thrown when the bond is not what it must be.
    error WrongBond(uint256 expectedWei, uint256 foundWei);
    /// @notice Thrown when a payout's period is not the one after the last.
    error PeriodNotNext(uint64 next, uint64 period);
    /// @notice Thrown when a payout's parent is not the last payout.
    error ParentNotLast(bytes32 last, bytes32 parent);
    /// @notice Thrown when a payout's total is below the last one.
    error TotalLowered(uint256 lastWei, uint256 totalWei);
    /// @notice Thrown when a payout's total is above what was funded.
    error Unfunded(uint256 fundedWei, uint256 totalWei);
    /// @notice Thrown when too many periods are pending.
    error RingFull(uint64 period);
    /// @notice Thrown when the period is not pending.
    error NotPending(uint64 period);
    /// @notice Thrown when the period has no bond to give back.
    error NothingToRelease(uint64 period);
    /// @notice Thrown when a window would be extended past twice its length.
    error ExtendedTooFar(uint64 latestS, uint64 untilS);
    /// @notice Thrown when there is nothing to withdraw.
    error NothingToWithdraw(address account);
    /// @notice Thrown when leaf and siblings do not lead to the active root and total.
    error WrongProof(address account, uint256 index);
    /// @notice Thrown when the account has been paid everything that it has earned.
    error NothingToClaim(address account, uint256 claimedWei);
    /// @notice Thrown when the claims would exceed the posted total: the root pays out too much.
    error AboveTotal(address account, uint256 amountWei);
    /// @notice Thrown when the payee is the zero address.
    error PayeeMissing();
    /// @notice Thrown when no change of payee waits.
    error NothingToCancel(address account);

    /// @notice Where the numbers come from.
    function PARAMETERS() external view returns (IParameters);

    /// @notice The contract that judges fraud proofs.
    function DISPUTES() external view returns (address);

    /// @notice How long a change of payee waits, in seconds.
    function PAYEE_DELAY_S() external view returns (uint64);

    /// @notice Slots of the ring; at most one less are pending.
    function RING() external view returns (uint256);

    /// @notice Adds the value sent to what can be paid out. Escrow calls it; anybody may.
    function fund() external payable;

    /// @notice Posts the payout of the next period with its bond as value. Callable by the poster.
    /// @param payout The record.
    /// @param dataDigest keccak-256 of the list of accounts and amounts behind the root.
    /// @return id The record's id.
    function post(Payout calldata payout, bytes32 dataDigest) external payable returns (bytes32 id);

    /// @notice Notes which periods have become active. Callable by anybody; claims do without it.
    /// @return number The active period.
    function activate() external returns (uint64 number);

    /// @notice Disables a pending period and all after it; bonds go back. Callable by the guardian.
    function disable(uint64 number) external;

    /// @notice Disables a proven period and all after it: a part of its bond goes to the challenger, the
    /// rest is burnt; the bonds of those after it go back. Callable by the disputes.
    function disableForFraud(uint64 number, address challenger) external;

    /// @notice Makes a pending period's window end at `untilS` if that is later. Callable by the disputes.
    function extend(uint64 number, uint64 untilS) external;

    /// @notice Gives the bond of an active period back to its poster. Callable by anybody.
    function release(uint64 number) external;

    /// @notice Sends `account` the bonds and rewards that it can withdraw. Callable by anybody.
    function withdraw(address account) external;

    /// @notice Pays the account what it has earned and not been paid. Callable by anybody.
    function claim(Entitlement calldata entitlement) external;

    /// @notice Pays many accounts. Skips those with nothing to claim; one whose payee refuses its payment,
    /// or needs more than 100,000 gas to take it, keeps its claim and does not stop the others.
    function claimMany(Entitlement[] calldata entitlements) external;

    /// @notice Lets what the caller earns be paid to another account, after `PAYEE_DELAY_S`.
    function setPayee(address payee) external;

    /// @notice Calls off a change of payee that waits.
    function cancelPayee() external;

    /// @notice Who is paid for an account now: itself unless it said otherwise.
    function payeeOf(address account) external view returns (address);

    /// @notice The change of payee of an account that waits: to whom and from when on; zeros if none.
    function pendingPayee(address account) external view returns (address payee, uint64 fromS);

    /// @notice A period, as long as it is in the ring; all zero after that.
    function period(uint64 number) external view returns (PeriodState memory);

    /// @notice Number of the last period that was posted and not disabled; zero before the first.
    function posted() external view returns (uint64);

    /// @notice The period that claims are checked against; zeros before the first.
    function active()
        external
        view
        returns (uint64 number, bytes32 payoutId, bytes32 root, uint128 totalWei);

    /// @notice Id of the last payout that was posted and not disabled; zero before the first.
    function payoutId() external view returns (bytes32);

    /// @notice Its sum of all cumulative amounts, in wei.
    function totalWei() external view returns (uint128);

    /// @notice What was funded since the beginning, in wei.
    function fundedWei() external view returns (uint128);

    /// @notice What was paid to all accounts since the beginning, in wei.
    function claimedTotalWei() external view returns (uint128);

    /// @notice What an account has been paid since the beginning, in wei.
    function claimedWei(address account) external view returns (uint128);

    /// @notice Bonds and rewards that an account can withdraw, in wei.
    function withdrawableWei(address account) external view returns (uint128);
}
