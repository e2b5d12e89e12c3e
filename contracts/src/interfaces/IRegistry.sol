// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Adapter, Snapshot} from "../types/Records.sol";

/// @title Registry of anchors
/// @notice Anchors Datanets, their snapshots and the adapters trained on them: ids, roots and owners
/// only, never content. Every id is computed from the record that it names.
/// @dev A Datanet's owner may act, and so may every host that the owner has authorized.
interface IRegistry {
    /// @notice An account let a host act for it, or stopped that.
    event HostAuthorized(address indexed owner, address indexed host, bool allowed);
    /// @notice A Datanet was registered.
    event DatanetRegistered(bytes32 indexed datanetId, address indexed owner, bytes32 licence);
    /// @notice A snapshot was anchored as its Datanet's latest.
    event SnapshotAnchored(
        bytes32 indexed snapshotId, bytes32 indexed datanetId, bytes32 root, uint32 records
    );
    /// @notice An adapter was anchored.
    event AdapterAnchored(
        bytes32 indexed adapterId,
        bytes32 indexed snapshotId,
        address indexed owner,
        bytes32 base,
        bytes32 weights,
        bytes32 influenceRoot,
        string rule
    );

    /// @notice Thrown when the caller is neither `owner` nor a host that `owner` authorized.
    error NotAuthorized(address owner, address caller);
    /// @notice Thrown when an owner is the zero address.
    error OwnerMissing();
    /// @notice Thrown when the Datanet exists already.
    error DatanetExists(bytes32 datanetId);
    /// @notice Thrown when no such Datanet is registered.
    error DatanetUnknown(bytes32 datanetId);
    /// @notice Thrown when a snapshot's parent is not the Datanet's last snapshot.
    error ParentNotLast(bytes32 last, bytes32 parent);
    /// @notice Thrown when the snapshot is not anchored.
    error SnapshotUnknown(bytes32 snapshotId);
    /// @notice Thrown when the adapter is anchored already.
    error AdapterExists(bytes32 adapterId);

    /// @notice Lets `host` act for the caller, or stops that.
    function authorizeHost(address host, bool allowed) external;

    /// @notice Registers a Datanet. Callable by `owner` and its hosts.
    /// @param datanetId keccak-256 of the Datanet's name; first come, first served.
    /// @param owner Who decides about it and is paid as its owner.
    /// @param licence keccak-256 of its SPDX licence expression.
    function registerDatanet(bytes32 datanetId, address owner, bytes32 licence) external;

    /// @notice Anchors a snapshot. Callable by the Datanet's owner and the owner's hosts.
    /// @param snapshot The record; its parent must be the Datanet's last snapshot, zero for the first.
    /// @return snapshotId The record's id.
    function anchorSnapshot(Snapshot calldata snapshot) external returns (bytes32 snapshotId);

    /// @notice Anchors an adapter. Callable by the Datanet's owner and the owner's hosts.
    /// @param adapter The record; its snapshot must be anchored.
    /// @return adapterId The record's id.
    function anchorAdapter(Adapter calldata adapter) external returns (bytes32 adapterId);

    /// @notice Whether `host` may act for `owner`.
    function isHost(address owner, address host) external view returns (bool);

    /// @notice A Datanet's owner and latest snapshot; both zero when it is unknown.
    function datanet(bytes32 datanetId) external view returns (address owner, bytes32 lastSnapshot);

    /// @notice An anchored snapshot's Datanet and Merkle root; both zero when it is unknown.
    function snapshot(bytes32 snapshotId) external view returns (bytes32 datanetId, bytes32 root);

    /// @notice An anchored adapter's snapshot, influence root and owner; all zero when it is unknown.
    function adapter(bytes32 adapterId)
        external
        view
        returns (bytes32 snapshotId, bytes32 influenceRoot, address owner);
}
