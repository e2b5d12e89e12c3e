//! Answers that were given.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An answer that was given.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct CompletionInfo {
    /// Its id.
    pub id: String,
    /// Its attribution receipt; absent for the base model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// The model that answered.
    pub model: String,
    /// The last user message.
    pub prompt: String,
    /// The answer.
    pub answer: String,
    /// What it cost, in wei.
    pub fee_wei: String,
    /// When it was given.
    pub time_s: u64,
    /// The record with the largest share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<TopSource>,
    /// The period that pays it; absent while the period is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<u64>,
    /// Why nobody earns from it: its fee could not be collected, or its period was proven wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpaid: Option<String>,
}

/// The record with the largest share of an answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct TopSource {
    /// The record.
    pub record: String,
    /// Who is paid for it.
    pub contributor_name: String,
    /// Its share.
    pub share_ppm: u32,
}

/// Answers that were given.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct CompletionList {
    /// Newest first.
    pub completions: Vec<CompletionInfo>,
}
