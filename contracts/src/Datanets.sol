// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    ERC721Upgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {IDatanets} from "./interfaces/IDatanets.sol";
import {Upgradeable} from "./mixins/Upgradeable.sol";
import {Snapshot} from "./types/Records.sol";

/// @title Datanets
contract Datanets is IDatanets, ERC721Upgradeable, Upgradeable {
    struct DatanetState {
        bytes32 licence;
        bytes32[] snapshots;
    }

    struct SnapshotState {
        bytes32 datanetId;
        bytes32 root;
    }

    /// @custom:storage-location erc7201:openledger.Datanets
    struct DatanetsStorage {
        mapping(address owner => mapping(address host => bool)) isHost;
        mapping(bytes32 datanetId => DatanetState) datanets;
        mapping(bytes32 snapshotId => SnapshotState) snapshots;
    }

    bytes32 private constant LOCATION = keccak256(
        abi.encode(uint256(keccak256("openledger.Datanets")) - 1)
    ) & ~bytes32(uint256(0xff));

    /// @inheritdoc IDatanets
    function initialize(address governance) external initializer {
        __ERC721_init("OpenLedger Datanets", "DATANET");
        __Ownable_init(governance);
    }

    /// @inheritdoc IDatanets
    function authorizeHost(address host, bool allowed) external {
        _storage().isHost[msg.sender][host] = allowed;
        emit HostAuthorized(msg.sender, host, allowed);
    }

    /// @inheritdoc IDatanets
    function registerDatanet(bytes32 datanetId, address owner, bytes32 licence) external {
        if (owner == address(0)) revert OwnerMissing();
        _checkCaller(owner);
        if (_ownerOf(uint256(datanetId)) != address(0)) revert DatanetExists(datanetId);
        _storage().datanets[datanetId].licence = licence;
        _mint(owner, uint256(datanetId));
        emit DatanetRegistered(datanetId, owner, licence);
    }

    /// @inheritdoc IDatanets
    function anchorSnapshot(Snapshot calldata record) external returns (bytes32 snapshotId) {
        address owner = _ownerOf(uint256(record.datanet));
        if (owner == address(0)) revert DatanetUnknown(record.datanet);
        _checkCaller(owner);
        bytes32 last = _last(record.datanet);
        if (record.parent != last) revert ParentNotLast(last, record.parent);
        snapshotId = record.id();
        _storage().datanets[record.datanet].snapshots.push(snapshotId);
        _storage().snapshots[snapshotId] = SnapshotState(record.datanet, record.root);
        emit SnapshotAnchored(snapshotId, record.datanet, record.root, record.records);
    }

    /// @inheritdoc IDatanets
    function isHost(address owner, address host) external view returns (bool) {
        return _storage().isHost[owner][host];
    }

    /// @inheritdoc IDatanets
    function datanet(bytes32 datanetId)
        external
        view
        returns (address owner, bytes32 lastSnapshot, bytes32 licence)
    {
        owner = _ownerOf(uint256(datanetId));
        lastSnapshot = _last(datanetId);
        licence = _storage().datanets[datanetId].licence;
    }

    /// @inheritdoc IDatanets
    function snapshot(bytes32 snapshotId) external view returns (bytes32 datanetId, bytes32 root) {
        SnapshotState storage state = _storage().snapshots[snapshotId];
        return (state.datanetId, state.root);
    }

    /// @inheritdoc IDatanets
    function snapshotCount(bytes32 datanetId) external view returns (uint256) {
        return _storage().datanets[datanetId].snapshots.length;
    }

    /// @inheritdoc IDatanets
    function snapshotAt(bytes32 datanetId, uint256 index) external view returns (bytes32) {
        bytes32[] storage snapshots = _storage().datanets[datanetId].snapshots;
        if (index >= snapshots.length) revert SnapshotOutOfRange(datanetId, index);
        return snapshots[index];
    }

    /// @inheritdoc IDatanets
    function mayAct(address owner, address caller) public view returns (bool) {
        return caller == owner || _storage().isHost[owner][caller];
    }

    function _checkCaller(address owner) private view {
        if (!mayAct(owner, msg.sender)) revert NotAuthorized(owner, msg.sender);
    }

    /// @dev A Datanet's last snapshot; zero when it has none.
    function _last(bytes32 datanetId) private view returns (bytes32) {
        bytes32[] storage snapshots = _storage().datanets[datanetId].snapshots;
        return snapshots.length == 0 ? bytes32(0) : snapshots[snapshots.length - 1];
    }

    function _storage() private pure returns (DatanetsStorage storage $) {
        bytes32 location = LOCATION;
        assembly ("memory-safe") {
            $.slot := location
        }
    }
}
