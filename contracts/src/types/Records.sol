// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A frozen version of a Datanet: the records that training may use, in a fixed order.
struct Snapshot {
    bytes32 datanet;
    bytes32 parent;
    bytes32 root;
    uint32 records;
    bytes32 contributions;
    bytes32 licence;
    uint64 timeS;
}

/// @notice A low-rank adapter trained on one snapshot.
struct Adapter {
    bytes32 snapshot;
    bytes32 base;
    bytes32 weights;
    bytes32 options;
    bytes32 influenceRoot;
    bytes32 spanIndex;
    string rule;
    address owner;
    uint64 timeS;
}

/// @notice What everybody has earned up to the end of a period, as one Merkle root.
struct Payout {
    uint64 period;
    bytes32 parent;
    bytes32 root;
    uint32 accounts;
    uint128 totalWei;
    bytes32 answers;
    uint64 timeS;
}

/// @notice One answer of one adapter, and what the caller pays for it.
struct Completion {
    bytes32 adapter;
    address payer;
    address host;
    bytes32 prompt;
    bytes32 answer;
    uint32 promptTokens;
    uint32 answerTokens;
    uint128 feeWei;
    uint64 timeS;
    uint64 nonce;
}

/// @notice One record's part in one answer.
struct RecordShare {
    uint32 row;
    bytes32 record;
    address contributor;
    int64 score;
    uint32 spanTokens;
    uint8 evidence;
    uint8 reason;
    uint32 sharePpm;
}

/// @notice The records that shaped one answer, each with its share; signed by the host.
struct AttributionReceipt {
    bytes32 completion;
    bytes32 adapter;
    bytes32 influenceRoot;
    string rule;
    bytes query;
    int64 liftMicronats;
    RecordShare[] shares;
    uint32 unattributedPpm;
}

/// @notice What one account gets of one answer's fee, and what for: 0 contributor, 1 owner, 2 host,
/// 3 validators, 4 treasury, 5 burn, 6 unattributed, 7 residue.
struct SettledLine {
    address account;
    uint8 role;
    uint128 amountWei;
}

/// @notice An answer as a payout settles it; a leaf of the payout's answers. `signature` is the host's
/// over the attribution receipt, 65 bytes `r ‖ s ‖ v`.
struct SettledAnswer {
    bytes32 completion;
    bytes32 receipt;
    bytes signature;
    uint128 feeWei;
    uint32 splitVersion;
    SettledLine[] lines;
}

using Records for Snapshot global;
using Records for Adapter global;
using Records for Payout global;
using Records for Completion global;
using Records for AttributionReceipt global;

/// @title Record ids
/// @notice The id of a record is its EIP-712 `hashStruct`, computed here from the record itself, so
/// that nobody can anchor an id that belongs to other contents.
library Records {
    /// @notice Thrown when a share holds a number that its type does not.
    error MalformedShare();

    bytes32 internal constant SNAPSHOT_TYPEHASH = keccak256(
        "Snapshot(bytes32 datanet,bytes32 parent,bytes32 root,uint32 records,bytes32 contributions,bytes32 licence,uint64 timeS)"
    );
    bytes32 internal constant ADAPTER_TYPEHASH = keccak256(
        "Adapter(bytes32 snapshot,bytes32 base,bytes32 weights,bytes32 options,bytes32 influenceRoot,bytes32 spanIndex,string rule,address owner,uint64 timeS)"
    );
    bytes32 internal constant PAYOUT_TYPEHASH = keccak256(
        "Payout(uint64 period,bytes32 parent,bytes32 root,uint32 accounts,uint128 totalWei,bytes32 answers,uint64 timeS)"
    );

    bytes32 internal constant COMPLETION_TYPEHASH = keccak256(
        "Completion(bytes32 adapter,address payer,address host,bytes32 prompt,bytes32 answer,uint32 promptTokens,uint32 answerTokens,uint128 feeWei,uint64 timeS,uint64 nonce)"
    );
    bytes32 internal constant RECORD_SHARE_TYPEHASH = keccak256(
        "RecordShare(uint32 row,bytes32 record,address contributor,int64 score,uint32 spanTokens,uint8 evidence,uint8 reason,uint32 sharePpm)"
    );
    bytes32 internal constant ATTRIBUTION_RECEIPT_TYPEHASH = keccak256(
        "AttributionReceipt(bytes32 completion,bytes32 adapter,bytes32 influenceRoot,string rule,bytes query,int64 liftMicronats,RecordShare[] shares,uint32 unattributedPpm)RecordShare(uint32 row,bytes32 record,address contributor,int64 score,uint32 spanTokens,uint8 evidence,uint8 reason,uint32 sharePpm)"
    );

    /// @notice The id of a snapshot.
    function id(Snapshot memory snapshot) internal pure returns (bytes32) {
        return keccak256(abi.encode(SNAPSHOT_TYPEHASH, snapshot));
    }

    /// @notice The id of an adapter; its rule enters as the hash of its text.
    function id(Adapter memory adapter) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ADAPTER_TYPEHASH,
                adapter.snapshot,
                adapter.base,
                adapter.weights,
                adapter.options,
                adapter.influenceRoot,
                adapter.spanIndex,
                keccak256(bytes(adapter.rule)),
                adapter.owner,
                adapter.timeS
            )
        );
    }

    /// @notice The id of a payout.
    function id(Payout memory payout) internal pure returns (bytes32) {
        return keccak256(abi.encode(PAYOUT_TYPEHASH, payout));
    }

    /// @notice The id of a completion.
    function id(Completion memory completion) internal pure returns (bytes32) {
        return keccak256(abi.encode(COMPLETION_TYPEHASH, completion));
    }

    /// @notice The id of an attribution receipt.
    /// @dev A share is eight words in the calldata; they are hashed as they are, once it is sure that no
    /// word holds more than its type.
    function id(AttributionReceipt calldata receipt) internal pure returns (bytes32) {
        RecordShare[] calldata shares = receipt.shares;
        bytes32 kind = RECORD_SHARE_TYPEHASH;
        bytes32 hashOfShares;
        uint256 excess;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let hashes := add(free, 288)
            let end := add(hashes, shl(5, shares.length))
            mstore(free, kind)
            let from := shares.offset
            for { let to := hashes } lt(to, end) { to := add(to, 32) } {
                calldatacopy(add(free, 32), from, 256)
                let score := mload(add(free, 128))
                excess := or(excess, shr(32, mload(add(free, 32))))
                excess := or(excess, shr(160, mload(add(free, 96))))
                excess := or(excess, xor(score, signextend(7, score)))
                excess := or(excess, shr(32, mload(add(free, 160))))
                excess := or(excess, shr(8, mload(add(free, 192))))
                excess := or(excess, shr(8, mload(add(free, 224))))
                excess := or(excess, shr(32, mload(add(free, 256))))
                mstore(to, keccak256(free, 288))
                from := add(from, 256)
            }
            hashOfShares := keccak256(hashes, sub(end, hashes))
        }
        if (excess != 0) revert MalformedShare();
        return keccak256(
            abi.encode(
                ATTRIBUTION_RECEIPT_TYPEHASH,
                receipt.completion,
                receipt.adapter,
                receipt.influenceRoot,
                keccak256(bytes(receipt.rule)),
                keccak256(receipt.query),
                receipt.liftMicronats,
                hashOfShares,
                receipt.unattributedPpm
            )
        );
    }
}
