//! Agents, their reputation and validation (ERC-8004).

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IAgents {
        error NotAgentOperator(uint256 agentId, address caller);
        error ReservedKey(string metadataKey);
        error SignatureExpired(uint256 deadline);
        error DeadlineTooFar(uint256 deadline);
        error WrongSignature(address wallet);
        error ERC721NonexistentToken(uint256 tokenId);

        event Registered(uint256 indexed agentId, string agentURI, address indexed owner);

        function register(string agentURI) external returns (uint256 agentId);
        function setAgentURI(uint256 agentId, string newURI) external;
        function ownerOf(uint256 tokenId) external view returns (address);
        function tokenURI(uint256 tokenId) external view returns (string);
        function getAgentWallet(uint256 agentId) external view returns (address wallet);
        function initialize(address governance) external;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IReputation {
        error SelfFeedback(uint256 agentId, address clientAddress);
        error TooManyDecimals(uint8 valueDecimals);
        error ValueTooLarge(int128 value);
        error FeedbackUnknown(uint256 agentId, address clientAddress, uint64 feedbackIndex);

        function giveFeedback(
            uint256 agentId, int128 value, uint8 valueDecimals, string tag1, string tag2,
            string endpoint, string feedbackURI, bytes32 feedbackHash
        ) external;
        function getSummary(
            uint256 agentId, address[] clientAddresses, string tag1, string tag2
        ) external view returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals);
        function initialize(address governance, address identityRegistry) external;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IValidation {
        error ValidatorMissing();
        error RequestExists(bytes32 requestHash);
        error RequestUnknown(bytes32 requestHash);
        error NotValidator(address validatorAddress, address caller);
        error ResponseTooLarge(uint8 response);

        function initialize(address governance, address identityRegistry) external;
    }
}
