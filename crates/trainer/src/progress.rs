//! What a run reports after each step.

/// One step, as a page or a log shows it. The caller measures the time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Steps taken, this one included.
    pub step: u64,
    /// Steps of the whole run.
    pub steps: u64,
    /// 0-based pass over the data.
    pub epoch: u64,
    /// Mean loss of this step's batch before the update, in nats per supervised token.
    pub train_loss: f64,
    /// Mean loss of the held-out examples, in nats per supervised token, where it was measured.
    pub eval_loss: Option<f64>,
    /// Learning rate of this step.
    pub learning_rate: f32,
    /// Norm of the mean gradient before clipping.
    pub gradient_norm: f32,
    /// Tokens read so far by all steps (forward and backward).
    pub tokens: u64,
    /// Tokens read by this step.
    pub tokens_per_step: usize,
}
