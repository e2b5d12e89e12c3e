// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Snapshot} from "../types/Records.sol";

/// @title Datanets
/// @notice One ERC-721 token for each Datanet; the token's number is the Datanet's id. Anchors the
/// Datanet's snapshots: ids and roots only, never content. Every id is computed from the record that
/// it names.
/// @dev A Datanet's owner may act, and so may every host that the owner has authorized. A transfer
/// of the token moves these rights and the owner's share of later fees; hosts of the former owner
/// lose theirs at once. Upgradeable by governance only.
interface IDatanets is IERC721 {
    /// @notice An account let a host act for it, or stopped that.
    event HostAuthorized(address indexed owner, address indexed host, bool allowed);
    /// @notice A Datanet was registered.
    event DatanetRegistered(bytes32 indexed datanetId, address indexed owner, bytes32 licence);
    /// @notice A snapshot was anchored as its Datanet's latest.
    event SnapshotAnchored(
        bytes32 indexed snapshotId, bytes32 indexed datanetId, bytes32 root, uint32 records
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
    /// @notice Thrown when a Datanet has fewer snapshots than `index + 1`.
    error SnapshotOutOfRange(bytes32 datanetId, uint256 index);

    /// @notice Sets the contract up behind its proxy, once.
    /// @param governance Who may upgrade it: the timelock.
    function initialize(address governance) external;

    /// @notice Lets `host` act for the caller, or stops that.
    function authorizeHost(address host, bool allowed) external;

    /// @notice Registers a Datanet and mints its token. Callable by `owner` and its hosts.
    /// @param datanetId keccak-256 of the Datanet's name; first come, first served.
    /// @param owner Who decides about it and is paid as its owner.
    /// @param licence keccak-256 of its SPDX licence expression.
    function registerDatanet(bytes32 datanetId, address owner, bytes32 licence) external;

    /// @notice Anchors a snapshot. Callable by the Datanet's owner and the owner's hosts.
    /// @param snapshot The record; its parent must be the Datanet's last snapshot, zero for the first.
    /// @return snapshotId The record's id.
    function anchorSnapshot(Snapshot calldata snapshot) external returns (bytes32 snapshotId);

    /// @notice Whether `owner` has authorized `host` to act for it.
    function isHost(address owner, address host) external view returns (bool);

    /// @notice Whether `caller` is `owner` or one of its hosts.
    function mayAct(address owner, address caller) external view returns (bool);

    /// @notice A Datanet's owner, latest snapshot and licence; all zero when it is unknown.
    function datanet(bytes32 datanetId)
        external
        view
        returns (address owner, bytes32 lastSnapshot, bytes32 licence);

    /// @notice An anchored snapshot's Datanet and Merkle root; both zero when it is unknown.
    function snapshot(bytes32 snapshotId) external view returns (bytes32 datanetId, bytes32 root);

    /// @notice How many snapshots a Datanet has.
    function snapshotCount(bytes32 datanetId) external view returns (uint256);

    /// @notice A Datanet's snapshot by its place, the first being 0.
    function snapshotAt(bytes32 datanetId, uint256 index) external view returns (bytes32 snapshotId);
}
