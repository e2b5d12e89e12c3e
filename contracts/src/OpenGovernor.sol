// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {
    GovernorCountingSimple
} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {
    GovernorPreventLateQuorum
} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorStorage} from "@openzeppelin/contracts/governance/extensions/GovernorStorage.sol";
import {
    GovernorTimelockControl
} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// @title OpenGovernor
/// @notice Decides by vote what the timelock does. Votes are those of GOPEN at the second in which a
/// proposal's vote begins; for and abstaining votes together must reach a part of GOPEN's whole
/// supply at that second; whoever brings the quorum late gives everybody else time to answer.
/// @dev All times in seconds. A proposal that is not queued within `GRACE_S` after its vote, or not
/// executed within `GRACE_S` after its delay, has expired: a forgotten decision cannot come back. The
/// proposer may cancel until the vote begins; nobody else may.
contract OpenGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorStorage,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl,
    GovernorPreventLateQuorum
{
    /// @notice How long a decision may wait to be queued, and how long to be executed.
    uint256 public constant GRACE_S = 14 days;

    /// @param gopen The votes.
    /// @param timelockController Who executes.
    /// @param votingDelayS From a proposal to its vote.
    /// @param votingPeriodS How long a vote is open.
    /// @param proposalThresholdWei Votes that a proposer must have.
    /// @param quorumPercent Quorum as a percentage of all GOPEN.
    /// @param lateQuorumExtensionS How long a vote stays open after its quorum, at least.
    constructor(
        IVotes gopen,
        TimelockController timelockController,
        uint48 votingDelayS,
        uint32 votingPeriodS,
        uint256 proposalThresholdWei,
        uint256 quorumPercent,
        uint48 lateQuorumExtensionS
    )
        Governor("OpenGovernor")
        GovernorSettings(votingDelayS, votingPeriodS, proposalThresholdWei)
        GovernorVotes(gopen)
        GovernorVotesQuorumFraction(quorumPercent)
        GovernorTimelockControl(timelockController)
        GovernorPreventLateQuorum(lateQuorumExtensionS)
    {}

    /// @notice Where a proposal stands.
    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState current)
    {
        current = super.state(proposalId);
        uint256 waitsSince;
        if (current == ProposalState.Succeeded) {
            waitsSince = proposalDeadline(proposalId);
        } else if (current == ProposalState.Queued) {
            waitsSince = proposalEta(proposalId);
        } else {
            return current;
        }
        if (block.timestamp > waitsSince + GRACE_S) current = ProposalState.Expired;
    }

    /// @notice Until when votes count, with the time that a late quorum added.
    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    /// @notice Votes that a proposer must have.
    function proposalThreshold()
        public
        view
        override(Governor, GovernorSettings)
        returns (uint256)
    {
        return super.proposalThreshold();
    }

    /// @notice Whether a proposal must be queued before it can be executed; always.
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override(Governor, GovernorStorage) returns (uint256) {
        return super._propose(targets, values, calldatas, description, proposer);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _tallyUpdated(uint256 proposalId)
        internal
        override(Governor, GovernorPreventLateQuorum)
    {
        super._tallyUpdated(proposalId);
    }

    function _executor()
        internal
        view
        override(Governor, GovernorTimelockControl)
        returns (address)
    {
        return super._executor();
    }
}
