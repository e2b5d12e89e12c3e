//! Our contracts: where they are, how they are called, what they say.

mod agents;
mod attestations;
mod bindings;
mod disputes;
mod escrow;
mod governance;
mod parameters;
mod payouts;
mod refusal;
mod registries;
mod staking;
pub(crate) mod wiring;

use alloy_primitives::{Address, Bytes, TxKind};
use alloy_sol_types::abi::TokenSeq;
use alloy_sol_types::{SolCall, SolType, SolValue};
use primitives::Wei;

use crate::chain::ChainClient;
use crate::error::ChainError;
use crate::period::PayoutDomain;
use crate::split::Parties;
use crate::transaction::ContractCall;

pub use agents::{AgentAnchor, Feedback, ReputationSummary};
pub use attestations::Attester;
pub(crate) use bindings::{IAdapters, IAgents, IDatanets, IParameters, IReputation, IValidation};
pub use disputes::Demand;
pub use escrow::{Capture, EscrowAccount};
pub use governance::{Proposal, ProposalState, ProposalStatus, Vote, Votes, VotingTerms};
pub use parameters::{Parameter, Setting};
pub use payouts::{ActivePayout, Payee, PayoutsState, PeriodStatus, PostedPeriod};
pub use refusal::Refusal;
pub use registries::{AdapterAnchor, Commitment, DatanetAnchor, FirstContribution};
pub use staking::{Position, Slash, SlashStatus, Ticket, Validator};

const GAS_BATCH: u64 = 150_000;

/// The addresses of our contracts on one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contracts {
    /// The chain's id (EIP-155).
    pub chain_id: u64,
    /// Executes what governance decides; also the treasury.
    pub timelock: Address,
    /// Wrapped OPEN; configuration on chains that have one.
    pub wopen: Address,
    /// Wrapped OPEN that votes.
    pub gopen: Address,
    /// Proposals and votes.
    pub governor: Address,
    /// Everything that governance may change.
    pub parameters: Address,
    /// Datanets and snapshots.
    pub datanets: Address,
    /// Adapters.
    pub adapters: Address,
    /// Payouts and claims.
    pub payouts: Address,
    /// Deposits, captured fees, channels.
    pub escrow: Address,
    /// Stake of validators and their delegators.
    pub staking: Address,
    /// Validators' word for payouts; collects their part of the fees.
    pub attestations: Address,
    /// Fraud proofs.
    pub disputes: Address,
    /// Who had a contribution first.
    pub contributions: Address,
    /// Agents (ERC-8004).
    pub agents: Address,
    /// What clients say of agents (ERC-8004).
    pub reputation: Address,
    /// Checks of agents' work (ERC-8004).
    pub validation: Address,
}

impl Contracts {
    /// Where payouts of these contracts count.
    pub const fn domain(&self) -> PayoutDomain {
        PayoutDomain { chain_id: self.chain_id, payouts: self.payouts }
    }

    /// The account that collects what is the treasury's.
    pub const fn treasury(&self) -> Address {
        self.timelock
    }

    /// Who is paid for an answer of `host` with an adapter of `owner`.
    pub const fn parties(&self, owner: Address, host: Address) -> Parties {
        Parties { owner, host, validators: self.attestations, treasury: self.timelock }
    }
}

fn call(to: Address, data: Vec<u8>, gas_limit: u64) -> ContractCall {
    ContractCall { to: TxKind::Call(to), value: Wei::ZERO, data: data.into(), gas_limit }
}

/// Calldata of a function whose arguments are records: they encode as the structs that they are.
fn arguments<T>(selector: [u8; 4], arguments: &T) -> Vec<u8>
where
    T: SolValue,
    for<'a> <T::SolType as SolType>::Token<'a>: TokenSeq<'a>,
{
    [selector.as_slice(), &arguments.abi_encode_params()].concat()
}

fn batch_gas(items: usize, each: u64) -> u64 {
    let items = u64::try_from(items).unwrap_or(u64::MAX);
    GAS_BATCH.saturating_add(items.saturating_mul(each))
}

/// Reads from a contract.
pub(crate) fn view<C: SolCall>(
    chain: &impl ChainClient,
    contract: Address,
    arguments: &C,
) -> Result<C::Return, ChainError> {
    let answer = chain.call(Address::ZERO, contract, Bytes::from(arguments.abi_encode()))?;
    let unreadable = |source| ChainError::Answer { function: C::SIGNATURE, source };
    C::abi_decode_returns_validate(&answer).map_err(unreadable)
}

#[cfg(test)]
mod tests;
