// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "./interfaces/IRegistry.sol";
import {Adapter, Snapshot} from "./types/Records.sol";

/// @title Registry
contract Registry is IRegistry {
    struct DatanetState {
        address owner;
        bytes32 lastSnapshot;
    }

    struct SnapshotState {
        bytes32 datanetId;
        bytes32 root;
    }

    struct AdapterState {
        bytes32 snapshotId;
        bytes32 influenceRoot;
        address owner;
    }

    /// @inheritdoc IRegistry
    mapping(address owner => mapping(address host => bool)) public isHost;
    /// @inheritdoc IRegistry
    mapping(bytes32 datanetId => DatanetState) public datanet;
    /// @inheritdoc IRegistry
    mapping(bytes32 snapshotId => SnapshotState) public snapshot;
    /// @inheritdoc IRegistry
    mapping(bytes32 adapterId => AdapterState) public adapter;

    /// @inheritdoc IRegistry
    function authorizeHost(address host, bool allowed) external {
        isHost[msg.sender][host] = allowed;
        emit HostAuthorized(msg.sender, host, allowed);
    }

    /// @inheritdoc IRegistry
    function registerDatanet(bytes32 datanetId, address owner, bytes32 licence) external {
        if (owner == address(0)) revert OwnerMissing();
        _checkCaller(owner);
        if (datanet[datanetId].owner != address(0)) revert DatanetExists(datanetId);
        datanet[datanetId].owner = owner;
        emit DatanetRegistered(datanetId, owner, licence);
    }

    /// @inheritdoc IRegistry
    function anchorSnapshot(Snapshot calldata record) external returns (bytes32 snapshotId) {
        DatanetState storage state = _ownedDatanet(record.datanet);
        if (record.parent != state.lastSnapshot) {
            revert ParentNotLast(state.lastSnapshot, record.parent);
        }
        snapshotId = record.id();
        state.lastSnapshot = snapshotId;
        snapshot[snapshotId] = SnapshotState(record.datanet, record.root);
        emit SnapshotAnchored(snapshotId, record.datanet, record.root, record.records);
    }

    /// @inheritdoc IRegistry
    function anchorAdapter(Adapter calldata record) external returns (bytes32 adapterId) {
        bytes32 datanetId = snapshot[record.snapshot].datanetId;
        if (datanetId == 0) revert SnapshotUnknown(record.snapshot);
        _ownedDatanet(datanetId);
        if (record.owner == address(0)) revert OwnerMissing();
        adapterId = record.id();
        if (adapter[adapterId].owner != address(0)) revert AdapterExists(adapterId);
        adapter[adapterId] = AdapterState(record.snapshot, record.influenceRoot, record.owner);
        emit AdapterAnchored(
            adapterId,
            record.snapshot,
            record.owner,
            record.base,
            record.weights,
            record.influenceRoot,
            record.rule
        );
    }

    /// @dev The Datanet's state, when the caller may act for its owner.
    function _ownedDatanet(bytes32 datanetId) private view returns (DatanetState storage state) {
        state = datanet[datanetId];
        if (state.owner == address(0)) revert DatanetUnknown(datanetId);
        _checkCaller(state.owner);
    }

    function _checkCaller(address owner) private view {
        if (msg.sender != owner && !isHost[owner][msg.sender]) {
            revert NotAuthorized(owner, msg.sender);
        }
    }
}
