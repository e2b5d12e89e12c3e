// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IPayouts} from "../src/interfaces/IPayouts.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {MerkleTree} from "../src/libraries/MerkleTree.sol";
import {AttributionReceipt, RecordShare, SettledLine} from "../src/types/Records.sol";
import {Answers} from "./utils/Answers.sol";
import {Tree} from "./utils/Tree.sol";

contract DisputesTest is Answers {
    function setUp() public {
        deployAnswers();
    }

    function _nothingWrong() private {
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NothingWrong.selector));
        vm.prank(challenger);
    }

    /// @dev The period is disabled, the challenger rewarded, the rest to be burnt.
    function _assertConvicted(bytes32 payoutId) private {
        assertTrue(disputes.isFraud(payoutId));
        assertStatus(1, IPayouts.Status.Disabled);
        assertEq(payouts.withdrawableWei(challenger), BOND_WEI * 4 / 10);
        assertEq(payouts.withdrawableWei(BURN), BOND_WEI * 6 / 10);
        payouts.withdraw(challenger);
        payouts.withdraw(BURN);
        vm.deal(challenger, 0);
    }

    // Scores.

    function _proveScore(Case memory made, uint256 shareAt) private {
        IDisputes.RowProof memory row = rowProof(made.receipt.shares[shareAt].row);
        vm.prank(challenger);
        disputes.proveScore(made.proof, made.receipt, shareAt, row);
    }

    function testFuzz_aWrongScoreIsProven(uint8 at, int64 wrong) public {
        Case memory made = honest(1);
        uint256 shareAt = bound(at, 0, 9);
        vm.assume(wrong != made.receipt.shares[shareAt].score);
        made.receipt.shares[shareAt].score = wrong;
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        _proveScore(made, shareAt);
        _assertConvicted(id);
    }

    function test_rightScoresAreNoFraud() public {
        Case memory made = honest(1);
        postAnswer(made);
        for (uint256 shareAt = 0; shareAt < 10; ++shareAt) {
            IDisputes.RowProof memory row = rowProof(made.receipt.shares[shareAt].row);
            _nothingWrong();
            disputes.proveScore(made.proof, made.receipt, shareAt, row);
        }
    }

    function test_anotherContributorOrRecordIsProven() public {
        Case memory made = honest(1);
        made.receipt.shares[0].contributor = user(9);
        sign(made, HOST_KEY);
        _assertScoreFraud(made);
        made = honest(1);
        made.receipt.shares[0].record = "other";
        sign(made, HOST_KEY);
        _assertScoreFraud(made);
        made = honest(1);
        made.receipt.query = noise("query", RANK - 1);
        sign(made, HOST_KEY);
        _assertScoreFraud(made);
    }

    function _assertScoreFraud(Case memory made) private {
        bytes32 id = postAnswer(made);
        _proveScore(made, 0);
        assertTrue(disputes.isFraud(id));
    }

    function test_aProofIsChecked() public {
        Case memory made = honest(1);
        postAnswer(made);
        IDisputes.RowProof memory row = rowProof(made.receipt.shares[0].row);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotListed.selector, 10));
        disputes.proveScore(made.proof, made.receipt, 10, row);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputes.OtherRow.selector, made.receipt.shares[1].row, row.row)
        );
        disputes.proveScore(made.proof, made.receipt, 1, row);
        row.leaf[70] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(IDisputes.WrongRowProof.selector, row.row));
        disputes.proveScore(made.proof, made.receipt, 0, row);
        made.proof.index = 2;
        vm.expectRevert(abi.encodeWithSelector(IDisputes.WrongAnswerProof.selector, 1, 2));
        disputes.proveScore(made.proof, made.receipt, 0, row);
        made.proof.index = 1;
        made.receipt.unattributedPpm = 7;
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.OtherRecord.selector, made.proof.answer.receipt, receiptId(made.receipt)
            )
        );
        disputes.proveScore(made.proof, made.receipt, 0, row);
        made.proof.period = 2;
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotPending.selector, 2));
        disputes.proveScore(made.proof, made.receipt, 0, row);
    }

    function test_afterTheWindowNothingIsJudged() public {
        Case memory made = honest(1);
        made.receipt.shares[0].score += 1;
        sign(made, HOST_KEY);
        postAnswer(made);
        IDisputes.RowProof memory row = rowProof(made.receipt.shares[0].row);
        pass(WINDOW_S);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotPending.selector, 1));
        disputes.proveScore(made.proof, made.receipt, 0, row);
        vm.warp(block.timestamp - 1);
        disputes.proveScore(made.proof, made.receipt, 0, row);
    }

    function _malformed(bytes memory leaf) private {
        Case memory made = honest(1);
        made.receipt.influenceRoot =
            MerkleTree.leaf(keccak256("openledger.influence-index.v1"), leaf);
        made.receipt.shares[0].row = 0;
        sign(made, HOST_KEY);
        postAnswer(made);
        IDisputes.RowProof memory row = IDisputes.RowProof(0, leaf, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IDisputes.MalformedLeaf.selector, leaf.length));
        disputes.proveScore(made.proof, made.receipt, 0, row);
    }

    function test_aLeafThatIsNoRowIsRefused() public {
        _malformed(new bytes(112));
        _malformed(leafOf(header, 1, 25, noise("values", RANK)));
    }

    // Omissions.

    function _isListed(Case memory made, uint32 row) private pure returns (bool) {
        for (uint256 index = 0; index < made.receipt.shares.length; ++index) {
            if (made.receipt.shares[index].row == row) return true;
        }
        return false;
    }

    function test_anHonestListOmitsNothing() public {
        Case memory made = honest(1);
        postAnswer(made);
        for (uint32 row = 0; row < ROW_COUNT; ++row) {
            IDisputes.RowProof memory proof = rowProof(row);
            if (_isListed(made, row)) {
                vm.expectRevert(abi.encodeWithSelector(IDisputes.RowListed.selector, row));
            } else {
                vm.expectRevert(abi.encodeWithSelector(IDisputes.NothingWrong.selector));
            }
            disputes.proveOmission(made.proof, made.receipt, proof);
        }
    }

    /// @notice Whichever of the eight is replaced by a worse one, the missing one proves it.
    function test_anyOmittedRowIsProven() public {
        for (uint256 shareAt = 2; shareAt <= 9; ++shareAt) {
            _omit(shareAt);
        }
    }

    function _omit(uint256 shareAt) private {
        Case memory made = honest(1);
        uint32 omitted = made.receipt.shares[shareAt].row;
        made.receipt.shares[shareAt] = shareOf(order[10], 0);
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        IDisputes.RowProof memory row = rowProof(omitted);
        vm.prank(challenger);
        disputes.proveOmission(made.proof, made.receipt, row);
        _assertConvicted(id);
    }

    function _shorten(Case memory made, uint256 count) private pure {
        RecordShare[] memory shares = new RecordShare[](count);
        for (uint256 index = 0; index < count; ++index) {
            shares[index] = made.receipt.shares[index];
        }
        made.receipt.shares = shares;
    }

    /// @notice A list that is too short is proven by any row that is not on it.
    function test_anyShortListIsProven() public {
        for (uint256 length = 2; length <= 9; ++length) {
            _cut(length);
        }
    }

    function _cut(uint256 length) private {
        Case memory made = honest(1);
        _shorten(made, length);
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        IDisputes.RowProof memory row = rowProof(order[12]);
        vm.prank(challenger);
        disputes.proveOmission(made.proof, made.receipt, row);
        _assertConvicted(id);
    }

    /// @notice Rows that are listed for another reason are not counted among the eight.
    function test_namedRowsAreNotListedForTheirScore() public {
        for (uint256 shareAt = 2; shareAt <= 9; ++shareAt) {
            _name(shareAt, true);
            _name(shareAt, false);
        }
    }

    function _name(uint256 shareAt, bool isVerbatim) private {
        Case memory made = honest(1);
        RecordShare memory share = made.receipt.shares[shareAt];
        if (isVerbatim) share.spanTokens = 1;
        else share.evidence |= 1;
        sign(made, HOST_KEY);
        postAnswer(made);
        IDisputes.RowProof memory row = rowProof(order[12]);
        disputes.proveOmission(made.proof, made.receipt, row);
        assertStatus(1, IPayouts.Status.Disabled);
    }

    /// @notice A row that repeats an answer is listed whatever its score; one that is called a copy and
    /// stands among the eight counts.
    function test_copiesMayScoreLower() public {
        Case memory made = honest(1);
        RecordShare[] memory shares = new RecordShare[](11);
        for (uint256 index = 0; index < 10; ++index) {
            shares[index] = made.receipt.shares[index];
        }
        shares[10] = shareOf(order[11], 0);
        shares[10].reason = 3;
        shares[4].reason = 3;
        made.receipt.shares = shares;
        sign(made, HOST_KEY);
        postAnswer(made);
        IDisputes.RowProof memory row = rowProof(order[10]);
        _nothingWrong();
        disputes.proveOmission(made.proof, made.receipt, row);
    }

    function test_aQueryOfAnotherLengthOmitsEverything() public {
        Case memory made = honest(1);
        made.receipt.query = noise("query", RANK + 1);
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        IDisputes.RowProof memory row = rowProof(order[10]);
        vm.prank(challenger);
        disputes.proveOmission(made.proof, made.receipt, row);
        _assertConvicted(id);
    }

    function test_otherRulesListOtherwise() public {
        Case memory made = honest(1);
        made.receipt.rule = "poa/2";
        sign(made, HOST_KEY);
        postAnswer(made);
        IDisputes.RowProof memory row = rowProof(order[10]);
        bytes memory reason = abi.encodeWithSelector(
            IDisputes.OtherRecord.selector, keccak256("poa/1"), keccak256("poa/2")
        );
        vm.expectRevert(reason);
        disputes.proveOmission(made.proof, made.receipt, row);
        vm.expectRevert(reason);
        disputes.proveOrder(made.proof, made.receipt, 0, 1);
    }

    // Order.

    function test_anHonestListIsInOrder() public {
        Case memory made = honest(1);
        postAnswer(made);
        for (uint256 first = 0; first < 10; ++first) {
            for (uint256 second = 0; second < 10; ++second) {
                if (first >= second) {
                    vm.expectRevert(abi.encodeWithSelector(IDisputes.NotListed.selector, first));
                } else {
                    vm.expectRevert(abi.encodeWithSelector(IDisputes.NothingWrong.selector));
                }
                disputes.proveOrder(made.proof, made.receipt, first, second);
            }
        }
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotListed.selector, 10));
        disputes.proveOrder(made.proof, made.receipt, 0, 10);
    }

    function test_anyRowListedTwiceIsProven() public {
        for (uint256 first = 0; first < 9; ++first) {
            for (uint256 second = first + 1; second < 10; ++second) {
                _listTwice(first, second);
            }
        }
    }

    function _listTwice(uint256 first, uint256 second) private {
        Case memory made = honest(1);
        made.receipt.shares[second].row = made.receipt.shares[first].row;
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        vm.prank(challenger);
        disputes.proveOrder(made.proof, made.receipt, first, second);
        _assertConvicted(id);
    }

    function test_anyListOutOfOrderIsProven() public {
        for (uint256 first = 0; first < 9; ++first) {
            for (uint256 second = first + 1; second < 10; ++second) {
                _exchange(first, second);
            }
        }
    }

    function _exchange(uint256 first, uint256 second) private {
        Case memory made = honest(1);
        RecordShare memory kept = made.receipt.shares[first];
        made.receipt.shares[first] = made.receipt.shares[second];
        made.receipt.shares[second] = kept;
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        vm.prank(challenger);
        disputes.proveOrder(made.proof, made.receipt, first, second);
        _assertConvicted(id);
    }

    // Rows and headers.

    function test_anInventedRowIsProven() public {
        Case memory made = honest(1);
        made.receipt.shares[0].row = ROW_COUNT;
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        IDisputes.RowProof memory row = rowProof(3);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NothingWrong.selector));
        disputes.proveRow(made.proof, made.receipt, 1, row, header);
        vm.prank(challenger);
        disputes.proveRow(made.proof, made.receipt, 0, row, header);
        _assertConvicted(id);
    }

    function test_aQueryOfTheWrongLengthIsProven() public {
        Case memory made = honest(1);
        made.receipt.query = noise("query", RANK + 1);
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        IDisputes.RowProof memory row = rowProof(3);
        vm.prank(challenger);
        disputes.proveRow(made.proof, made.receipt, 0, row, header);
        _assertConvicted(id);
    }

    function test_theHeaderIsTheLeafs() public {
        Case memory made = honest(1);
        postAnswer(made);
        IDisputes.RowProof memory row = rowProof(3);
        bytes memory other = abi.encodePacked(header, "");
        other[9] = 0x01;
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.WrongHeader.selector, keccak256(header), keccak256(other)
            )
        );
        disputes.proveRow(made.proof, made.receipt, 0, row, other);
    }

    function test_aHeaderHasOneLength() public {
        header = "short";
        Case memory made = honest(1);
        bytes memory leaf = leafOf(header, 3, 0, noise("values", RANK));
        made.receipt.influenceRoot =
            MerkleTree.leaf(keccak256("openledger.influence-index.v1"), leaf);
        sign(made, HOST_KEY);
        postAnswer(made);
        IDisputes.RowProof memory row = IDisputes.RowProof(0, leaf, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IDisputes.MalformedLeaf.selector, 5));
        disputes.proveRow(made.proof, made.receipt, 0, row, header);
    }

    // Splits.

    function _proveSplit(Case memory made) private {
        vm.prank(challenger);
        disputes.proveSplit(made.proof, made.completion, made.receipt);
    }

    function _splitIsFraud(Case memory made) private {
        bytes32 id = postAnswer(made);
        uint256 snapshotWei = payouts.withdrawableWei(challenger);
        _proveSplit(made);
        assertTrue(disputes.isFraud(id));
        assertEq(payouts.withdrawableWei(challenger), snapshotWei + BOND_WEI * 4 / 10);
    }

    function _splitIsRight(Case memory made) private {
        postAnswer(made);
        _nothingWrong();
        disputes.proveSplit(made.proof, made.completion, made.receipt);
    }

    function testFuzz_anHonestSplitIsNoFraud(uint96 fee, uint32 first, uint32 second) public {
        Case memory made = honest(1);
        uint32 firstPpm = uint32(bound(first, 0, 1_000_000));
        uint32 secondPpm = uint32(bound(second, 0, 1_000_000 - firstPpm));
        made.receipt.shares[0].sharePpm = firstPpm;
        made.receipt.shares[1].sharePpm = secondPpm;
        made.receipt.unattributedPpm = 1_000_000 - firstPpm - secondPpm;
        (made.completion.feeWei, made.proof.answer.feeWei) = (fee, fee);
        bind(made);
        divide(made, modelOwner);
        sign(made, HOST_KEY);
        _splitIsRight(made);
    }

    function test_aWeiInAnyWrongLineIsProven() public {
        uint256 count = honest(1).proof.answer.lines.length;
        for (uint256 giver = 0; giver < count; ++giver) {
            for (uint256 taker = 0; taker < count; ++taker) {
                if (giver != taker) _misplace(giver, taker);
            }
        }
    }

    function _misplace(uint256 giver, uint256 taker) private {
        Case memory made = honest(1);
        SettledLine[] memory lines = made.proof.answer.lines;
        lines[giver].amountWei -= 1;
        lines[taker].amountWei += 1;
        _splitIsFraud(made);
    }

    function testFuzz_aWrongAccountIsProven(uint8 at, address account) public {
        Case memory made = honest(1);
        SettledLine[] memory lines = made.proof.answer.lines;
        uint256 line = bound(at, 0, lines.length - 1);
        vm.assume(account != lines[line].account);
        lines[line].account = account;
        _splitIsFraud(made);
    }

    function test_missingLinesAreProven() public {
        Case memory made = honest(1);
        made.proof.answer.lines = new SettledLine[](0);
        _splitIsFraud(made);
    }

    function test_anotherFeeIsProven() public {
        Case memory made = honest(1);
        made.proof.answer.feeWei -= 1;
        divide(made, modelOwner);
        _splitIsFraud(made);
    }

    function test_sharesThatAreNotWholeAreProven() public {
        Case memory made = honest(1);
        made.receipt.unattributedPpm -= 1;
        divide(made, modelOwner);
        sign(made, HOST_KEY);
        _splitIsFraud(made);
    }

    function test_anUnknownSplitIsProven() public {
        Case memory made = honest(1);
        made.proof.answer.splitVersion = 2;
        _splitIsFraud(made);
        made = honest(2);
        made.proof.answer.splitVersion = 0;
        _splitIsFraud(made);
    }

    /// @notice From 300 s before a change the new split is right, until 300 s after it the old one.
    function testFuzz_theSplitIsThatOfTheAnswersTime(uint32 time, bool isNew) public {
        pass(10 hours);
        uint64 changeS = uint64(block.timestamp);
        vm.prank(governance);
        parameters.setSplit(IParameters.Split(690_000, 100_000, 100_000, 20_000, 80_000, 10_000));
        Case memory made = honest(1);
        uint64 timeS = NOW_S + uint64(bound(time, 0, 20 hours));
        made.completion.timeS = timeS;
        made.proof.answer.splitVersion = isNew ? 2 : 1;
        bind(made);
        divide(made, modelOwner);
        sign(made, HOST_KEY);
        bool isRight = isNew ? timeS + 300 >= changeS : timeS < changeS + 300;
        if (isRight) _splitIsRight(made);
        else _splitIsFraud(made);
    }

    /// @notice Who bought the model is paid for answers after that, and around it either.
    function testFuzz_theOwnerIsThatOfTheAnswersTime(uint32 time, bool isNew) public {
        pass(10 hours);
        uint64 changeS = uint64(block.timestamp);
        vm.prank(modelOwner);
        adapters.transferFrom(modelOwner, user(77), uint256(adapterId));
        Case memory made = honest(1);
        uint64 timeS = NOW_S + uint64(bound(time, 0, 20 hours));
        made.completion.timeS = timeS;
        bind(made);
        divide(made, isNew ? user(77) : modelOwner);
        sign(made, HOST_KEY);
        bool isRight = isNew ? timeS + 300 >= changeS : timeS < changeS + 300;
        if (isRight) _splitIsRight(made);
        else _splitIsFraud(made);
    }

    function test_timesAtTheEndsDoNotOverflow() public {
        Case memory made = honest(1);
        made.completion.timeS = type(uint64).max;
        bind(made);
        divide(made, modelOwner);
        sign(made, HOST_KEY);
        _splitIsRight(made);
        made = honest(2);
        made.completion.timeS = 0;
        bind(made);
        divide(made, modelOwner);
        sign(made, HOST_KEY);
        made.proof.period = 2;
        postAnswer(made);
        _proveSplit(made);
        assertStatus(2, IPayouts.Status.Disabled);
    }

    function test_theCompletionIsTheAnswers() public {
        Case memory made = honest(1);
        postAnswer(made);
        bytes32 expected = made.completion.id();
        made.completion.nonce = 9;
        vm.expectRevert(
            abi.encodeWithSelector(IDisputes.OtherRecord.selector, expected, made.completion.id())
        );
        disputes.proveSplit(made.proof, made.completion, made.receipt);
    }

    // Signatures.

    function _proveSignature(Case memory made) private {
        vm.prank(challenger);
        disputes.proveSignature(made.proof, made.completion, made.receipt);
    }

    function testFuzz_anothersSignatureIsProven(uint128 key) public {
        vm.assume(key != 0 && key != HOST_KEY);
        Case memory made = honest(1);
        sign(made, key);
        bytes32 id = postAnswer(made);
        _proveSignature(made);
        _assertConvicted(id);
    }

    function testFuzz_noSignatureIsProven(bytes calldata signature) public {
        Case memory made = honest(1);
        vm.assume(keccak256(signature) != keccak256(made.proof.answer.signature));
        made.proof.answer.signature = signature;
        bytes32 id = postAnswer(made);
        _proveSignature(made);
        _assertConvicted(id);
    }

    function test_anAnswerOfNobodyIsProven() public {
        Case memory made = honest(1);
        made.completion.host = address(0);
        bind(made);
        sign(made, HOST_KEY);
        made.proof.answer.signature = "";
        bytes32 id = postAnswer(made);
        _proveSignature(made);
        _assertConvicted(id);
    }

    function test_aRightSignatureIsNoFraud() public {
        Case memory made = honest(1);
        postAnswer(made);
        _nothingWrong();
        disputes.proveSignature(made.proof, made.completion, made.receipt);
    }

    function test_aReceiptOfAnotherAnswerIsProven() public {
        Case memory made = honest(1);
        made.receipt.completion = "other";
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        _proveSignature(made);
        _assertConvicted(id);
    }

    function test_aReceiptOfAnotherAdapterIsProven() public {
        Case memory made = honest(1);
        made.receipt.adapter = "other";
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        _proveSignature(made);
        _assertConvicted(id);
    }

    // Numbers.

    function _two(uint64 first, uint64 second) private returns (Case[] memory cases) {
        cases = new Case[](2);
        (cases[0], cases[1]) = (honest(first), honest(second));
        postAnswers(cases);
    }

    function _proveNonce(Case memory a, Case memory b) private {
        disputes.proveNonce(a.proof, a.completion, b.proof, b.completion);
    }

    function test_oneNumberForTwoAnswersIsProven() public {
        Case[] memory cases = new Case[](2);
        (cases[0], cases[1]) = (honest(7), honest(7));
        cases[1].completion.prompt = "another";
        bind(cases[1]);
        bytes32 id = postAnswers(cases);
        vm.prank(challenger);
        _proveNonce(cases[0], cases[1]);
        _assertConvicted(id);
    }

    function test_anAnswerSettledTwiceIsProvenAcrossPeriods() public {
        Case[] memory before = _two(1, 2);
        pass(WINDOW_S);
        Case[] memory later = _two(2, 3);
        _nothingWrong();
        _proveNonce(before[0], later[0]);
        // In either order it is the later period that is disabled.
        _proveNonce(later[0], before[1]);
        assertStatus(2, IPayouts.Status.Disabled);
        assertStatus(1, IPayouts.Status.Active);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotPending.selector, 2));
        _proveNonce(before[1], later[0]);
        pass(1);
        later = _two(2, 3);
        _proveNonce(before[1], later[0]);
        assertStatus(2, IPayouts.Status.Disabled);
    }

    function test_hostsNumberTheirAnswersThemselves() public {
        Case[] memory cases = new Case[](2);
        (cases[0], cases[1]) = (honest(7), honest(7));
        cases[1].completion.host = user(9);
        bind(cases[1]);
        postAnswers(cases);
        _nothingWrong();
        _proveNonce(cases[0], cases[1]);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.SameAnswer.selector, 1, 0));
        _proveNonce(cases[0], cases[0]);
    }

    function test_theEarlierPeriodMustCount() public {
        Case[] memory before = _two(1, 2);
        Case[] memory later = _two(2, 3);
        before[1].proof.period = 0;
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotPending.selector, 0));
        _proveNonce(before[1], later[0]);
    }

    // Indexes.

    function test_theRegisteredIndexIsNoFraud() public {
        Case memory made = honest(1);
        postAnswer(made);
        _nothingWrong();
        disputes.proveIndex(made.proof, made.receipt);
    }

    function _indexIsFraud(Case memory made) private {
        sign(made, HOST_KEY);
        bytes32 id = postAnswer(made);
        vm.prank(challenger);
        disputes.proveIndex(made.proof, made.receipt);
        _assertConvicted(id);
    }

    function test_anotherIndexIsProven() public {
        Case memory made = honest(1);
        made.receipt.influenceRoot = "other";
        _indexIsFraud(made);
    }

    function test_anotherRuleIsProven() public {
        Case memory made = honest(1);
        made.receipt.rule = "poa/0";
        _indexIsFraud(made);
    }

    function test_anUnknownAdapterIsProven() public {
        Case memory made = honest(1);
        made.receipt.adapter = "unknown";
        _indexIsFraud(made);
    }

    // Withheld answers.

    function _demand(uint64 period, uint256 index) private {
        vm.deal(challenger, DEMAND_WEI);
        vm.prank(challenger);
        disputes.demand{value: DEMAND_WEI}(period, index);
    }

    function test_aWithheldAnswerCostsThePeriod() public {
        Case memory made = honest(1);
        bytes32 id = postAnswer(made);
        pass(WINDOW_S - 1);
        _demand(1, 1);
        uint64 deadlineS = uint64(block.timestamp) + REVEAL_S;
        assertEq(disputes.demanded(id, 1).deadlineS, deadlineS);
        assertEq(payouts.period(1).activatesS, deadlineS + REVEAL_S);
        pass(REVEAL_S);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.TooEarly.selector, deadlineS));
        disputes.expire(id, 1, 1);
        pass(1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.TooLate.selector, deadlineS));
        disputes.reveal(made.proof, made.completion, made.receipt);
        disputes.expire(id, 1, 1);
        _assertConvicted(id);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotDemanded.selector, 1, 1));
        disputes.expire(id, 1, 1);
        disputes.withdraw(challenger);
        assertEq(challenger.balance, DEMAND_WEI);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NothingToWithdraw.selector, challenger));
        disputes.withdraw(challenger);
    }

    function test_aRevealedAnswerCostsTheDemand() public {
        Case memory made = honest(1);
        bytes32 id = postAnswer(made);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotDemanded.selector, 1, 1));
        disputes.reveal(made.proof, made.completion, made.receipt);
        _demand(1, 1);
        pass(REVEAL_S);
        disputes.reveal(made.proof, made.completion, made.receipt);
        assertEq(disputes.withdrawableWei(poster), DEMAND_WEI);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotDemanded.selector, 1, 1));
        disputes.expire(id, 1, 1);
        pass(WINDOW_S);
        assertStatus(1, IPayouts.Status.Active);
    }

    function test_demandsAreChecked() public {
        postAnswer(honest(1));
        vm.expectRevert(abi.encodeWithSelector(IDisputes.WrongBond.selector, DEMAND_WEI, 0));
        disputes.demand(1, 1);
        vm.deal(address(this), 2 * DEMAND_WEI);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotPending.selector, 2));
        disputes.demand{value: DEMAND_WEI}(2, 1);
        disputes.demand{value: DEMAND_WEI}(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.AlreadyDemanded.selector, 1, 1));
        disputes.demand{value: DEMAND_WEI}(1, 1);
    }

    /// @notice All extensions together end with the second window.
    function test_demandsDoNotExtendForEver() public {
        postAnswer(honest(1));
        pass(WINDOW_S - 1);
        _demand(1, 0);
        pass(WINDOW_S - 2 * REVEAL_S + 1);
        _demand(1, 1);
        assertEq(payouts.period(1).activatesS, NOW_S + 2 * WINDOW_S);
        pass(1);
        vm.deal(address(this), DEMAND_WEI);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.TooLate.selector, NOW_S + 2 * WINDOW_S));
        disputes.demand{value: DEMAND_WEI}(1, 2);
    }

    function test_aDemandOnWhatIsDisabledOrActiveIsRefunded() public {
        bytes32 id = postAnswer(honest(1));
        _demand(1, 1);
        vm.prank(guardian);
        payouts.disable(1);
        disputes.expire(id, 1, 1);
        assertEq(disputes.withdrawableWei(challenger), DEMAND_WEI);
        pass(1);
        bytes32 next = postAnswer(honest(2));
        _demand(1, 1);
        pass(2 * WINDOW_S);
        disputes.expire(next, 1, 1);
        assertEq(disputes.withdrawableWei(challenger), 2 * DEMAND_WEI);
        assertTrue(!disputes.isFraud(id) && !disputes.isFraud(next));
        assertStatus(1, IPayouts.Status.Active);
    }

    /// @notice Of a disabled payout, while another bears its number.
    function test_aDemandOnAnEarlierPayoutIsRefunded() public {
        bytes32 id = postAnswer(honest(1));
        _demand(1, 1);
        vm.prank(guardian);
        payouts.disable(1);
        pass(1);
        bytes32 next = postAnswer(honest(2));
        disputes.expire(id, 1, 1);
        assertStatus(1, IPayouts.Status.Pending);
        assertTrue(id != next && !disputes.isFraud(next));
    }

    function test_positionsWithoutAnswerAreShownToBeEmpty() public {
        Case memory made = honest(1);
        bytes32 id = postAnswer(made);
        // Three answers: position 3 is padding, position 4 is not in a tree of two levels.
        _demand(1, 3);
        _demand(1, 4);
        bytes32[] memory hashes = neighbours();
        hashes[1] = answerLeaf(made.proof.answer);
        bytes32[] memory padding = new bytes32[](2);
        padding[0] = hashes[2];
        padding[1] = Tree.proof(hashes, 2)[1];
        bytes32 dataHash = keccak256(abi.encode(made.proof.answer));
        bytes32[] memory siblings = made.proof.siblings;
        vm.expectRevert(abi.encodeWithSelector(IDisputes.WrongAnswerProof.selector, 1, 1));
        disputes.revealAbsent(1, 1, siblings, 1, dataHash);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.WrongAnswerProof.selector, 1, 4));
        disputes.revealAbsent(1, 4, siblings, 1, "other");
        vm.expectRevert(abi.encodeWithSelector(IDisputes.WrongAnswerProof.selector, 1, 4));
        disputes.revealAbsent(1, 4, new bytes32[](0), 0, dataHash);
        disputes.revealAbsent(1, 3, padding, 0, 0);
        disputes.revealAbsent(1, 4, siblings, 1, dataHash);
        assertEq(disputes.withdrawableWei(poster), 2 * DEMAND_WEI);
        assertEq(disputes.demanded(id, 3).by, address(0));
    }

    function test_aPeriodWithoutAnswersHasNone() public {
        post(payoutOf("root", 0, 0));
        _demand(1, 0);
        disputes.revealAbsent(1, 0, new bytes32[](0), 0, 0);
        assertEq(disputes.withdrawableWei(poster), DEMAND_WEI);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotPending.selector, 2));
        disputes.revealAbsent(2, 0, new bytes32[](0), 0, 0);
    }

    /// @notice What follows a proven period goes with it, and its bonds go back.
    function test_aFraudTakesWhatFollowsWithIt() public {
        Case memory made = honest(1);
        sign(made, 0x7);
        bytes32 id = postAnswer(made);
        pass(WINDOW_S - 1);
        postAnswer(honest(2));
        postAnswer(honest(3));
        _proveSignature(made);
        _assertConvicted(id);
        assertEq(payouts.posted(), 0);
        assertEq(payouts.withdrawableWei(poster), 2 * BOND_WEI);
    }
}
