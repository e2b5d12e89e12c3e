// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AttributionReceipt, Completion, SettledAnswer} from "../types/Records.sol";
import {IAdapters} from "./IAdapters.sol";
import {IParameters} from "./IParameters.sol";
import {IPayouts} from "./IPayouts.sol";

/// @title Disputes
/// @notice One-step fraud proofs against a pending period. Each shows one settled answer of the period
/// and the one thing about it that is false; the period and all after it are disabled, the challenger
/// gets a part of the poster's bond, the rest is burnt. A proof of something true reverts with
/// {NothingWrong}. Everybody may prove.
/// @dev What an influence index's leaf holds is defined in the Rust crate `attribution`
/// (`influence_index`), what follows from a list of shares in `settlement` (`split`). Not provable
/// here: that the leaves are true gradients, that the query belongs to the answer.
interface IDisputes {
    /// @notice What was proven.
    enum Kind {
        /// A listed row's score, record or contributor is not the index's.
        Score,
        /// A row that belongs on the list is not on it.
        Omission,
        /// The list is not in order, or names a row twice.
        Order,
        /// A listed row, or the query, does not fit the index.
        Row,
        /// The money does not follow from the shares.
        Split,
        /// The receipt is not signed by the answer's host, or belongs to another answer.
        Signature,
        /// An answer is settled twice, or two answers bear one number.
        Nonce,
        /// The index or the rule is not that of the registered adapter.
        Index,
        /// The poster did not reveal an answer.
        Withheld
    }

    /// @notice A settled answer, and the proof that a period settles it.
    struct AnswerProof {
        /// The period.
        uint64 period;
        /// 0-based position of the answer.
        uint256 index;
        /// One sibling per level, from the leaf up.
        bytes32[] siblings;
        /// The answer.
        SettledAnswer answer;
    }

    /// @notice A row of an influence index, and the proof of it.
    struct RowProof {
        /// 0-based position of the row.
        uint32 row;
        /// The leaf's bytes: the index's header hash, then the row.
        bytes leaf;
        /// One sibling per level, from the leaf up.
        bytes32[] siblings;
    }

    /// @notice A demand to reveal an answer.
    struct Demand {
        /// Who demanded; the zero address when there is none.
        address by;
        /// What was put down, in wei.
        uint96 bondWei;
        /// Until when the answer must be revealed, Unix time in seconds.
        uint64 deadlineS;
    }

    /// @notice A period was proven fraudulent.
    event Proven(
        Kind indexed kind, uint64 indexed period, bytes32 indexed completion, address challenger
    );
    /// @notice An answer was demanded.
    event Demanded(
        uint64 indexed period, bytes32 indexed payoutId, uint256 index, address by, uint64 deadlineS
    );
    /// @notice A demand was met; the answer, if there is one, is in the transaction's input.
    event Revealed(uint64 indexed period, bytes32 indexed payoutId, uint256 index);
    /// @notice A demand's bond went back because its period is no longer pending.
    event Refunded(uint64 indexed period, bytes32 indexed payoutId, uint256 index);
    /// @notice Bonds left.
    event Withdrawn(address indexed account, uint256 amountWei);

    /// @notice Thrown when a proof shows nothing false.
    error NothingWrong();
    /// @notice Thrown when the period is not pending.
    error NotPending(uint64 period);
    /// @notice Thrown when the period does not settle the answer at that position.
    error WrongAnswerProof(uint64 period, uint256 index);
    /// @notice Thrown when a record is not the one that the answer names.
    error OtherRecord(bytes32 expected, bytes32 found);
    /// @notice Thrown when the row is not in the receipt's index.
    error WrongRowProof(uint32 row);
    /// @notice Thrown when the row that is proven is not the row that is listed.
    error OtherRow(uint32 expected, uint32 found);
    /// @notice Thrown when the list has no such position.
    error NotListed(uint256 position);
    /// @notice Thrown when a leaf is not a row of an influence index.
    error MalformedLeaf(uint256 length);
    /// @notice Thrown when a header is not the one that the leaf names.
    error WrongHeader(bytes32 expected, bytes32 found);
    /// @notice Thrown when the row is on the list.
    error RowListed(uint32 row);
    /// @notice Thrown when one answer is given as two.
    error SameAnswer(uint64 period, uint256 index);
    /// @notice Thrown when the bond is not what it must be.
    error WrongBond(uint256 expectedWei, uint256 foundWei);
    /// @notice Thrown when the answer is demanded already.
    error AlreadyDemanded(uint64 period, uint256 index);
    /// @notice Thrown when nobody demands the answer.
    error NotDemanded(uint64 period, uint256 index);
    /// @notice Thrown when something comes after its last moment.
    error TooLate(uint64 latestS);
    /// @notice Thrown when something comes before its first moment.
    error TooEarly(uint64 earliestS);
    /// @notice Thrown when there is nothing to withdraw.
    error NothingToWithdraw(address account);

    /// @notice Whose periods are judged.
    function PAYOUTS() external view returns (IPayouts);

    /// @notice Where the adapters are anchored.
    function ADAPTERS() external view returns (IAdapters);

    /// @notice Where splits and numbers come from.
    function PARAMETERS() external view returns (IParameters);

    /// @notice The treasury's account in settled lines.
    function TREASURY() external view returns (address);

    /// @notice The validators' account in settled lines.
    function ATTESTATIONS() external view returns (address);

    /// @notice A listed share's score is not the dot product of its row and the query, or its record or
    /// contributor is not the row's, or the query has not one byte per value of the row.
    function proveScore(
        AnswerProof calldata proof,
        AttributionReceipt calldata receipt,
        uint256 shareAt,
        RowProof calldata row
    ) external;

    /// @notice A row is missing from the list: it scores higher than an unpaid row that is listed for its
    /// score, or fewer than eight such rows are listed.
    function proveOmission(
        AnswerProof calldata proof,
        AttributionReceipt calldata receipt,
        RowProof calldata row
    ) external;

    /// @notice Two listed shares are not in order (by falling share, then row), or name one row.
    function proveOrder(
        AnswerProof calldata proof,
        AttributionReceipt calldata receipt,
        uint256 first,
        uint256 second
    ) external;

    /// @notice A listed share names a row past the index's last, or the query has not one byte per
    /// dimension.
    /// @param row Any row of the index.
    /// @param header The index's header, whose hash the row's leaf names.
    function proveRow(
        AnswerProof calldata proof,
        AttributionReceipt calldata receipt,
        uint256 shareAt,
        RowProof calldata row,
        bytes calldata header
    ) external;

    /// @notice The lines do not follow from the receipt's shares and the split, or the shares do not sum
    /// to the whole, or the split was not in force when the answer was given, or the fee is not the
    /// completion's.
    function proveSplit(
        AnswerProof calldata proof,
        Completion calldata completion,
        AttributionReceipt calldata receipt
    ) external;

    /// @notice The signature is not that of the completion's host over the receipt, or the receipt is
    /// about another completion or adapter.
    function proveSignature(
        AnswerProof calldata proof,
        Completion calldata completion,
        AttributionReceipt calldata receipt
    ) external;

    /// @notice Two settled answers of one host bear one number; also when it is the same answer twice.
    /// The later of the two periods is disabled.
    function proveNonce(
        AnswerProof calldata first,
        Completion calldata firstCompletion,
        AnswerProof calldata second,
        Completion calldata secondCompletion
    ) external;

    /// @notice The receipt's index or rule is not that of its adapter, or the adapter is not anchored.
    function proveIndex(AnswerProof calldata proof, AttributionReceipt calldata receipt) external;

    /// @notice Demands that the answer at `index` of a pending period be revealed, with a bond as value.
    function demand(uint64 period, uint256 index) external payable;

    /// @notice Meets a demand; the bond goes to the poster. Callable by anybody.
    function reveal(
        AnswerProof calldata proof,
        Completion calldata completion,
        AttributionReceipt calldata receipt
    ) external;

    /// @notice Meets a demand for a position that holds no answer; the bond goes to the poster.
    /// @param siblings The proof that the position is padding; or, when the tree is not deep enough to
    /// have that position, the proof of any answer,
    /// @param witness which stands at this position,
    /// @param dataHash and whose encoding has this keccak-256.
    function revealAbsent(
        uint64 period,
        uint256 index,
        bytes32[] calldata siblings,
        uint256 witness,
        bytes32 dataHash
    ) external;

    /// @notice Ends a demand that was not met in time: its period is disabled as for fraud, its bond goes
    /// back. When the period is no longer pending, only the latter.
    function expire(bytes32 payoutId, uint64 period, uint256 index) external;

    /// @notice Sends `account` the bonds that it can withdraw. Callable by anybody.
    function withdraw(address account) external;

    /// @notice Whether a payout was proven fraudulent.
    function isFraud(bytes32 payoutId) external view returns (bool);

    /// @notice A demand that is neither met nor ended.
    function demanded(bytes32 payoutId, uint256 index) external view returns (Demand memory);

    /// @notice Bonds that an account can withdraw, in wei.
    function withdrawableWei(address account) external view returns (uint128);
}
