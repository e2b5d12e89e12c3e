// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IParameters} from "../src/interfaces/IParameters.sol";
import {IPayouts} from "../src/interfaces/IPayouts.sol";
import {FeeSplit} from "../src/libraries/FeeSplit.sol";
import {MerkleSumTree} from "../src/libraries/MerkleSumTree.sol";
import {MerkleTree} from "../src/libraries/MerkleTree.sol";
import {Score} from "../src/libraries/Score.sol";
import {AttributionReceipt, RecordShare, SettledAnswer} from "../src/types/Records.sol";

/// @title What the libraries compute, for many cases in one call
/// @notice Executed by the Rust tests, which compare every result with their own.
contract Differential {
    struct SplitCase {
        uint128 feeWei;
        RecordShare[] shares;
        uint32 unattributedPpm;
        IParameters.Split parts;
        FeeSplit.Parties parties;
    }

    struct ScoreCase {
        bytes leaf;
        bytes query;
    }

    struct ProofCase {
        bytes32 root;
        bytes32 domain;
        bytes data;
        uint256 index;
        bytes32[] siblings;
    }

    struct SumProofCase {
        bytes32 root;
        uint128 totalWei;
        bytes data;
        uint128 leafWei;
        uint256 index;
        IPayouts.SumSibling[] siblings;
    }

    bytes32 private constant PAYOUT = keccak256("openledger.payout.v1");
    bytes32 private constant ANSWERS = keccak256("openledger.answers.v1");

    /// @notice keccak-256 of the encoded lines of each fee; zero when its shares are not whole.
    function splits(SplitCase[] calldata cases) external pure returns (bytes32[] memory digests) {
        digests = new bytes32[](cases.length);
        for (uint256 place = 0; place < cases.length; ++place) {
            SplitCase calldata item = cases[place];
            if (!FeeSplit.isWhole(item.shares, item.unattributedPpm)) continue;
            digests[place] = keccak256(
                abi.encode(
                    FeeSplit.lines(
                        item.feeWei, item.shares, item.unattributedPpm, item.parts, item.parties
                    )
                )
            );
        }
    }

    /// @notice The score of each row.
    function scores(ScoreCase[] calldata cases) external pure returns (int256[] memory out) {
        out = new int256[](cases.length);
        for (uint256 place = 0; place < cases.length; ++place) {
            out[place] = Score.scoreOf(cases[place].leaf, cases[place].query);
        }
    }

    /// @notice Whether each proof leads to its root.
    function proofs(ProofCase[] calldata cases) external pure returns (bool[] memory out) {
        out = new bool[](cases.length);
        for (uint256 place = 0; place < cases.length; ++place) {
            ProofCase calldata item = cases[place];
            bytes32 leaf = MerkleTree.leaf(item.domain, item.data);
            out[place] = MerkleTree.verify(item.root, leaf, item.index, item.siblings);
        }
    }

    /// @notice Whether each proof leads to its root and total.
    function sumProofs(SumProofCase[] calldata cases) external pure returns (bool[] memory out) {
        out = new bool[](cases.length);
        for (uint256 place = 0; place < cases.length; ++place) {
            SumProofCase calldata item = cases[place];
            out[place] = MerkleSumTree.verify(
                item.root,
                item.totalWei,
                MerkleTree.leaf(PAYOUT, item.data),
                item.leafWei,
                item.index,
                item.siblings
            );
        }
    }

    /// @notice The leaf of each settled answer, and the id of each receipt.
    function leaves(SettledAnswer[] calldata answers, AttributionReceipt[] calldata receipts)
        external
        pure
        returns (bytes32[] memory hashes, bytes32[] memory ids)
    {
        hashes = new bytes32[](answers.length);
        for (uint256 place = 0; place < answers.length; ++place) {
            hashes[place] = MerkleTree.leaf(ANSWERS, abi.encode(answers[place]));
        }
        ids = new bytes32[](receipts.length);
        for (uint256 place = 0; place < receipts.length; ++place) {
            ids[place] = receipts[place].id();
        }
    }
}
