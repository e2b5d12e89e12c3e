//! What can go wrong with a training run.

use model::{AdapterError, ConfigError, SequenceError};

/// A run that cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// There is no example, or no window of tokens, to learn from.
    #[error("there is nothing to learn from")]
    NoData,
    /// An option is zero, not finite or otherwise out of range.
    #[error("option {option} is out of range")]
    Option {
        /// Its name.
        option: &'static str,
    },
    /// An example that the network cannot read.
    #[error("example {index} cannot be read by the network")]
    Example {
        /// Position in the given list of examples.
        index: usize,
        /// Why.
        #[source]
        source: SequenceError,
    },
    /// The loss stopped being a number: the learning rate is too high.
    #[error("the loss is not finite at step {step}")]
    Diverged {
        /// The 0-based step.
        step: u64,
    },
    /// The adapter does not fit the network.
    #[error("the adapter does not fit the network")]
    Adapter(#[source] AdapterError),
    /// The run is over.
    #[error("all {steps} steps have been taken")]
    Finished {
        /// Number of steps of the run.
        steps: u64,
    },
    /// A checkpoint that does not continue this run.
    #[error("the checkpoint cannot be resumed")]
    Checkpoint(#[source] CheckpointError),
}

/// A checkpoint that does not continue a run.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The bytes are not a checkpoint of this kind and version.
    #[error("the bytes are not a checkpoint of this kind")]
    Kind,
    /// The bytes end early, go on too long, or claim an absurd length.
    #[error("the checkpoint is malformed at byte {offset}")]
    Malformed {
        /// Where reading stopped.
        offset: usize,
    },
    /// It was made from other examples or another network.
    #[error("the checkpoint belongs to other data or another network")]
    Data,
    /// It was made with other options.
    #[error("the checkpoint was made with other options")]
    Options,
    /// The network's configuration is impossible.
    #[error("the checkpoint's network is impossible")]
    Config(#[source] ConfigError),
}
