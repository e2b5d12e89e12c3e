//! Datanets, adapters, contributions.

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IDatanets {
        error NotAuthorized(address owner, address caller);
        error OwnerMissing();
        error DatanetExists(bytes32 datanetId);
        error DatanetUnknown(bytes32 datanetId);
        error ParentNotLast(bytes32 last, bytes32 parent);

        function authorizeHost(address host, bool allowed) external;
        function registerDatanet(bytes32 datanetId, address owner, bytes32 licence) external;
        function anchorSnapshot(
            (bytes32, bytes32, bytes32, uint32, bytes32, bytes32, uint64) snapshot
        ) external returns (bytes32 snapshotId);
        function isHost(address owner, address host) external view returns (bool);
        function datanet(bytes32 datanetId)
            external view returns (address owner, bytes32 lastSnapshot, bytes32 licence);
        function snapshot(bytes32 snapshotId)
            external view returns (bytes32 datanetId, bytes32 root);
        function snapshotCount(bytes32 datanetId) external view returns (uint256);
        function snapshotAt(bytes32 datanetId, uint256 index)
            external view returns (bytes32 snapshotId);
        function initialize(address governance) external;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IAdapters {
        error SnapshotUnknown(bytes32 snapshotId);
        error AdapterExists(bytes32 adapterId);

        function anchorAdapter(
            (bytes32, bytes32, bytes32, bytes32, bytes32, bytes32, string, address, uint64) adapter
        ) external returns (bytes32 adapterId);
        function adapter(bytes32 adapterId)
            external view
            returns (bytes32 snapshotId, bytes32 influenceRoot, bytes32 ruleDigest, address owner);
        function ownerAt(bytes32 adapterId, uint64 timeS) external view returns (address);
        function datanets() external view returns (address);
        function initialize(address governance, address datanets) external;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IContributions {
        error WrongBond(uint256 sentWei, uint256 bondWei);
        error CommitmentOpen(address contributor, bytes32 commitment);
        error CommitmentUnknown(address contributor, bytes32 commitment);
        error RevealTooEarly(uint256 committedBlock);
        error RevealTooLate(uint64 deadlineS);
        error DeadlineNotReached(uint64 deadlineS);
        error BatchEmpty();

        function commit(bytes32 commitment) external payable;
        function reveal(bytes32 datanetId, bytes32 root, uint32 records, bytes32 salt) external;
        function forfeit(address contributor, bytes32 commitment) external;
        function first(bytes32 root)
            external view
            returns (address contributor, uint64 committedS, bytes32 datanetId);
    }
}
