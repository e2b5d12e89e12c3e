// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IValidation} from "./interfaces/IValidation.sol";
import {OfAgents} from "./mixins/OfAgents.sol";

/// @title Validation
contract Validation is IValidation, OfAgents {
    using SafeCast for uint256;

    struct Status {
        address validatorAddress;
        uint8 response;
        bool hasResponse;
        uint64 lastUpdateS;
        uint256 agentId;
        bytes32 responseHash;
        string tag;
    }

    /// @custom:storage-location erc7201:openledger.Validation
    struct ValidationStorage {
        mapping(bytes32 requestHash => Status) requests;
        mapping(uint256 agentId => bytes32[]) ofAgent;
        mapping(address validatorAddress => bytes32[]) ofValidator;
    }

    bytes32 private constant LOCATION = keccak256(
        abi.encode(uint256(keccak256("openledger.Validation")) - 1)
    ) & ~bytes32(uint256(0xff));
    uint8 private constant RESPONSE_MAX = 100;

    /// @inheritdoc IValidation
    function initialize(address governance, address identityRegistry) external initializer {
        _initialize(governance, identityRegistry);
    }

    /// @inheritdoc IValidation
    function validationRequest(
        address validatorAddress,
        uint256 agentId,
        string calldata requestURI,
        bytes32 requestHash
    ) external {
        if (!_agents().isAuthorizedOrOwner(msg.sender, agentId)) {
            revert NotAgentOperator(agentId, msg.sender);
        }
        if (validatorAddress == address(0)) revert ValidatorMissing();
        Status storage status = _storage().requests[requestHash];
        if (status.validatorAddress != address(0)) revert RequestExists(requestHash);
        (status.validatorAddress, status.agentId) = (validatorAddress, agentId);
        status.lastUpdateS = block.timestamp.toUint64();
        _storage().ofAgent[agentId].push(requestHash);
        _storage().ofValidator[validatorAddress].push(requestHash);
        emit ValidationRequest(validatorAddress, agentId, requestURI, requestHash);
    }

    /// @inheritdoc IValidation
    function validationResponse(
        bytes32 requestHash,
        uint8 response,
        string calldata responseURI,
        bytes32 responseHash,
        string calldata tag
    ) external {
        Status storage status = _request(requestHash);
        if (msg.sender != status.validatorAddress) {
            revert NotValidator(status.validatorAddress, msg.sender);
        }
        if (response > RESPONSE_MAX) revert ResponseTooLarge(response);
        (status.response, status.hasResponse) = (response, true);
        (status.responseHash, status.tag) = (responseHash, tag);
        status.lastUpdateS = block.timestamp.toUint64();
        emit ValidationResponse(
            msg.sender, status.agentId, requestHash, response, responseURI, responseHash, tag
        );
    }

    /// @inheritdoc IValidation
    function getIdentityRegistry() external view returns (address) {
        return address(_agents());
    }

    /// @inheritdoc IValidation
    function getValidationStatus(bytes32 requestHash)
        external
        view
        returns (
            address validatorAddress,
            uint256 agentId,
            uint8 response,
            bytes32 responseHash,
            string memory tag,
            uint256 lastUpdate
        )
    {
        Status storage status = _request(requestHash);
        return (
            status.validatorAddress,
            status.agentId,
            status.response,
            status.responseHash,
            status.tag,
            status.lastUpdateS
        );
    }

    /// @inheritdoc IValidation
    function getSummary(uint256 agentId, address[] calldata validatorAddresses, string calldata tag)
        external
        view
        returns (uint64 count, uint8 averageResponse)
    {
        bytes32[] memory hashes = _storage().ofAgent[agentId];
        uint256 sum = 0;
        for (uint256 place = 0; place < hashes.length; ++place) {
            Status storage status = _storage().requests[hashes[place]];
            if (!status.hasResponse) continue;
            if (!_isOneOf(status.validatorAddress, validatorAddresses)) continue;
            if (bytes(tag).length != 0 && keccak256(bytes(tag)) != keccak256(bytes(status.tag))) {
                continue;
            }
            sum += status.response;
            ++count;
        }
        if (count != 0) averageResponse = (sum / count).toUint8();
    }

    /// @inheritdoc IValidation
    function getAgentValidations(uint256 agentId) external view returns (bytes32[] memory) {
        return _storage().ofAgent[agentId];
    }

    /// @inheritdoc IValidation
    function getValidatorRequests(address validatorAddress)
        external
        view
        returns (bytes32[] memory)
    {
        return _storage().ofValidator[validatorAddress];
    }

    function _request(bytes32 requestHash) private view returns (Status storage status) {
        status = _storage().requests[requestHash];
        if (status.validatorAddress == address(0)) revert RequestUnknown(requestHash);
    }

    /// @dev Whether `account` is listed; an empty list has everybody.
    function _isOneOf(address account, address[] calldata accounts) private pure returns (bool) {
        for (uint256 place = 0; place < accounts.length; ++place) {
            if (accounts[place] == account) return true;
        }
        return accounts.length == 0;
    }

    function _storage() private pure returns (ValidationStorage storage $) {
        bytes32 location = LOCATION;
        assembly ("memory-safe") {
            $.slot := location
        }
    }
}
