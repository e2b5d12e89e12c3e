//! Agents and their reputation (ERC-8004).

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;

use super::bindings::{IAgents, IReputation};
use super::{Contracts, call, view};
use crate::chain::ChainClient;
use crate::error::ChainError;
use crate::transaction::ContractCall;

const GAS_AGENTS: u64 = 1_000_000;

/// A registered agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentAnchor {
    /// Who acts for it.
    pub owner: Address,
    /// Where its registration file is.
    pub uri: String,
    /// Where it is paid.
    pub wallet: Address,
}

/// What clients say of an agent, in sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReputationSummary {
    /// How many words were counted.
    pub count: u64,
    /// Their mean, a fixed-point number with `decimals` decimals.
    pub value: i128,
    /// Decimals of `value`.
    pub decimals: u8,
}

/// A client's word about an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The agent.
    pub agent: U256,
    /// The word, a fixed-point number with `decimals` decimals.
    pub value: i128,
    /// Decimals of `value`, at most 18.
    pub decimals: u8,
    /// What it is about; may be empty.
    pub tag: String,
    /// Where more is written; may be empty.
    pub uri: String,
    /// keccak-256 of what is written there; zero without.
    pub hash: B256,
}

impl Contracts {
    /// Registers an agent of the sender's, described by the file at `uri`.
    pub fn register_agent(&self, uri: &str) -> ContractCall {
        let arguments = IAgents::registerCall { agentURI: uri.to_owned() };
        call(self.agents, arguments.abi_encode(), GAS_AGENTS)
    }

    /// Moves an agent's description. Sent by whoever acts for it.
    pub fn set_agent_uri(&self, agent: U256, uri: &str) -> ContractCall {
        let arguments = IAgents::setAgentURICall { agentId: agent, newURI: uri.to_owned() };
        call(self.agents, arguments.abi_encode(), GAS_AGENTS)
    }

    /// Says something about an agent. Sent by anybody who does not act for it.
    pub fn give_feedback(&self, feedback: &Feedback) -> ContractCall {
        let arguments = IReputation::giveFeedbackCall {
            agentId: feedback.agent,
            value: feedback.value,
            valueDecimals: feedback.decimals,
            tag1: feedback.tag.clone(),
            tag2: String::new(),
            endpoint: String::new(),
            feedbackURI: feedback.uri.clone(),
            feedbackHash: feedback.hash,
        };
        call(self.reputation, arguments.abi_encode(), GAS_AGENTS)
    }

    /// A registered agent.
    ///
    /// # Errors
    /// [`ChainError::Refused`] for an unknown one; as [`ChainClient::call`].
    pub fn agent(&self, chain: &impl ChainClient, agent: U256) -> Result<AgentAnchor, ChainError> {
        let owner = view(chain, self.agents, &IAgents::ownerOfCall { tokenId: agent })?;
        let uri = view(chain, self.agents, &IAgents::tokenURICall { tokenId: agent })?;
        let wallet = view(chain, self.agents, &IAgents::getAgentWalletCall { agentId: agent })?;
        Ok(AgentAnchor { owner, uri, wallet })
    }

    /// What these clients say of an agent under a tag; of all tags, when it is empty.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn reputation_of(
        &self,
        chain: &impl ChainClient,
        agent: U256,
        clients: &[Address],
        tag: &str,
    ) -> Result<ReputationSummary, ChainError> {
        let call = IReputation::getSummaryCall {
            agentId: agent,
            clientAddresses: clients.to_vec(),
            tag1: tag.to_owned(),
            tag2: String::new(),
        };
        let found = view(chain, self.reputation, &call)?;
        Ok(ReputationSummary {
            count: found.count,
            value: found.summaryValue,
            decimals: found.summaryValueDecimals,
        })
    }
}
