// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IParameters} from "../../src/interfaces/IParameters.sol";
import {MerkleTree} from "../../src/libraries/MerkleTree.sol";
import {
    Adapter,
    AttributionReceipt,
    Completion,
    RecordShare,
    SettledAnswer,
    SettledLine,
    Snapshot
} from "../../src/types/Records.sol";
import {Economy} from "./Economy.sol";
import {Tree} from "./Tree.sol";

/// @notice An influence index, an adapter, and answers by the rule; everything computed here from the
/// definitions, not by the code under test.
abstract contract Answers is Economy {
    bytes32 private constant ROWS = keccak256("openledger.influence-index.v1");
    bytes32 private constant ANSWERS = keccak256("openledger.answers.v1");
    bytes32 private constant SHARE = keccak256(
        "RecordShare(uint32 row,bytes32 record,address contributor,int64 score,uint32 spanTokens,uint8 evidence,uint8 reason,uint32 sharePpm)"
    );
    bytes32 private constant RECEIPT = keccak256(
        "AttributionReceipt(bytes32 completion,bytes32 adapter,bytes32 influenceRoot,string rule,bytes query,int64 liftMicronats,RecordShare[] shares,uint32 unattributedPpm)RecordShare(uint32 row,bytes32 record,address contributor,int64 score,uint32 spanTokens,uint8 evidence,uint8 reason,uint32 sharePpm)"
    );

    uint256 internal constant HOST_KEY = 0xb0b;
    uint256 internal constant RANK = 40;
    uint32 internal constant ROW_COUNT = 14;
    uint128 internal constant FEE_WEI = 1_000_003;

    /// @notice An answer with everything that a dispute needs.
    struct Case {
        Completion completion;
        AttributionReceipt receipt;
        IDisputes.AnswerProof proof;
    }

    bytes[] internal rows;
    bytes32[] internal rowHashes;
    int64[] internal scores;
    /// @dev Rows by falling score, then number.
    uint32[] internal order;
    bytes internal header;
    bytes internal query;
    bytes32 internal indexRoot;
    bytes32 internal adapterId;
    address internal host = vm.addr(HOST_KEY);

    function deployAnswers() internal {
        deployEconomy();
        makeIndex(RANK);
        adapterId = anchor("poa/1");
    }

    function anchor(string memory rule) internal returns (bytes32) {
        bytes32 datanet = keccak256(bytes(rule));
        vm.prank(modelOwner);
        datanets.registerDatanet(datanet, modelOwner, "licence");
        vm.prank(modelOwner);
        bytes32 snapshot =
            datanets.anchorSnapshot(Snapshot(datanet, 0, "root", ROW_COUNT, 0, "licence", 1));
        vm.prank(modelOwner);
        return adapters.anchorAdapter(
            Adapter(snapshot, "base", "weights", "options", indexRoot, "spans", rule, modelOwner, 1)
        );
    }

    function le(uint256 number, uint256 size) internal pure returns (bytes memory out) {
        out = new bytes(size);
        for (uint256 index = 0; index < size; ++index) {
            out[index] = bytes1(uint8(number >> (8 * index)));
        }
    }

    function noise(bytes32 seed, uint256 length) internal pure returns (bytes memory out) {
        out = new bytes(length);
        for (uint256 index = 0; index < length; ++index) {
            out[index] = bytes1(uint8(uint256(keccak256(abi.encode(seed, index)))));
        }
    }

    function contributorOf(uint256 row) internal pure returns (address) {
        return user(5000 + row);
    }

    function recordOf(uint256 row) internal pure returns (bytes32) {
        return keccak256(abi.encode("record", row));
    }

    function leafOf(bytes memory itsHeader, uint256 row, uint8 shift, bytes memory values)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory start =
            abi.encodePacked(keccak256(itsHeader), recordOf(row), contributorOf(row));
        bytes memory middle = abi.encodePacked(le(row, 4), le(row, 8), shift, le(0, 8), le(1, 8));
        return abi.encodePacked(start, middle, values);
    }

    function makeIndex(uint256 rank) internal {
        header = abi.encodePacked("OLINFL01", le(rank, 4), le(ROW_COUNT, 4), "basis", new bytes(27));
        header = abi.encodePacked(header, keccak256("references"));
        query = noise("query", rank);
        delete rows;
        delete rowHashes;
        delete scores;
        for (uint256 row = 0; row < ROW_COUNT; ++row) {
            rows.push(leafOf(header, row, uint8(row % 5), noise(bytes32(row + 1), rank)));
            rowHashes.push(MerkleTree.leaf(ROWS, rows[row]));
            scores.push(scoreOf(rows[row], query));
        }
        indexRoot = Tree.root(rowHashes);
        sortRows();
    }

    function sortRows() private {
        delete order;
        for (uint32 row = 0; row < ROW_COUNT; ++row) {
            uint256 place = row;
            order.push(row);
            for (; place > 0 && scores[order[place - 1]] < scores[row]; --place) {
                order[place] = order[place - 1];
            }
            order[place] = row;
        }
    }

    function rowProof(uint32 row) internal view returns (IDisputes.RowProof memory) {
        return IDisputes.RowProof(row, rows[row], Tree.proof(rowHashes, row));
    }

    /// @notice The dot product as it is defined, shifted.
    function scoreOf(bytes memory leaf, bytes memory itsQuery) internal pure returns (int64) {
        int256 sum = 0;
        for (uint256 index = 0; index < itsQuery.length; ++index) {
            sum += int256(int8(uint8(leaf[113 + index]))) * int8(uint8(itsQuery[index]));
        }
        return int64(sum * int256(uint256(1) << uint8(leaf[96])));
    }

    function shareOf(uint32 row, uint32 sharePpm) internal view returns (RecordShare memory) {
        return RecordShare({
            row: row,
            record: recordOf(row),
            contributor: contributorOf(row),
            score: scores[row],
            spanTokens: 0,
            evidence: 8,
            reason: sharePpm == 0 ? 1 : 0,
            sharePpm: sharePpm
        });
    }

    /// @notice Two paid rows (the best and the worst by score), then the eight best of the others.
    function honestShares() internal view returns (RecordShare[] memory shares) {
        shares = new RecordShare[](10);
        shares[0] = shareOf(order[0], 600_000);
        shares[1] = shareOf(order[ROW_COUNT - 1], 300_001);
        bool[] memory isBest = new bool[](ROW_COUNT);
        for (uint256 place = 1; place <= 8; ++place) {
            isBest[order[place]] = true;
        }
        uint256 count = 2;
        for (uint32 row = 0; row < ROW_COUNT; ++row) {
            if (isBest[row]) shares[count++] = shareOf(row, 0);
        }
    }

    /// @notice An answer by the rule, settled and signed but not yet posted.
    function honest(uint64 nonce) internal view returns (Case memory made) {
        made.completion = Completion({
            adapter: adapterId,
            payer: user(1),
            host: host,
            prompt: "prompt",
            answer: "answer",
            promptTokens: 10,
            answerTokens: 20,
            feeWei: FEE_WEI,
            timeS: NOW_S + 1,
            nonce: nonce
        });
        made.receipt = AttributionReceipt({
            completion: 0,
            adapter: adapterId,
            influenceRoot: indexRoot,
            rule: "poa/1",
            query: query,
            liftMicronats: -7,
            shares: honestShares(),
            unattributedPpm: 99_999
        });
        made.proof.answer.feeWei = FEE_WEI;
        made.proof.answer.splitVersion = 1;
        made.proof.period = 1;
        bind(made);
        divide(made, modelOwner);
        sign(made, HOST_KEY);
    }

    function bind(Case memory made) internal pure {
        made.receipt.completion = made.completion.id();
        made.proof.answer.completion = made.completion.id();
    }

    function sign(Case memory made, uint256 key) internal view {
        made.proof.answer.receipt = receiptId(made.receipt);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId)"),
                keccak256("OpenLedger"),
                keccak256("1"),
                block.chainid
            )
        );
        bytes32 hash = keccak256(abi.encodePacked(hex"1901", domain, made.proof.answer.receipt));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        made.proof.answer.signature = abi.encodePacked(r, s, v);
    }

    function receiptId(AttributionReceipt memory receipt) internal pure returns (bytes32) {
        bytes memory shares;
        for (uint256 index = 0; index < receipt.shares.length; ++index) {
            shares = abi.encodePacked(shares, keccak256(abi.encode(SHARE, receipt.shares[index])));
        }
        bytes memory start = abi.encode(
            RECEIPT,
            receipt.completion,
            receipt.adapter,
            receipt.influenceRoot,
            keccak256(bytes(receipt.rule))
        );
        bytes memory rest = abi.encode(
            keccak256(receipt.query),
            receipt.liftMicronats,
            keccak256(shares),
            receipt.unattributedPpm
        );
        return keccak256(abi.encodePacked(start, rest));
    }

    /// @notice The lines of an answer by the definition, at the split of the answer's version.
    function divide(Case memory made, address owner) internal view {
        (IParameters.Split memory parts,) = parameters.split(made.proof.answer.splitVersion);
        uint256 fee = made.proof.answer.feeWei;
        uint256 pool = fee * parts.contributorsPpm / 1_000_000;
        RecordShare[] memory shares = made.receipt.shares;
        SettledLine[] memory all = new SettledLine[](shares.length + 7);
        uint256 count = 0;
        for (uint256 index = 0; index < shares.length; ++index) {
            if (shares[index].sharePpm == 0) continue;
            uint256 amount = pool * shares[index].sharePpm / 1_000_000;
            all[count++] = SettledLine(shares[index].contributor, 0, uint128(amount));
        }
        all[count++] = SettledLine(owner, 1, uint128(fee * parts.ownerPpm / 1_000_000));
        all[count++] = SettledLine(host, 2, uint128(fee * parts.hostPpm / 1_000_000));
        all[count++] =
            SettledLine(address(attestations), 3, uint128(fee * parts.validatorsPpm / 1_000_000));
        all[count++] = SettledLine(governance, 4, uint128(fee * parts.treasuryPpm / 1_000_000));
        all[count++] = SettledLine(BURN, 5, uint128(fee * parts.burnPpm / 1_000_000));
        if (made.receipt.unattributedPpm > 0) {
            uint256 amount = pool * made.receipt.unattributedPpm / 1_000_000;
            all[count++] = SettledLine(governance, 6, uint128(amount));
        }
        uint256 residue = fee;
        for (uint256 index = 0; index < count; ++index) {
            residue -= all[index].amountWei;
        }
        if (residue > 0) all[count++] = SettledLine(governance, 7, uint128(residue));
        made.proof.answer.lines = new SettledLine[](count);
        for (uint256 index = 0; index < count; ++index) {
            made.proof.answer.lines[index] = all[index];
        }
    }

    function answerLeaf(SettledAnswer memory answer) internal pure returns (bytes32) {
        return MerkleTree.leaf(ANSWERS, abi.encode(answer));
    }

    /// @notice Posts the next payout over these answers and puts the proofs into the cases.
    function postAnswers(Case[] memory cases) internal returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](cases.length);
        for (uint256 index = 0; index < cases.length; ++index) {
            hashes[index] = answerLeaf(cases[index].proof.answer);
        }
        uint64 period = payouts.posted() + 1;
        for (uint256 index = 0; index < cases.length; ++index) {
            cases[index].proof.period = period;
            cases[index].proof.index = index;
            cases[index].proof.siblings = Tree.proof(hashes, index);
        }
        return post(payoutOf("root", 0, Tree.root(hashes)));
    }

    /// @notice Posts a payout over three answers, of which this is the second.
    function postAnswer(Case memory made) internal returns (bytes32) {
        bytes32[] memory hashes = neighbours();
        hashes[1] = answerLeaf(made.proof.answer);
        made.proof.period = payouts.posted() + 1;
        made.proof.index = 1;
        made.proof.siblings = Tree.proof(hashes, 1);
        return post(payoutOf("root", 0, Tree.root(hashes)));
    }

    /// @notice The leaves of two more answers.
    function neighbours() internal pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](3);
        (hashes[0], hashes[2]) = (keccak256("first answer"), keccak256("third answer"));
    }

    /// @notice The root to which arbitrary siblings lead.
    function climb(bytes32 leaf, uint256 index, bytes32[] memory siblings)
        internal
        pure
        returns (bytes32 vertex)
    {
        vertex = leaf;
        for (uint256 height = 0; height < siblings.length; ++height) {
            bytes32 sibling = siblings[height];
            vertex = (index >> height) & 1 == 0
                ? keccak256(abi.encodePacked(bytes1(0x01), vertex, sibling))
                : keccak256(abi.encodePacked(bytes1(0x01), sibling, vertex));
        }
    }

    function siblingsOf(bytes32 seed, uint256 depth) internal pure returns (bytes32[] memory all) {
        all = new bytes32[](depth);
        for (uint256 height = 0; height < depth; ++height) {
            all[height] = keccak256(abi.encode(seed, height));
        }
    }

    /// @notice A settled answer whose first share's score is off by one, in an index of `rank`
    /// dimensions; both trees are 20 levels deep. Posted.
    function largeCase(uint256 rank)
        internal
        returns (Case memory made, IDisputes.RowProof memory row)
    {
        makeIndex(rank);
        made = honest(1);
        row.row = made.receipt.shares[0].row;
        row.leaf = rows[row.row];
        row.siblings = siblingsOf("rows", 20);
        made.receipt.influenceRoot = climb(MerkleTree.leaf(ROWS, row.leaf), row.row, row.siblings);
        made.receipt.shares[0].score += 1;
        sign(made, HOST_KEY);
        made.proof.index = 123_456;
        made.proof.siblings = siblingsOf("answers", 20);
        bytes32 root = climb(answerLeaf(made.proof.answer), made.proof.index, made.proof.siblings);
        post(payoutOf("root", 0, root));
    }
}
