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
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Contracts {
    /// Anchors of Datanets, snapshots and adapters.
    pub registry: String,
    /// Deposits, authorisations, captures.
    pub escrow: String,
    /// Roots and claims.
    pub payouts: String,
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
}

/// Money in and out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Fees of all answers, in wei.
    pub fees_wei: String,
    /// The part that closed periods paid out, in wei.
    pub paid_wei: String,
    /// The part of that which has been claimed, in wei.
    pub claimed_wei: String,
}
