//! Training runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for an adapter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Train {
    /// `quick` (default), `balanced` or `thorough`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// The adapter's name; default: the Datanet's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What to change of the preset.
    #[serde(default)]
    pub options: TrainOptions,
}

/// What to change of a preset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainOptions {
    /// Passes over the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u32>,
    /// Peak learning rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lr: Option<f32>,
    /// Rank of the low-rank matrices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// Examples per step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u32>,
    /// Seed of everything random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Waiting for the trainer.
    #[default]
    Queued,
    /// Changing weights.
    Training,
    /// Computing the influence and span indexes.
    Indexing,
    /// Writing the adapter's record on the chain.
    Anchoring,
    /// Finished; the adapter answers.
    Done,
    /// Given up, see `error`.
    Failed,
    /// Stopped on request.
    Cancelled,
}

impl JobStatus {
    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }

    /// The word in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Training => "training",
            Self::Indexing => "indexing",
            Self::Anchoring => "anchoring",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One training run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// The Datanet's name.
    pub datanet: String,
    /// The snapshot it trains on.
    pub snapshot: String,
    /// Name of the adapter to be.
    pub adapter_name: String,
    /// Where it stands.
    pub status: JobStatus,
    /// Steps done (training), or records done (indexing).
    pub step: u64,
    /// Steps in all.
    pub steps: u64,
    /// Pass over the data.
    pub epoch: u64,
    /// Seconds to go at the present rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_s: Option<u64>,
    /// Tokens trained per second.
    pub tokens_per_s: f64,
    /// Newest training loss, nats per token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train_loss: Option<f64>,
    /// Newest evaluation loss, nats per token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval_loss: Option<f64>,
    /// The curve so far.
    pub series: Vec<JobPoint>,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Id of the finished adapter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
    /// When it was asked for.
    pub time_s: u64,
}

/// One point of a training curve.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
pub struct JobPoint {
    /// Optimizer steps done.
    pub step: u64,
    /// Mean loss of the step's answer tokens, nats per token.
    pub train_loss: f64,
    /// Mean loss of the held-out examples, when measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval_loss: Option<f64>,
    /// Learning rate.
    pub lr: f64,
    /// Length of the gradient before clipping.
    pub grad_norm: f64,
}

/// All jobs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct JobList {
    /// Newest first, without their curves.
    pub jobs: Vec<Job>,
}
