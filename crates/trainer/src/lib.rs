//! `ModelFactory`: training, of an adapter on a snapshot's examples or of a
//! whole network on a stream of tokens.
//!
//! *Takes* a network, tokens and options; *gives* changed weights, progress
//! after every step, and checkpoints.
//!
//! *Guarantees*: a run is a function of its inputs. The order of the data
//! follows from the seed, sums run in a fixed order whatever the number of
//! workers, and a resumed run continues bit by bit.
//!
//! *Source*: `AdamW` (arXiv 1711.05101), cosine schedule (1608.03983).
//!
//! *Not here*: losses and gradients (`model`), files, clocks and queues of
//! jobs (`node`).
#![expect(clippy::cast_precision_loss, reason = "counts of tokens and steps are far below 2^53")]

mod adamw;
mod checkpoint;
mod error;
mod options;
mod order;
mod pretraining;
mod progress;
mod record;
mod run;
mod schedule;
mod workers;

pub use adamw::{AdamW, AdamWOptions, norm};
pub use error::{CheckpointError, TrainError};
pub use options::{Options, Preset};
pub use pretraining::{Pretraining, PretrainingOptions, Tokens};
pub use progress::Progress;
pub use record::{LossPoint, RunRecord};
pub use run::{Run, StepExample};
pub use schedule::Schedule;
