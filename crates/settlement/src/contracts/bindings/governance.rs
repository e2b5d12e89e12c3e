//! Tokens, Governor, timelock.

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IWOPEN {
        error TransferFailed(address to, uint256 amountWei);

        function deposit() external payable;
        function withdraw(uint256 amountWei) external;
        function balanceOf(address account) external view returns (uint256);
        function approve(address spender, uint256 value) external returns (bool);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IGOPEN {
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);

        function WRAPPED() external view returns (address);
        function depositNative() external payable;
        function withdrawNative(uint256 amountWei) external;
        function delegate(address delegatee) external;
        function delegates(address account) external view returns (address);
        function getVotes(address account) external view returns (uint256);
        function balanceOf(address account) external view returns (uint256);
        function totalSupply() external view returns (uint256);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IGovernor {
        error GovernorInsufficientProposerVotes(
            address proposer, uint256 votes, uint256 threshold
        );
        error GovernorUnexpectedProposalState(
            uint256 proposalId, uint8 current, bytes32 expectedStates
        );
        error GovernorNonexistentProposal(uint256 proposalId);
        error GovernorAlreadyCastVote(address voter);

        function propose(
            address[] targets, uint256[] values, bytes[] calldatas, string description
        ) external returns (uint256 proposalId);
        function castVote(uint256 proposalId, uint8 support) external returns (uint256 weight);
        function queue(uint256 proposalId) external;
        function execute(uint256 proposalId) external payable;
        function state(uint256 proposalId) external view returns (uint8);
        function proposalSnapshot(uint256 proposalId) external view returns (uint256);
        function proposalDeadline(uint256 proposalId) external view returns (uint256);
        function proposalEta(uint256 proposalId) external view returns (uint256);
        function proposalVotes(uint256 proposalId)
            external view
            returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes);
        function quorum(uint256 timepoint) external view returns (uint256);
        function proposalThreshold() external view returns (uint256);
        function votingDelay() external view returns (uint256);
        function votingPeriod() external view returns (uint256);
        function token() external view returns (address);
        function timelock() external view returns (address);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface ITimelock {
        error TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates);
        error AccessControlUnauthorizedAccount(address account, bytes32 neededRole);

        function getMinDelay() external view returns (uint256);
        function hasRole(bytes32 role, address account) external view returns (bool);
        function PROPOSER_ROLE() external view returns (bytes32);
    }
}
