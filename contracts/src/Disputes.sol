// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAdapters} from "./interfaces/IAdapters.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IPayouts} from "./interfaces/IPayouts.sol";
import {Domain} from "./libraries/Domain.sol";
import {FeeSplit} from "./libraries/FeeSplit.sol";
import {MerkleTree} from "./libraries/MerkleTree.sol";
import {Score} from "./libraries/Score.sol";
import {
    AttributionReceipt,
    Completion,
    RecordShare,
    SettledAnswer,
    SettledLine
} from "./types/Records.sol";

/// @title Disputes
contract Disputes is IDisputes, ReentrancyGuardTransient {
    using SafeCast for uint256;

    bytes32 private constant ANSWER_DOMAIN = keccak256("openledger.answers.v1");
    bytes32 private constant ROW_DOMAIN = keccak256("openledger.influence-index.v1");
    /// @dev The rule whose listing is known here.
    bytes32 private constant RULE = keccak256("poa/1");
    /// @dev Rows without share, tokens or citation that a receipt lists for their score.
    uint256 private constant LISTED_FOR_SCORE = 8;
    uint8 private constant CITED = 1;
    uint8 private constant COPY = 3;
    /// @dev Clocks of hosts differ from the chain's by less; around a change both sides of it are right.
    uint64 private constant GRACE_S = 300;

    /// @inheritdoc IDisputes
    IPayouts public immutable PAYOUTS;
    /// @inheritdoc IDisputes
    IAdapters public immutable ADAPTERS;
    /// @inheritdoc IDisputes
    IParameters public immutable PARAMETERS;
    /// @inheritdoc IDisputes
    address public immutable TREASURY;
    /// @inheritdoc IDisputes
    address public immutable ATTESTATIONS;

    /// @inheritdoc IDisputes
    mapping(bytes32 payoutId => bool) public isFraud;
    /// @inheritdoc IDisputes
    mapping(address account => uint128) public withdrawableWei;
    mapping(bytes32 payoutId => mapping(uint256 index => Demand)) private demands;

    /// @param payouts Whose periods are judged.
    /// @param adapters Where the adapters are anchored.
    /// @param parameters Where splits and numbers come from.
    /// @param treasury The treasury's account in settled lines.
    /// @param attestations The validators' account in settled lines.
    constructor(
        IPayouts payouts,
        IAdapters adapters,
        IParameters parameters,
        address treasury,
        address attestations
    ) {
        (PAYOUTS, ADAPTERS, PARAMETERS) = (payouts, adapters, parameters);
        (TREASURY, ATTESTATIONS) = (treasury, attestations);
    }

    /// @inheritdoc IDisputes
    function proveScore(
        AnswerProof calldata proof,
        AttributionReceipt calldata receipt,
        uint256 shareAt,
        RowProof calldata row
    ) external {
        bytes32 payoutId = _checkAnswer(proof, receipt);
        RecordShare calldata share = _share(receipt, shareAt);
        if (row.row != share.row) revert OtherRow(share.row, row.row);
        _checkRow(receipt, row);
        bool isRight = _fits(receipt, row) && Score.recordOf(row.leaf) == share.record
            && Score.contributorOf(row.leaf) == share.contributor
            && Score.scoreOf(row.leaf, receipt.query) == share.score;
        _judge(isRight, Kind.Score, proof, payoutId);
    }

    /// @inheritdoc IDisputes
    function proveOmission(
        AnswerProof calldata proof,
        AttributionReceipt calldata receipt,
        RowProof calldata row
    ) external {
        bytes32 payoutId = _checkAnswer(proof, receipt);
        _checkRule(receipt);
        _checkRow(receipt, row);
        bool isRight = _fits(receipt, row) && _mayBeOmitted(receipt, row);
        _judge(isRight, Kind.Omission, proof, payoutId);
    }

    /// @inheritdoc IDisputes
    function proveOrder(
        AnswerProof calldata proof,
        AttributionReceipt calldata receipt,
        uint256 first,
        uint256 second
    ) external {
        bytes32 payoutId = _checkAnswer(proof, receipt);
        _checkRule(receipt);
        if (first >= second) revert NotListed(first);
        RecordShare calldata before = _share(receipt, first);
        RecordShare calldata next = _share(receipt, second);
        bool isRight = before.sharePpm > next.sharePpm
            ? before.row != next.row
            : before.sharePpm == next.sharePpm && before.row < next.row;
        _judge(isRight, Kind.Order, proof, payoutId);
    }

    /// @inheritdoc IDisputes
    function proveRow(
        AnswerProof calldata proof,
        AttributionReceipt calldata receipt,
        uint256 shareAt,
        RowProof calldata row,
        bytes calldata header
    ) external {
        bytes32 payoutId = _checkAnswer(proof, receipt);
        _checkRow(receipt, row);
        (bytes32 expected, bytes32 found) = (Score.headerOf(row.leaf), keccak256(header));
        if (found != expected) revert WrongHeader(expected, found);
        if (header.length != Score.HEADER_LENGTH) revert MalformedLeaf(header.length);
        (uint256 rank, uint256 rows) = Score.sizeOf(header);
        bool isRight = receipt.query.length == rank && _share(receipt, shareAt).row < rows;
        _judge(isRight, Kind.Row, proof, payoutId);
    }

    /// @inheritdoc IDisputes
    function proveSplit(
        AnswerProof calldata proof,
        Completion calldata completion,
        AttributionReceipt calldata receipt
    ) external {
        bytes32 payoutId = _checkAnswer(proof, receipt);
        _checkCompletion(proof.answer, completion);
        SettledAnswer calldata answer = proof.answer;
        bool isRight = answer.feeWei == completion.feeWei
            && _isInForce(answer.splitVersion, completion.timeS)
            && FeeSplit.isWhole(receipt.shares, receipt.unattributedPpm)
            && _linesFollow(answer, completion, receipt);
        _judge(isRight, Kind.Split, proof, payoutId);
    }

    /// @inheritdoc IDisputes
    function proveSignature(
        AnswerProof calldata proof,
        Completion calldata completion,
        AttributionReceipt calldata receipt
    ) external {
        bytes32 payoutId = _checkAnswer(proof, receipt);
        _checkCompletion(proof.answer, completion);
        bytes32 hash = Domain.signingHash(proof.answer.receipt);
        (address signer,,) = ECDSA.tryRecoverCalldata(hash, proof.answer.signature);
        bool isRight = signer == completion.host && signer != address(0)
            && receipt.completion == proof.answer.completion
            && receipt.adapter == completion.adapter;
        _judge(isRight, Kind.Signature, proof, payoutId);
    }

    /// @inheritdoc IDisputes
    function proveNonce(
        AnswerProof calldata first,
        Completion calldata firstCompletion,
        AnswerProof calldata second,
        Completion calldata secondCompletion
    ) external {
        if (first.period == second.period && first.index == second.index) {
            revert SameAnswer(first.period, first.index);
        }
        AnswerProof calldata later = first.period > second.period ? first : second;
        AnswerProof calldata earlier = first.period > second.period ? second : first;
        bytes32 payoutId = _checkSettled(later, true);
        _checkSettled(earlier, false);
        _checkCompletion(first.answer, firstCompletion);
        _checkCompletion(second.answer, secondCompletion);
        bool isRight = firstCompletion.host != secondCompletion.host
            || firstCompletion.nonce != secondCompletion.nonce;
        _judge(isRight, Kind.Nonce, later, payoutId);
    }

    /// @inheritdoc IDisputes
    function proveIndex(AnswerProof calldata proof, AttributionReceipt calldata receipt) external {
        bytes32 payoutId = _checkAnswer(proof, receipt);
        (bytes32 snapshotId, bytes32 root, bytes32 ruleDigest,) = ADAPTERS.adapter(receipt.adapter);
        bool isRight = snapshotId != 0 && root == receipt.influenceRoot
            && ruleDigest == keccak256(bytes(receipt.rule));
        _judge(isRight, Kind.Index, proof, payoutId);
    }

    /// @inheritdoc IDisputes
    function demand(uint64 period, uint256 index) external payable {
        uint256 bondWei = PARAMETERS.value(IParameters.Key.DemandBondWei);
        if (msg.value != bondWei) revert WrongBond(bondWei, msg.value);
        IPayouts.PeriodState memory state = _pending(period);
        Demand storage made = demands[state.payoutId][index];
        if (made.by != address(0)) revert AlreadyDemanded(period, index);
        uint64 delayS = uint256(PARAMETERS.value(IParameters.Key.RevealDelayS)).toUint64();
        uint64 deadlineS = uint64(block.timestamp) + delayS;
        // Time is left to end an unmet demand, or to dispute what was revealed last.
        uint64 latestS = state.postedS + 2 * state.windowS;
        if (deadlineS + delayS > latestS) revert TooLate(latestS);
        demands[state.payoutId][index] = Demand(msg.sender, uint96(bondWei), deadlineS);
        emit Demanded(period, state.payoutId, index, msg.sender, deadlineS);
        PAYOUTS.extend(period, deadlineS + delayS);
    }

    /// @inheritdoc IDisputes
    function reveal(
        AnswerProof calldata proof,
        Completion calldata completion,
        AttributionReceipt calldata receipt
    ) external {
        _checkAnswer(proof, receipt);
        _checkCompletion(proof.answer, completion);
        _meet(_pending(proof.period), proof.period, proof.index);
    }

    /// @inheritdoc IDisputes
    function revealAbsent(
        uint64 period,
        uint256 index,
        bytes32[] calldata siblings,
        uint256 witness,
        bytes32 dataHash
    ) external {
        IPayouts.PeriodState memory state = _pending(period);
        bool isDeepEnough = index >> siblings.length == 0;
        bytes32 leaf = isDeepEnough ? bytes32(0) : MerkleTree.leafOf(ANSWER_DOMAIN, dataHash);
        uint256 place = isDeepEnough ? index : witness;
        bool isAbsent =
            state.answers == 0 || MerkleTree.verify(state.answers, leaf, place, siblings);
        if (!isAbsent) revert WrongAnswerProof(period, index);
        _meet(state, period, index);
    }

    /// @inheritdoc IDisputes
    function expire(bytes32 payoutId, uint64 period, uint256 index) external {
        Demand memory made = demands[payoutId][index];
        if (made.by == address(0)) revert NotDemanded(period, index);
        IPayouts.PeriodState memory state = PAYOUTS.period(period);
        bool isPending = state.status == IPayouts.Status.Pending && state.payoutId == payoutId;
        if (isPending && block.timestamp <= made.deadlineS) revert TooEarly(made.deadlineS);
        delete demands[payoutId][index];
        withdrawableWei[made.by] += made.bondWei;
        if (isPending) {
            _convict(Kind.Withheld, period, payoutId, 0, made.by);
        } else {
            emit Refunded(period, payoutId, index);
        }
    }

    /// @inheritdoc IDisputes
    function withdraw(address account) external nonReentrant {
        uint128 amountWei = withdrawableWei[account];
        if (amountWei == 0) revert NothingToWithdraw(account);
        withdrawableWei[account] = 0;
        emit Withdrawn(account, amountWei);
        Address.sendValue(payable(account), amountWei);
    }

    /// @inheritdoc IDisputes
    function demanded(bytes32 payoutId, uint256 index) external view returns (Demand memory) {
        return demands[payoutId][index];
    }

    function _judge(bool isRight, Kind kind, AnswerProof calldata proof, bytes32 payoutId) private {
        if (isRight) revert NothingWrong();
        _convict(kind, proof.period, payoutId, proof.answer.completion, msg.sender);
    }

    function _convict(
        Kind kind,
        uint64 period,
        bytes32 payoutId,
        bytes32 completion,
        address challenger
    ) private {
        isFraud[payoutId] = true;
        emit Proven(kind, period, completion, challenger);
        PAYOUTS.disableForFraud(period, challenger);
    }

    /// @dev Ends a demand that is met in time; its bond goes to the poster.
    function _meet(IPayouts.PeriodState memory state, uint64 period, uint256 index) private {
        Demand memory made = demands[state.payoutId][index];
        if (made.by == address(0)) revert NotDemanded(period, index);
        if (block.timestamp > made.deadlineS) revert TooLate(made.deadlineS);
        delete demands[state.payoutId][index];
        withdrawableWei[state.poster] += made.bondWei;
        emit Revealed(period, state.payoutId, index);
    }

    function _pending(uint64 period) private view returns (IPayouts.PeriodState memory state) {
        state = PAYOUTS.period(period);
        if (state.status != IPayouts.Status.Pending) revert NotPending(period);
    }

    /// @dev A pending period settles the answer, and the receipt is the answer's.
    function _checkAnswer(AnswerProof calldata proof, AttributionReceipt calldata receipt)
        private
        view
        returns (bytes32 payoutId)
    {
        payoutId = _checkSettled(proof, true);
        (bytes32 expected, bytes32 found) = (proof.answer.receipt, receipt.id());
        if (found != expected) revert OtherRecord(expected, found);
    }

    /// @dev A period, pending or just valid, settles the answer.
    function _checkSettled(AnswerProof calldata proof, bool mustBePending)
        private
        view
        returns (bytes32)
    {
        IPayouts.PeriodState memory state = PAYOUTS.period(proof.period);
        IPayouts.Status status = state.status;
        bool isSettled = mustBePending
            ? status == IPayouts.Status.Pending
            : status != IPayouts.Status.None && status != IPayouts.Status.Disabled;
        if (!isSettled) revert NotPending(proof.period);
        bytes32 leaf = MerkleTree.leaf(ANSWER_DOMAIN, abi.encode(proof.answer));
        if (!MerkleTree.verify(state.answers, leaf, proof.index, proof.siblings)) {
            revert WrongAnswerProof(proof.period, proof.index);
        }
        return state.payoutId;
    }

    function _checkCompletion(SettledAnswer calldata answer, Completion calldata completion)
        private
        pure
    {
        bytes32 found = completion.id();
        if (found != answer.completion) revert OtherRecord(answer.completion, found);
    }

    function _checkRow(AttributionReceipt calldata receipt, RowProof calldata row) private pure {
        bytes32 leaf = MerkleTree.leaf(ROW_DOMAIN, row.leaf);
        if (!MerkleTree.verify(receipt.influenceRoot, leaf, row.row, row.siblings)) {
            revert WrongRowProof(row.row);
        }
        if (!Score.isRow(row.leaf)) revert MalformedLeaf(row.leaf.length);
    }

    function _checkRule(AttributionReceipt calldata receipt) private pure {
        bytes32 found = keccak256(bytes(receipt.rule));
        if (found != RULE) revert OtherRecord(RULE, found);
    }

    function _share(AttributionReceipt calldata receipt, uint256 position)
        private
        pure
        returns (RecordShare calldata)
    {
        if (position >= receipt.shares.length) revert NotListed(position);
        return receipt.shares[position];
    }

    /// @dev Whether the query has one byte per value of the row.
    function _fits(AttributionReceipt calldata receipt, RowProof calldata row)
        private
        pure
        returns (bool)
    {
        return row.leaf.length - Score.VALUES_AT == receipt.query.length;
    }

    /// @dev A row may be missing when eight listed rows without share, tokens or citation score higher,
    /// all of them that are listed for their score among these. A row that is called a copy may be
    /// listed for repeating an answer's text rather than for its score, so it need not score higher.
    function _mayBeOmitted(AttributionReceipt calldata receipt, RowProof calldata row)
        private
        pure
        returns (bool)
    {
        int256 score = Score.scoreOf(row.leaf, receipt.query);
        uint256 higher = 0;
        bool isAnyLower = false;
        // To the end, as the row may be on the list after all.
        for (uint256 position = 0; position < receipt.shares.length; ++position) {
            RecordShare calldata share = receipt.shares[position];
            if (share.row == row.row) revert RowListed(row.row);
            bool isForScore =
                share.sharePpm == 0 && share.spanTokens == 0 && share.evidence & CITED == 0;
            if (!isForScore) continue;
            if (share.score > score || (share.score == score && share.row < row.row)) ++higher;
            else if (share.reason != COPY) isAnyLower = true;
        }
        return !isAnyLower && higher >= LISTED_FOR_SCORE;
    }

    function _isInForce(uint32 version, uint64 timeS) private view returns (bool) {
        uint32 last = PARAMETERS.splitVersion();
        if (version == 0 || version > last) return false;
        (, uint64 fromS) = PARAMETERS.split(version);
        if (uint256(timeS) + GRACE_S < fromS) return false;
        if (version == last) return true;
        (, uint64 untilS) = PARAMETERS.split(version + 1);
        return timeS < uint256(untilS) + GRACE_S;
    }

    function _linesFollow(
        SettledAnswer calldata answer,
        Completion calldata completion,
        AttributionReceipt calldata receipt
    ) private view returns (bool) {
        (IParameters.Split memory parts,) = PARAMETERS.split(answer.splitVersion);
        FeeSplit.Parties memory parties = FeeSplit.Parties({
            owner: _ownerOf(answer, completion),
            host: completion.host,
            validators: ATTESTATIONS,
            treasury: TREASURY
        });
        SettledLine[] memory lines =
            FeeSplit.lines(answer.feeWei, receipt.shares, receipt.unattributedPpm, parts, parties);
        return keccak256(abi.encode(lines)) == keccak256(abi.encode(answer.lines));
    }

    /// @dev The model's owner when the answer was given; around a transfer, whichever the answer says.
    function _ownerOf(SettledAnswer calldata answer, Completion calldata completion)
        private
        view
        returns (address owner)
    {
        (bytes32 adapter, uint64 timeS) = (completion.adapter, completion.timeS);
        address before = ADAPTERS.ownerAt(adapter, uint64(Math.saturatingSub(timeS, GRACE_S)));
        owner =
            ADAPTERS.ownerAt(adapter, uint64(Math.min(uint256(timeS) + GRACE_S, type(uint64).max)));
        for (uint256 position = 0; position < answer.lines.length; ++position) {
            SettledLine calldata line = answer.lines[position];
            if (line.role == FeeSplit.OWNER && line.account == before) return before;
        }
    }
}
