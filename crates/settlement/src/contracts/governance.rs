//! Votes: wrap OPEN, delegate, propose, vote, queue, execute.

use alloy_primitives::{Address, Bytes, TxKind, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use primitives::Wei;

use super::bindings::{IGOPEN, IGovernor, ITimelock};
use super::{Contracts, call, view};
use crate::chain::ChainClient;
use crate::error::ChainError;
use crate::transaction::ContractCall;

const GAS_VOTES: u64 = 300_000;
const GAS_PROPOSAL: u64 = 2_000_000;

/// What governance is asked to do: calls by the timelock, all or none, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The calls, in order. What creates a contract cannot be proposed and is left out.
    pub calls: Vec<ContractCall>,
    /// Why; part of the proposal's id.
    pub description: String,
}

impl Proposal {
    /// The proposal's id: `keccak256(abi.encode(targets, values, calldatas, keccak256(description)))`.
    pub fn id(&self) -> U256 {
        let (targets, values, calldatas) = self.parts();
        let description = keccak256(&self.description);
        keccak256((targets, values, calldatas, description).abi_encode_params()).into()
    }

    fn parts(&self) -> (Vec<Address>, Vec<U256>, Vec<Bytes>) {
        let calls = self.calls.iter().filter_map(|call| match call.to {
            TxKind::Call(target) => Some((target, call.value.to_u256(), call.data.clone())),
            TxKind::Create => None,
        });
        let (mut targets, mut values, mut calldatas) = (Vec::new(), Vec::new(), Vec::new());
        for (target, value, calldata) in calls {
            targets.push(target);
            values.push(value);
            calldatas.push(calldata);
        }
        (targets, values, calldatas)
    }
}

/// A voter's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Vote {
    /// Against the proposal.
    Against = 0,
    /// For it.
    For = 1,
    /// Counts towards the quorum only.
    Abstain = 2,
}

/// Where a proposal stands (OpenZeppelin's `ProposalState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalState {
    /// Voting has not begun.
    Pending,
    /// Voting is on.
    Active,
    /// Its proposer called it off.
    Canceled,
    /// It lost, or too few voted.
    Defeated,
    /// It won and waits to be queued.
    Succeeded,
    /// It waits in the timelock.
    Queued,
    /// It waited too long.
    Expired,
    /// It is done.
    Executed,
}

impl ProposalState {
    const ALL: [Self; 8] = [
        Self::Pending,
        Self::Active,
        Self::Canceled,
        Self::Defeated,
        Self::Succeeded,
        Self::Queued,
        Self::Expired,
        Self::Executed,
    ];

    /// The word shown to people and used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Canceled => "canceled",
            Self::Defeated => "defeated",
            Self::Succeeded => "succeeded",
            Self::Queued => "queued",
            Self::Expired => "expired",
            Self::Executed => "executed",
        }
    }
}

/// A proposal as the Governor knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProposalStatus {
    /// Where it stands.
    pub state: ProposalState,
    /// When votes are counted and voting begins, Unix time in seconds.
    pub snapshot_s: u64,
    /// Until when votes are taken, Unix time in seconds.
    pub deadline_s: u64,
    /// When it can be executed, Unix time in seconds; zero while it is not queued.
    pub eta_s: u64,
    /// Votes against it.
    pub against: Wei,
    /// Votes for it.
    pub in_favour: Wei,
    /// Votes for the quorum only.
    pub abstain: Wei,
}

/// What an account can vote with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Votes {
    /// Wrapped OPEN that it owns.
    pub balance: Wei,
    /// Votes that it holds, its own and delegated ones.
    pub votes: Wei,
    /// Who votes with its balance; zero while nobody does.
    pub delegate: Address,
}

/// How votes are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VotingTerms {
    /// From proposal to the beginning of the vote, in seconds.
    pub delay_s: u64,
    /// How long votes are taken, in seconds.
    pub period_s: u64,
    /// From queueing to execution, in seconds.
    pub timelock_s: u64,
    /// Votes that a proposer needs.
    pub threshold: Wei,
}

impl Contracts {
    /// Wraps `amount` of the sender's OPEN into votes.
    pub fn wrap_votes(&self, amount: Wei) -> ContractCall {
        let call = call(self.gopen, IGOPEN::depositNativeCall {}.abi_encode(), GAS_VOTES);
        ContractCall { value: amount, ..call }
    }

    /// Turns `amount` of the sender's votes back into OPEN.
    pub fn unwrap_votes(&self, amount: Wei) -> ContractCall {
        let arguments = IGOPEN::withdrawNativeCall { amountWei: amount.to_u256() };
        call(self.gopen, arguments.abi_encode(), GAS_VOTES)
    }

    /// Lets `delegate` vote with what the sender has wrapped; oneself counts too.
    pub fn delegate_votes(&self, delegate: Address) -> ContractCall {
        let arguments = IGOPEN::delegateCall { delegatee: delegate };
        call(self.gopen, arguments.abi_encode(), GAS_VOTES)
    }

    /// Brings a proposal to the vote. Sent by whoever holds the threshold.
    pub fn propose(&self, proposal: &Proposal) -> ContractCall {
        let (targets, values, calldatas) = proposal.parts();
        let description = proposal.description.clone();
        let arguments = IGovernor::proposeCall { targets, values, calldatas, description };
        call(self.governor, arguments.abi_encode(), GAS_PROPOSAL)
    }

    /// Votes with everything that the sender held when voting began.
    pub fn cast_vote(&self, proposal: U256, vote: Vote) -> ContractCall {
        let arguments = IGovernor::castVoteCall { proposalId: proposal, support: vote as u8 };
        call(self.governor, arguments.abi_encode(), GAS_VOTES)
    }

    /// Puts a proposal that won into the timelock. Sent by anybody.
    pub fn queue_proposal(&self, proposal: U256) -> ContractCall {
        let arguments = IGovernor::queueCall { proposalId: proposal };
        call(self.governor, arguments.abi_encode(), GAS_PROPOSAL)
    }

    /// Does what a proposal says, after the timelock's delay. Sent by anybody.
    pub fn execute_proposal(&self, proposal: U256) -> ContractCall {
        let arguments = IGovernor::executeCall { proposalId: proposal };
        call(self.governor, arguments.abi_encode(), GAS_PROPOSAL)
    }

    /// Where a proposal stands.
    ///
    /// # Errors
    /// [`ChainError::Refused`] for an unknown one; as [`ChainClient::call`].
    pub fn proposal(
        &self,
        chain: &impl ChainClient,
        proposal: U256,
    ) -> Result<ProposalStatus, ChainError> {
        let (governor, id) = (self.governor, proposal);
        let state = view(chain, governor, &IGovernor::stateCall { proposalId: id })?;
        let votes = view(chain, governor, &IGovernor::proposalVotesCall { proposalId: id })?;
        let snapshot = view(chain, governor, &IGovernor::proposalSnapshotCall { proposalId: id })?;
        let deadline = view(chain, governor, &IGovernor::proposalDeadlineCall { proposalId: id })?;
        let eta = view(chain, governor, &IGovernor::proposalEtaCall { proposalId: id })?;
        let known = ProposalState::ALL.get(usize::from(state)).copied();
        Ok(ProposalStatus {
            state: known.ok_or(ChainError::OutOfRange { what: "the proposal's state" })?,
            snapshot_s: snapshot.saturating_to(),
            deadline_s: deadline.saturating_to(),
            eta_s: eta.saturating_to(),
            against: Wei::new(votes.againstVotes.saturating_to()),
            in_favour: Wei::new(votes.forVotes.saturating_to()),
            abstain: Wei::new(votes.abstainVotes.saturating_to()),
        })
    }

    /// What an account can vote with.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn votes(&self, chain: &impl ChainClient, account: Address) -> Result<Votes, ChainError> {
        let balance = view(chain, self.gopen, &IGOPEN::balanceOfCall { account })?;
        let votes = view(chain, self.gopen, &IGOPEN::getVotesCall { account })?;
        let delegate = view(chain, self.gopen, &IGOPEN::delegatesCall { account })?;
        let (balance, votes) = (balance.saturating_to(), votes.saturating_to());
        Ok(Votes { balance: Wei::new(balance), votes: Wei::new(votes), delegate })
    }

    /// How votes are held.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn voting_terms(&self, chain: &impl ChainClient) -> Result<VotingTerms, ChainError> {
        let threshold = view(chain, self.governor, &IGovernor::proposalThresholdCall {})?;
        Ok(VotingTerms {
            delay_s: view(chain, self.governor, &IGovernor::votingDelayCall {})?.saturating_to(),
            period_s: view(chain, self.governor, &IGovernor::votingPeriodCall {})?.saturating_to(),
            timelock_s: view(chain, self.timelock, &ITimelock::getMinDelayCall {})?.saturating_to(),
            threshold: Wei::new(threshold.saturating_to()),
        })
    }

    /// Votes that a proposal needs, taking what is wrapped at `time_s` in the past.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn quorum(&self, chain: &impl ChainClient, time_s: u64) -> Result<Wei, ChainError> {
        let call = IGovernor::quorumCall { timepoint: U256::from(time_s) };
        Ok(Wei::new(view(chain, self.governor, &call)?.saturating_to()))
    }
}
