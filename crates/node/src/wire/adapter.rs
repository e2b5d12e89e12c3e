//! Finished adapters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An adapter that answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AdapterInfo {
    /// Id of its record.
    pub id: String,
    /// Its name, what `model` is in a request.
    pub name: String,
    /// The Datanet's name.
    pub datanet: String,
    /// The snapshot that it was trained on.
    pub snapshot: String,
    /// Digest of the base model's weights.
    pub base: String,
    /// Digest of its own weights.
    pub weights: String,
    /// Merkle root of its influence index.
    pub influence_root: String,
    /// Version of the rule that turns scores into shares.
    pub rule: String,
    /// Who is paid as its owner.
    pub owner: String,
    /// How many numbers it trains.
    pub parameters: u64,
    /// Rank of its matrices.
    pub rank: u64,
    /// Last training loss, nats per token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train_loss: Option<f64>,
    /// Last evaluation loss, nats per token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval_loss: Option<f64>,
    /// Records in its influence index.
    pub records: u64,
    /// Answers given.
    pub answers: u64,
    /// Fees of those answers, in wei.
    pub income_wei: String,
    /// The transaction that anchored it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// When it was finished.
    pub time_s: u64,
}

/// All adapters.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AdapterList {
    /// By name.
    pub adapters: Vec<AdapterInfo>,
}
