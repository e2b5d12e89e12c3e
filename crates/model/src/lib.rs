//! The neural network of OpenLedger: a Llama-family transformer in `f32` on
//! the CPU, with low-rank adapters and exact per-example gradients.
//!
//! *Takes* bytes in the formats of the Hugging Face libraries (`config.json`,
//! safetensors, `tokenizer.json`, PEFT adapters) and token sequences; *gives*
//! logits, losses and gradients, all as flat `f32` vectors of a documented
//! order.
//!
//! *Guarantees*: one call runs on one thread and reads nothing but its
//! arguments, so the same inputs give the same bits on the same kind of
//! processor, whatever the number of threads that the caller uses.
//!
//! *Source*: Llama (arXiv 2302.13971), `RMSNorm` (1910.07467), rotary embedding
//! (2104.09864), grouped-query attention (2305.13245), `SwiGLU` (2002.05202),
//! LoRA (2106.09685).
//!
//! *Not here*: optimizers and schedules (`trainer`), sampling and batching of
//! requests (`inference`), influence scores (`attribution`).
#![expect(
    clippy::cast_precision_loss,
    reason = "dimensions are far below 2^24, where f32 is exact"
)]

mod aligned;
mod attention;
mod cache;
mod chat;
mod config;
mod decode;
mod error;
#[expect(unsafe_code, reason = "functions compiled for wider vectors are called after detection")]
mod kernel;
mod linear;
mod llama;
mod lora;
#[expect(unsafe_code, reason = "the matrix product takes raw pointers")]
mod matrix;
mod peft;
mod prefill;
mod projection;
mod tensors;
mod tokenizer;
mod train;

pub use cache::KvCache;
pub use chat::{ChatTemplate, Message};
pub use config::Config;
pub use decode::Decode;
pub use error::{AdapterError, ConfigError, LoadError, SequenceError, TensorError, TextError};
pub use llama::{Layout, Llama};
pub use lora::{Lora, LoraGradient, LoraLayout, LoraOptions, Module, Target};
pub use matrix::product;
pub use peft::PeftAdapter;
pub use projection::{ProjectedGradient, Projection};
pub use tensors::Precision;
pub use tokenizer::{TextStream, Tokenizer};
pub use train::{Example, ExampleLoss, Workspace};
