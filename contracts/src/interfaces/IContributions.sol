// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Contributions
/// @notice Who had a batch of records first. A contributor commits to the batch's Merkle root without
/// showing it, later reveals it, and the earliest commitment wins whatever the order of the reveals.
/// Whoever sees a reveal on its way can therefore only commit too late.
/// @dev A commitment names its contributor and counts only when that contributor sends it, so a
/// copied commitment is worthless and blocks nobody. Each holds a bond, of the size that governance
/// asked for at that moment, returned at the reveal; past the deadline it goes to the treasury.
/// Commitments in one second are told apart by the chain's order. The first contributor of a root is
/// settled once every commitment made before has been revealed or has passed its deadline.
interface IContributions {
    /// @notice A contributor committed to a batch.
    event Committed(
        address indexed contributor,
        bytes32 indexed commitment,
        uint64 number,
        uint128 bondWei,
        uint64 deadlineS
    );
    /// @notice A batch was revealed and its bond returned.
    event Revealed(
        address indexed contributor,
        bytes32 indexed datanetId,
        bytes32 indexed root,
        uint32 records,
        uint64 committedS,
        uint64 number
    );
    /// @notice A root has a first contributor, or one with an earlier commitment.
    event FirstChanged(
        bytes32 indexed root, address indexed contributor, bytes32 indexed datanetId
    );
    /// @notice A commitment passed its deadline and its bond went to the treasury.
    event Forfeited(address indexed contributor, bytes32 indexed commitment, uint128 bondWei);

    /// @notice Thrown when the value sent is not the bond.
    error WrongBond(uint256 sentWei, uint256 bondWei);
    /// @notice Thrown when the caller has this commitment open already.
    error CommitmentOpen(address contributor, bytes32 commitment);
    /// @notice Thrown when the contributor has no such commitment open.
    error CommitmentUnknown(address contributor, bytes32 commitment);
    /// @notice Thrown when a commitment is revealed in its own block, where its place could be chosen
    /// by whoever builds the block.
    error RevealTooEarly(uint256 committedBlock);
    /// @notice Thrown when the deadline has passed.
    error RevealTooLate(uint64 deadlineS);
    /// @notice Thrown when the deadline has not passed yet.
    error DeadlineNotReached(uint64 deadlineS);
    /// @notice Thrown when the Datanet is not registered.
    error DatanetUnknown(bytes32 datanetId);
    /// @notice Thrown when a batch has no records or no root.
    error BatchEmpty();
    /// @notice Thrown when `to` refuses its bond.
    error TransferFailed(address to, uint256 amountWei);

    /// @notice Commits to a batch; the value sent must be the bond (`CommitmentBondWei`).
    /// @param commitment See `commitmentOf`.
    function commit(bytes32 commitment) external payable;

    /// @notice Reveals a batch that the caller committed to in an earlier block, and returns the bond.
    /// @param datanetId The Datanet that the batch is for; it must be registered.
    /// @param root Merkle root of the batch's records.
    /// @param records How many records it has.
    /// @param salt What made the commitment unguessable.
    function reveal(bytes32 datanetId, bytes32 root, uint32 records, bytes32 salt) external;

    /// @notice Sends the bond of a commitment past its deadline to the treasury. Callable by anybody.
    function forfeit(address contributor, bytes32 commitment) external;

    /// @notice The commitment for a batch:
    /// `keccak256(abi.encode(chainid, this, contributor, datanetId, root, records, salt))`.
    function commitmentOf(
        address contributor,
        bytes32 datanetId,
        bytes32 root,
        uint32 records,
        bytes32 salt
    ) external view returns (bytes32);

    /// @notice An open commitment; all zero when there is none.
    /// @return number Its place among all commitments, from 1.
    /// @return committedS When it was made.
    /// @return deadlineS Until when, inclusive, it can be revealed.
    /// @return bondWei Its bond.
    function commitmentState(address contributor, bytes32 commitment)
        external
        view
        returns (uint64 number, uint64 committedS, uint64 deadlineS, uint128 bondWei);

    /// @notice Who had a root first, among those who revealed it; all zero when nobody has.
    /// @return contributor Who.
    /// @return committedS When the commitment was made.
    /// @return datanetId The Datanet that it was revealed for.
    function first(bytes32 root)
        external
        view
        returns (address contributor, uint64 committedS, bytes32 datanetId);

    /// @notice Sum of the bonds of all open commitments.
    function bondsWei() external view returns (uint256);
}
