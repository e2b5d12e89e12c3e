// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Validation
/// @notice ERC-8004's validation registry: an agent asks a validator to check its work, and the
/// validator answers with a number from 0 (failed) to 100 (passed), as often as it changes its mind.
/// @dev Upgradeable by governance only.
interface IValidation {
    /// @notice An agent asked for a validation.
    event ValidationRequest(
        address indexed validatorAddress,
        uint256 indexed agentId,
        string requestURI,
        bytes32 indexed requestHash
    );
    /// @notice A validator answered.
    event ValidationResponse(
        address indexed validatorAddress,
        uint256 indexed agentId,
        bytes32 indexed requestHash,
        uint8 response,
        string responseURI,
        bytes32 responseHash,
        string tag
    );

    /// @notice Thrown when the caller is neither the agent's owner nor an operator of it.
    error NotAgentOperator(uint256 agentId, address caller);
    /// @notice Thrown when a request names no validator.
    error ValidatorMissing();
    /// @notice Thrown when there is a request of this hash already.
    error RequestExists(bytes32 requestHash);
    /// @notice Thrown when there is no request of this hash.
    error RequestUnknown(bytes32 requestHash);
    /// @notice Thrown when another than the validator asked answers.
    error NotValidator(address validatorAddress, address caller);
    /// @notice Thrown when a response is above 100.
    error ResponseTooLarge(uint8 response);

    /// @notice Sets the contract up behind its proxy, once.
    /// @param governance Who may upgrade it: the timelock.
    /// @param identityRegistry The registry of agents.
    function initialize(address governance, address identityRegistry) external;

    /// @notice The registry of agents.
    function getIdentityRegistry() external view returns (address identityRegistry);

    /// @notice Asks `validatorAddress` to validate. Callable by the agent's owner and operators.
    /// @param requestURI What the validator needs: inputs and outputs.
    /// @param requestHash keccak-256 that commits to it; the request's name from then on.
    function validationRequest(
        address validatorAddress,
        uint256 agentId,
        string calldata requestURI,
        bytes32 requestHash
    ) external;

    /// @notice Answers a request. Callable by the validator asked, again and again.
    /// @param response From 0 (failed) to 100 (passed).
    /// @param responseURI Evidence; may be empty.
    /// @param responseHash Its keccak-256; may be zero.
    /// @param tag What the response is about; may be empty.
    function validationResponse(
        bytes32 requestHash,
        uint8 response,
        string calldata responseURI,
        bytes32 responseHash,
        string calldata tag
    ) external;

    /// @notice A request's state; its last change is the request itself until there is a response.
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
        );

    /// @notice Number and average of the responses about an agent.
    /// @param validatorAddresses Of these validators; empty is all.
    /// @param tag Only with this tag; empty is all.
    function getSummary(uint256 agentId, address[] calldata validatorAddresses, string calldata tag)
        external
        view
        returns (uint64 count, uint8 averageResponse);

    /// @notice All requests about an agent.
    function getAgentValidations(uint256 agentId)
        external
        view
        returns (bytes32[] memory requestHashes);

    /// @notice All requests to a validator.
    function getValidatorRequests(address validatorAddress)
        external
        view
        returns (bytes32[] memory requestHashes);
}
