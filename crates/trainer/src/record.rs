//! The record of a run, for whoever asks later what was trained.

use primitives::B256;

use crate::options::Options;

/// Losses of one step, in nats per supervised token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossPoint {
    /// Of the step's batch, before the step.
    pub train_loss: f64,
    /// Of the held-out examples, where it was measured.
    pub eval_loss: Option<f64>,
}

/// What was trained, on what, and how it went.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Keccak-256 of the tokenized examples, in order.
    pub data_digest: B256,
    /// The options.
    pub options: Options,
    /// Number of examples trained on.
    pub examples: usize,
    /// Number of examples held out.
    pub held_out: usize,
    /// Steps taken.
    pub steps: u64,
    /// Tokens read by all steps.
    pub tokens: u64,
    /// Losses of each step.
    pub curve: Vec<LossPoint>,
}
