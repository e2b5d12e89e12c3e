// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IContributions} from "./interfaces/IContributions.sol";
import {IDatanets} from "./interfaces/IDatanets.sol";
import {IParameters} from "./interfaces/IParameters.sol";

/// @title Contributions
contract Contributions is IContributions {
    using SafeCast for uint256;

    struct Commitment {
        uint64 number;
        uint64 committedS;
        uint64 committedBlock;
        uint64 deadlineS;
        uint128 bondWei;
    }

    struct First {
        address contributor;
        uint48 committedS;
        uint48 number;
        bytes32 datanetId;
    }

    /// @notice What a commitment costs, and how long it may stay unrevealed.
    IParameters public immutable PARAMETERS;
    /// @notice Where Datanets are registered.
    IDatanets public immutable DATANETS;
    /// @notice Where forfeited bonds go.
    address public immutable TREASURY;

    mapping(address contributor => mapping(bytes32 commitment => Commitment)) private _commitments;
    mapping(bytes32 root => First) private _first;
    uint64 private _count;
    /// @inheritdoc IContributions
    uint256 public bondsWei;

    constructor(IParameters parameters, IDatanets datanets, address treasury) {
        PARAMETERS = parameters;
        DATANETS = datanets;
        TREASURY = treasury;
    }

    /// @inheritdoc IContributions
    function commit(bytes32 commitment) external payable {
        uint128 bondWei = PARAMETERS.value(IParameters.Key.CommitmentBondWei);
        if (msg.value != bondWei) revert WrongBond(msg.value, bondWei);
        if (_commitments[msg.sender][commitment].number != 0) {
            revert CommitmentOpen(msg.sender, commitment);
        }
        uint64 number = ++_count;
        uint256 deadlineS = block.timestamp + PARAMETERS.value(IParameters.Key.RevealDeadlineS);
        _commitments[msg.sender][commitment] = Commitment({
            number: number,
            committedS: block.timestamp.toUint64(),
            committedBlock: block.number.toUint64(),
            deadlineS: deadlineS.toUint64(),
            bondWei: bondWei
        });
        bondsWei += bondWei;
        emit Committed(msg.sender, commitment, number, bondWei, deadlineS.toUint64());
    }

    /// @inheritdoc IContributions
    function reveal(bytes32 datanetId, bytes32 root, uint32 records, bytes32 salt) external {
        if (root == 0 || records == 0) revert BatchEmpty();
        bytes32 commitment = commitmentOf(msg.sender, datanetId, root, records, salt);
        Commitment memory open = _open(msg.sender, commitment);
        if (open.committedBlock == block.number) revert RevealTooEarly(open.committedBlock);
        if (block.timestamp > open.deadlineS) revert RevealTooLate(open.deadlineS);
        (address owner,,) = DATANETS.datanet(datanetId);
        if (owner == address(0)) revert DatanetUnknown(datanetId);
        delete _commitments[msg.sender][commitment];
        bondsWei -= open.bondWei;
        emit Revealed(msg.sender, datanetId, root, records, open.committedS, open.number);
        uint48 number = uint256(open.number).toUint48();
        if (_first[root].number == 0 || number < _first[root].number) {
            _first[root] = First(msg.sender, uint256(open.committedS).toUint48(), number, datanetId);
            emit FirstChanged(root, msg.sender, datanetId);
        }
        _send(msg.sender, open.bondWei);
    }

    /// @inheritdoc IContributions
    function forfeit(address contributor, bytes32 commitment) external {
        Commitment memory open = _open(contributor, commitment);
        if (block.timestamp <= open.deadlineS) revert DeadlineNotReached(open.deadlineS);
        delete _commitments[contributor][commitment];
        bondsWei -= open.bondWei;
        emit Forfeited(contributor, commitment, open.bondWei);
        _send(TREASURY, open.bondWei);
    }

    /// @inheritdoc IContributions
    function commitmentState(address contributor, bytes32 commitment)
        external
        view
        returns (uint64 number, uint64 committedS, uint64 deadlineS, uint128 bondWei)
    {
        Commitment memory open = _commitments[contributor][commitment];
        return (open.number, open.committedS, open.deadlineS, open.bondWei);
    }

    /// @inheritdoc IContributions
    function first(bytes32 root)
        external
        view
        returns (address contributor, uint64 committedS, bytes32 datanetId)
    {
        First memory earliest = _first[root];
        return (earliest.contributor, earliest.committedS, earliest.datanetId);
    }

    /// @inheritdoc IContributions
    function commitmentOf(
        address contributor,
        bytes32 datanetId,
        bytes32 root,
        uint32 records,
        bytes32 salt
    ) public view returns (bytes32) {
        return keccak256(
            abi.encode(block.chainid, address(this), contributor, datanetId, root, records, salt)
        );
    }

    function _open(address contributor, bytes32 commitment)
        private
        view
        returns (Commitment memory open)
    {
        open = _commitments[contributor][commitment];
        if (open.number == 0) revert CommitmentUnknown(contributor, commitment);
    }

    function _send(address to, uint128 amountWei) private {
        (bool sent,) = to.call{value: amountWei}("");
        if (!sent) revert TransferFailed(to, amountWei);
    }
}
