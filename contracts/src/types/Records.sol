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
    bytes32 receipts;
    uint64 timeS;
}

using Records for Snapshot global;
using Records for Adapter global;
using Records for Payout global;

/// @title Record ids
/// @notice The id of a record is its EIP-712 `hashStruct`, computed here from the record itself, so
/// that nobody can anchor an id that belongs to other contents.
library Records {
    bytes32 internal constant SNAPSHOT_TYPEHASH = keccak256(
        "Snapshot(bytes32 datanet,bytes32 parent,bytes32 root,uint32 records,bytes32 contributions,bytes32 licence,uint64 timeS)"
    );
    bytes32 internal constant ADAPTER_TYPEHASH = keccak256(
        "Adapter(bytes32 snapshot,bytes32 base,bytes32 weights,bytes32 options,bytes32 influenceRoot,bytes32 spanIndex,string rule,address owner,uint64 timeS)"
    );
    bytes32 internal constant PAYOUT_TYPEHASH = keccak256(
        "Payout(uint64 period,bytes32 parent,bytes32 root,uint32 accounts,uint128 totalWei,bytes32 receipts,uint64 timeS)"
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
}
