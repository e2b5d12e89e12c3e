//! *OpenLoRA*: many adapters over one base model.
//!
//! **Takes** prompts as tokens, the names of adapters, and a source of adapter files; **gives**
//! answers token by token, each with its text and log-probability.
//!
//! **Guarantees.** An answer is a function of the base, the adapter, the request and its seed: it does
//! not depend on what else is being answered. An adapter that does not exist is an error, never the
//! base in its place. Keys and values are never shared between sequences, so never between adapters.
//!
//! **Sources.** Sheng et al. 2024 (S-LoRA, arXiv 2311.03285); Yu et al. 2022 (Orca: one step of all
//! sequences at a time); Holtzman et al. 2020 (nucleus sampling, arXiv 1904.09751).
//!
//! **Not here.** Kernels are `model`'s; names of models, prices and HTTP are the node's.

mod error;
mod options;

mod adapters;
mod request;
mod sampler;
mod stops;

mod engine;
mod generation;

pub use adapters::{AdapterSource, LoadedAdapter, SourceError};
pub use engine::{Engine, Likelihood};
pub use error::InferenceError;
pub use generation::{Finish, Generation, Piece, Usage};
pub use options::EngineOptions;
pub use request::Request;
