//! Proposals, votes, parameters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of the economy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParameterList {
    /// The split in force.
    pub split: SplitVersion,
    /// Every other parameter.
    pub settings: Vec<ParameterSetting>,
    /// Who posts payouts.
    pub poster: String,
    /// Who may pause posting and disable a pending period.
    pub guardian: String,
    /// Whether posting is paused.
    pub paused: bool,
    /// How proposals are decided.
    pub governance: GovernanceRules,
}

/// How fees are divided, from one moment on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SplitVersion {
    /// From 1 without gaps.
    pub version: u32,
    /// Since when, Unix time in seconds.
    pub from_s: u64,
    /// To the contributors.
    pub contributors_ppm: u32,
    /// To the adapter's owner.
    pub owner_ppm: u32,
    /// To the host.
    pub host_ppm: u32,
    /// To the validators.
    pub validators_ppm: u32,
    /// To the treasury.
    pub treasury_ppm: u32,
    /// Burnt.
    pub burn_ppm: u32,
}

/// One parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParameterSetting {
    /// Its name.
    pub key: String,
    /// Its value: an amount in wei (`_wei`), seconds (`_s`), parts per million (`_ppm`) or a count.
    pub value: String,
    /// The least that it may ever be.
    pub min: String,
    /// The most that it may ever be.
    pub max: String,
    /// When it was last changed; zero for never.
    pub changed_s: u64,
}

/// How proposals are decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GovernanceRules {
    /// From proposing to voting, in seconds.
    pub voting_delay_s: u64,
    /// How long voting lasts, in seconds.
    pub voting_period_s: u64,
    /// Votes needed to propose, in wei of GOPEN.
    pub threshold_wei: String,
    /// From queueing to executing, in seconds.
    pub timelock_delay_s: u64,
    /// Votes for or neither that a proposal made now would need, in wei of GOPEN.
    pub quorum_wei: String,
}

/// All proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalList {
    /// Newest first.
    pub proposals: Vec<Proposal>,
}

/// One proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposal {
    /// Its number on this chain, from 1.
    pub number: u64,
    /// Its id: a number of 256 bits, 0x-hex.
    pub id: String,
    /// `pending`, `active`, `canceled`, `defeated`, `succeeded`, `queued`, `expired` or `executed`.
    pub state: String,
    /// Who proposed it.
    pub proposer: String,
    /// Its name here, or its address.
    pub proposer_name: String,
    /// The words given with it, when this node knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it would do, one line for each call.
    pub calls: Vec<String>,
    /// Votes for it, in wei of GOPEN.
    pub for_wei: String,
    /// Votes against it.
    pub against_wei: String,
    /// Votes for neither.
    pub abstain_wei: String,
    /// Votes for or neither that it needs.
    pub quorum_wei: String,
    /// When voting begins; votes are counted as they stood then.
    pub voting_from_s: u64,
    /// When voting ends.
    pub voting_until_s: u64,
    /// When it can be executed; absent while it is not queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executable_s: Option<u64>,
    /// The chain's time now.
    pub now_s: u64,
}

/// What one account may decide.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Votes {
    /// Address.
    pub account: String,
    /// Its name here, or its address.
    pub name: String,
    /// GOPEN that it holds, in wei.
    pub wrapped_wei: String,
    /// Whom it lets vote; absent for nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegate: Option<String>,
    /// Votes that it casts, its own and others', in wei.
    pub votes_wei: String,
}
