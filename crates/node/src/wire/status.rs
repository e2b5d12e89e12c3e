//! The node as a whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The node as a whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// Version of the program.
    pub version: String,
    /// EIP-155 id of the chain.
    pub chain_id: u64,
    /// Path of the JSON-RPC endpoint.
    pub rpc: String,
    /// Newest block.
    pub head: Head,
    /// Address that signs for this node and is paid as the host.
    pub operator: String,
    /// Address that is paid what nobody is credited for.
    pub treasury: String,
    /// Where our contracts are.
    pub contracts: Contracts,
    /// The base model; absent when the node runs without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseModel>,
    /// How much of everything there is.
    pub counts: Counts,
    /// Where the periods stand.
    pub period: PeriodStatus,
    /// Money in and out.
    pub totals: Totals,
}

/// Newest block.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: String,
    /// Its time.
    pub time_s: u64,
}

/// Addresses of our contracts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contracts {
    /// Executes what governance decided; the treasury.
    pub timelock: String,
    /// OPEN as an ERC-20.
    pub wopen: String,
    /// Votes: OPEN wrapped one to one.
    pub gopen: String,
    /// Proposals and votes.
    pub governor: String,
    /// Every parameter of the economy.
    pub parameters: String,
    /// Anchors of Datanets and snapshots.
    pub datanets: String,
    /// Anchors of adapters.
    pub adapters: String,
    /// Who committed to which records first.
    pub contributions: String,
    /// Deposits, authorisations, captures, channels.
    pub escrow: String,
    /// Roots and claims.
    pub payouts: String,
    /// Fraud proofs against pending periods.
    pub disputes: String,
    /// Validators and their stake.
    pub staking: String,
    /// Drawn validators and their rewards.
    pub attestations: String,
    /// Agents (ERC-8004).
    pub agents: String,
    /// What clients say of agents (ERC-8004).
    pub reputation: String,
    /// What validators say of agents' work (ERC-8004).
    pub validation: String,
}

/// The base model.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct BaseModel {
    /// Name of its folder.
    pub name: String,
    /// Digest of its weights.
    pub digest: String,
    /// How many parameters it has.
    pub parameters: u64,
    /// Most tokens of prompt and answer together.
    pub context: u64,
}

/// How much of everything there is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Datanets.
    pub datanets: u64,
    /// Admitted records.
    pub records: u64,
    /// Accounts that contributed.
    pub contributors: u64,
    /// Snapshots.
    pub snapshots: u64,
    /// Adapters that answer.
    pub adapters: u64,
    /// Answers given.
    pub completions: u64,
}

/// Where the periods stand.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct PeriodStatus {
    /// Answers not paid yet.
    pub open_receipts: u64,
    /// Their fees, in wei.
    pub open_fees_wei: String,
    /// Number of the last closed period.
    pub closed: u64,
    /// Number of the period that claims work against; zero before the first.
    pub active: u64,
    /// Periods that can still be disputed.
    pub pending: u64,
}

/// Money in and out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Fees of all answers, in wei.
    pub fees_wei: String,
    /// The part that closed periods paid out, in wei.
    pub paid_wei: String,
    /// The part of that in periods that can still be disputed, in wei.
    pub pending_wei: String,
    /// The part of what closed periods paid out that has been claimed, in wei.
    pub claimed_wei: String,
    /// Fees of answers that could not be collected; nobody earned them, in wei.
    pub uncollected_wei: String,
    /// The treasury's part of what closed periods paid out, in wei.
    pub treasury_wei: String,
    /// The validators' part of it, in wei.
    pub validators_wei: String,
    /// The burnt part of it, in wei.
    pub burnt_wei: String,
}
