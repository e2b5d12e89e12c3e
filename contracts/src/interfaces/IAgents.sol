// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title Agents
/// @notice ERC-8004's identity registry: one ERC-721 token for each agent; its URI resolves to the
/// agent's registration file. Owner and ERC-721 operators manage it.
/// @dev `agentWallet` is the one reserved metadata key: the address that the agent is paid at, set
/// to the owner at registration, changed only with that address's own signature, and cleared by a
/// transfer. Upgradeable by governance only.
interface IAgents is IERC721 {
    /// @notice A piece of on-chain metadata.
    struct MetadataEntry {
        string metadataKey;
        bytes metadataValue;
    }

    /// @notice An agent was registered.
    event Registered(uint256 indexed agentId, string agentURI, address indexed owner);
    /// @notice A piece of an agent's metadata was set; empty is cleared.
    event MetadataSet(
        uint256 indexed agentId,
        string indexed indexedMetadataKey,
        string metadataKey,
        bytes metadataValue
    );
    /// @notice An agent's registration file moved.
    event URIUpdated(uint256 indexed agentId, string newURI, address indexed updatedBy);

    /// @notice Thrown when the caller is neither the agent's owner nor an operator of it.
    error NotAgentOperator(uint256 agentId, address caller);
    /// @notice Thrown when the reserved key `agentWallet` is set as if it were free metadata.
    error ReservedKey(string metadataKey);
    /// @notice Thrown when a wallet's signature has expired.
    error SignatureExpired(uint256 deadline);
    /// @notice Thrown when a wallet's signature would stay valid for more than five minutes.
    error DeadlineTooFar(uint256 deadline);
    /// @notice Thrown when a wallet did not sign.
    error WrongSignature(address wallet);

    /// @notice Sets the contract up behind its proxy, once.
    /// @param governance Who may upgrade it: the timelock.
    function initialize(address governance) external;

    /// @notice Registers an agent without a file; `setAgentURI` adds it.
    function register() external returns (uint256 agentId);

    /// @notice Registers an agent.
    function register(string calldata agentURI) external returns (uint256 agentId);

    /// @notice Registers an agent with metadata.
    function register(string calldata agentURI, MetadataEntry[] calldata metadata)
        external
        returns (uint256 agentId);

    /// @notice Moves the registration file. Callable by the owner and its operators.
    function setAgentURI(uint256 agentId, string calldata newURI) external;

    /// @notice Sets a piece of metadata. Callable by the owner and its operators.
    function setMetadata(uint256 agentId, string calldata metadataKey, bytes calldata metadataValue)
        external;

    /// @notice Changes the address that the agent is paid at. Callable by the owner and its operators.
    /// @param newWallet It signs `AgentWalletSet(uint256 agentId,address newWallet,address owner,
    /// uint256 deadline)` in the domain {ERC8004IdentityRegistry, 1, chain id, this contract}.
    /// @param deadline Until when the signature is valid, at most five minutes ahead.
    /// @param signature ECDSA, or whatever ERC-1271 says of a contract.
    function setAgentWallet(
        uint256 agentId,
        address newWallet,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Clears the address that the agent is paid at. Callable by the owner and its operators.
    function unsetAgentWallet(uint256 agentId) external;

    /// @notice The address that the agent is paid at; zero when cleared.
    function getAgentWallet(uint256 agentId) external view returns (address wallet);

    /// @notice A piece of metadata; empty when never set.
    function getMetadata(uint256 agentId, string calldata metadataKey)
        external
        view
        returns (bytes memory metadataValue);

    /// @notice Whether `account` is the agent's owner or an operator of it; reverts when there is no
    /// such agent.
    function isAuthorizedOrOwner(address account, uint256 agentId) external view returns (bool);
}
