//! What travels over HTTP, for the server and its clients alike.
//!
//! Ids, digests and addresses are 0x-hex, amounts are decimal strings of wei (`_wei`), shares are
//! integers in parts per million (`_ppm`), times are Unix seconds (`_s`).

mod account;
mod action;
mod adapter;
mod channel;
mod completion;
mod datanet;
mod governance;
mod job;
mod openai;
mod period;
mod receipt_file;
mod stake;
mod status;

pub use account::*;
pub use action::*;
pub use adapter::*;
pub use channel::*;
pub use completion::*;
pub use datanet::*;
pub use governance::*;
pub use job::*;
pub use openai::*;
pub use period::*;
pub use receipt_file::*;
pub use stake::*;
pub use status::*;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The body of every error reply, in OpenAI's envelope.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ErrorReply {
    /// What went wrong.
    pub error: ErrorBody,
}

/// What went wrong and what to do about it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ErrorBody {
    /// Stable name of the failure, for programs.
    pub code: String,
    /// One sentence for people.
    pub message: String,
    /// The next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// OpenAI's family of the failure, for example `invalid_request_error`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The request field at fault, if one is.
    #[serde(default)]
    pub param: Option<String>,
    /// Facts about this failure, for example `needed_wei` or `line`.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}
