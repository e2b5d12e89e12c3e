// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Adapter} from "../types/Records.sol";
import {IDatanets} from "./IDatanets.sol";

/// @title Adapters
/// @notice One ERC-721 token for each adapter (a model trained on a snapshot); the token's number is
/// the adapter's id, computed from its record. Whoever holds the token owns the model.
/// @dev Upgradeable by governance only.
interface IAdapters is IERC721 {
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
    /// @notice Thrown when the snapshot is not anchored.
    error SnapshotUnknown(bytes32 snapshotId);
    /// @notice Thrown when the adapter is anchored already.
    error AdapterExists(bytes32 adapterId);

    /// @notice Sets the contract up behind its proxy, once.
    /// @param governance Who may upgrade it: the timelock.
    /// @param datanets Where snapshots are anchored and hosts are authorized.
    function initialize(address governance, IDatanets datanets) external;

    /// @notice Anchors an adapter and mints its token to the record's owner. Callable by the
    /// Datanet's owner and the owner's hosts.
    /// @param adapter The record; its snapshot must be anchored.
    /// @return adapterId The record's id.
    function anchorAdapter(Adapter calldata adapter) external returns (bytes32 adapterId);

    /// @notice An anchored adapter; all zero when it is unknown.
    /// @return snapshotId The snapshot that it was trained on.
    /// @return influenceRoot Merkle root of its index of influence.
    /// @return ruleDigest keccak-256 of the name of its rule of attribution.
    /// @return owner Who holds its token now.
    function adapter(bytes32 adapterId)
        external
        view
        returns (bytes32 snapshotId, bytes32 influenceRoot, bytes32 ruleDigest, address owner);

    /// @notice Who held an adapter's token at the end of a second: the first owner before it was
    /// anchored, the zero address when it is unknown.
    /// @param timeS Unix time in seconds.
    function ownerAt(bytes32 adapterId, uint64 timeS) external view returns (address);

    /// @notice Digests of an anchored adapter's base model and of its weights; zero when unknown.
    function digests(bytes32 adapterId) external view returns (bytes32 base, bytes32 weights);

    /// @notice Where snapshots are anchored and hosts are authorized.
    function datanets() external view returns (IDatanets);
}
