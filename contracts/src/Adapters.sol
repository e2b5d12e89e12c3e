// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    ERC721Upgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IAdapters} from "./interfaces/IAdapters.sol";
import {IDatanets} from "./interfaces/IDatanets.sol";
import {Upgradeable} from "./mixins/Upgradeable.sol";
import {Adapter} from "./types/Records.sol";

/// @title Adapters
contract Adapters is IAdapters, ERC721Upgradeable, Upgradeable {
    using Checkpoints for Checkpoints.Trace160;

    struct AdapterState {
        bytes32 snapshotId;
        bytes32 influenceRoot;
        bytes32 ruleDigest;
        bytes32 base;
        bytes32 weights;
    }

    /// @custom:storage-location erc7201:openledger.Adapters
    struct AdaptersStorage {
        IDatanets datanets;
        mapping(bytes32 adapterId => AdapterState) adapters;
        mapping(bytes32 adapterId => Checkpoints.Trace160) owners;
    }

    bytes32 private constant LOCATION = keccak256(
        abi.encode(uint256(keccak256("openledger.Adapters")) - 1)
    ) & ~bytes32(uint256(0xff));

    /// @inheritdoc IAdapters
    function initialize(address governance, IDatanets registry) external initializer {
        __ERC721_init("OpenLedger Adapters", "ADAPTER");
        __Ownable_init(governance);
        _storage().datanets = registry;
    }

    /// @inheritdoc IAdapters
    function anchorAdapter(Adapter calldata record) external returns (bytes32 adapterId) {
        _checkCaller(record.snapshot);
        if (record.owner == address(0)) revert OwnerMissing();
        adapterId = record.id();
        if (_ownerOf(uint256(adapterId)) != address(0)) revert AdapterExists(adapterId);
        _storage().adapters[adapterId] = AdapterState({
            snapshotId: record.snapshot,
            influenceRoot: record.influenceRoot,
            ruleDigest: keccak256(bytes(record.rule)),
            base: record.base,
            weights: record.weights
        });
        _mint(record.owner, uint256(adapterId));
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

    /// @inheritdoc IAdapters
    function adapter(bytes32 adapterId)
        external
        view
        returns (bytes32 snapshotId, bytes32 influenceRoot, bytes32 ruleDigest, address owner)
    {
        AdapterState storage state = _storage().adapters[adapterId];
        owner = _ownerOf(uint256(adapterId));
        return (state.snapshotId, state.influenceRoot, state.ruleDigest, owner);
    }

    /// @inheritdoc IAdapters
    function ownerAt(bytes32 adapterId, uint64 timeS) external view returns (address) {
        Checkpoints.Trace160 storage owners = _storage().owners[adapterId];
        if (owners.length() == 0) return address(0);
        uint160 owner = owners.upperLookupRecent(timeS);
        return address(owner == 0 ? owners.at(0)._value : owner);
    }

    /// @inheritdoc IAdapters
    function digests(bytes32 adapterId) external view returns (bytes32 base, bytes32 weights) {
        AdapterState storage state = _storage().adapters[adapterId];
        return (state.base, state.weights);
    }

    /// @inheritdoc IAdapters
    function datanets() external view returns (IDatanets) {
        return _storage().datanets;
    }

    /// @dev Remembers every owner: answers given before a transfer are paid to the owner of that time.
    function _update(address to, uint256 tokenId, address auth)
        internal
        override
        returns (address from)
    {
        from = super._update(to, tokenId, auth);
        _storage().owners[bytes32(tokenId)].push(uint96(block.timestamp), uint160(to));
    }

    /// @dev The caller must act for the owner of the Datanet that the snapshot belongs to.
    function _checkCaller(bytes32 snapshotId) private view {
        IDatanets registry = _storage().datanets;
        (bytes32 datanetId,) = registry.snapshot(snapshotId);
        if (datanetId == 0) revert SnapshotUnknown(snapshotId);
        (address owner,,) = registry.datanet(datanetId);
        if (!registry.mayAct(owner, msg.sender)) revert NotAuthorized(owner, msg.sender);
    }

    function _storage() private pure returns (AdaptersStorage storage $) {
        bytes32 location = LOCATION;
        assembly ("memory-safe") {
            $.slot := location
        }
    }
}
