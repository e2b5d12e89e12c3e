// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Reputation
/// @notice ERC-8004's reputation registry: what clients say about agents, as signed decimal numbers
/// with tags. Everybody but the agent's owner and operators may speak; only `getSummary`'s caller
/// decides whom to believe, so it must name the clients.
/// @dev Upgradeable by governance only.
interface IReputation {
    /// @notice A client gave feedback; its number counts from 1 for each agent and client.
    event NewFeedback(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        int128 value,
        uint8 valueDecimals,
        string indexed indexedTag1,
        string tag1,
        string tag2,
        string endpoint,
        string feedbackURI,
        bytes32 feedbackHash
    );
    /// @notice A client took its feedback back.
    event FeedbackRevoked(
        uint256 indexed agentId, address indexed clientAddress, uint64 indexed feedbackIndex
    );
    /// @notice Somebody answered to feedback.
    event ResponseAppended(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        address indexed responder,
        string responseURI,
        bytes32 responseHash
    );

    /// @notice Thrown when an agent's owner or operator praises it.
    error SelfFeedback(uint256 agentId, address clientAddress);
    /// @notice Thrown when a value has more than 18 decimals.
    error TooManyDecimals(uint8 valueDecimals);
    /// @notice Thrown when a value's magnitude is above 1e38, which no sum could hold.
    error ValueTooLarge(int128 value);
    /// @notice Thrown when the client has given no feedback of that number.
    error FeedbackUnknown(uint256 agentId, address clientAddress, uint64 feedbackIndex);
    /// @notice Thrown when the feedback is revoked already.
    error AlreadyRevoked(uint256 agentId, uint64 feedbackIndex);
    /// @notice Thrown when a response has no URI.
    error ResponseEmpty();
    /// @notice Thrown when a summary names no client.
    error ClientsMissing();

    /// @notice Sets the contract up behind its proxy, once.
    /// @param governance Who may upgrade it: the timelock.
    /// @param identityRegistry The registry of agents.
    function initialize(address governance, address identityRegistry) external;

    /// @notice The registry of agents.
    function getIdentityRegistry() external view returns (address identityRegistry);

    /// @notice Gives feedback about a registered agent. Not callable by its owner and operators.
    /// @param value The number, `value · 10^-valueDecimals`.
    /// @param valueDecimals At most 18.
    /// @param endpoint The URI that was used; only in the event, like the two that follow.
    /// @param feedbackURI A file that says more.
    /// @param feedbackHash Its keccak-256; may be zero where the URI is content-addressed.
    function giveFeedback(
        uint256 agentId,
        int128 value,
        uint8 valueDecimals,
        string calldata tag1,
        string calldata tag2,
        string calldata endpoint,
        string calldata feedbackURI,
        bytes32 feedbackHash
    ) external;

    /// @notice Takes the caller's feedback back; it stays readable as revoked.
    function revokeFeedback(uint256 agentId, uint64 feedbackIndex) external;

    /// @notice Answers to feedback. Callable by anybody; readers judge the responder.
    function appendResponse(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        string calldata responseURI,
        bytes32 responseHash
    ) external;

    /// @notice The average of what some clients said.
    /// @param clientAddresses Whom to believe; at least one.
    /// @param tag1 Only feedback with this tag; empty is all.
    /// @param tag2 The same for the second tag.
    /// @return count How many are counted.
    /// @return summaryValue Their average, cut to `summaryValueDecimals` towards zero.
    /// @return summaryValueDecimals The most frequent decimals among them, the fewest of equals.
    function getSummary(
        uint256 agentId,
        address[] calldata clientAddresses,
        string calldata tag1,
        string calldata tag2
    ) external view returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals);

    /// @notice One piece of feedback.
    function readFeedback(uint256 agentId, address clientAddress, uint64 feedbackIndex)
        external
        view
        returns (
            int128 value,
            uint8 valueDecimals,
            string memory tag1,
            string memory tag2,
            bool isRevoked
        );

    /// @notice All feedback that matches, as columns.
    /// @param clientAddresses Of these clients; empty is all.
    /// @param tag1 Only with this tag; empty is all.
    /// @param tag2 The same for the second tag.
    /// @param includeRevoked Whether to list what was revoked.
    function readAllFeedback(
        uint256 agentId,
        address[] calldata clientAddresses,
        string calldata tag1,
        string calldata tag2,
        bool includeRevoked
    )
        external
        view
        returns (
            address[] memory clients,
            uint64[] memory feedbackIndexes,
            int128[] memory values,
            uint8[] memory valueDecimals,
            string[] memory tag1s,
            string[] memory tag2s,
            bool[] memory revokedStatuses
        );

    /// @notice How many responses there are.
    /// @param clientAddress To feedback of this client; zero is all.
    /// @param feedbackIndex To this feedback of it; 0 is all.
    /// @param responders By these; empty is all.
    function getResponseCount(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        address[] calldata responders
    ) external view returns (uint64 count);

    /// @notice All who have given feedback about an agent.
    function getClients(uint256 agentId) external view returns (address[] memory clients);

    /// @notice The number of a client's last feedback about an agent; 0 when there is none.
    function getLastIndex(uint256 agentId, address clientAddress)
        external
        view
        returns (uint64 lastIndex);
}
