//! A self-contained file from which one answer's attribution can be checked offline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Source, SplitLine};

/// Everything that is needed to check one attribution receipt without a node.
///
/// What is signed or hashed stands in the ABI-encoded records; the rest is what they commit to
/// (texts, index, split rule) or, in [`ReceiptFile::sources`], a courtesy to the reader.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFile {
    /// Version of this file's layout: 2.
    pub version: u32,
    /// EIP-155 id of the chain that the signature is for.
    pub chain_id: u64,
    /// Id of the attribution receipt.
    pub id: String,
    /// The attribution receipt's fields.
    pub receipt: ReceiptFields,
    /// The host's EIP-712 signature over the attribution receipt, 65 bytes.
    pub signature: String,
    /// Address of the host that signed.
    pub host: String,
    /// The answer's record.
    pub completion: CompletionFields,
    /// The adapter's record.
    pub adapter: AdapterFields,
    /// The published influence index; without it the scores cannot be recomputed.
    pub index: Option<IndexRows>,
    /// What the adapter's record commits to as span index, if the receipt needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span_index: Option<String>,
    /// The rule that divided the fee.
    pub split_options: SplitOptions,
    /// Who gets how much of the fee.
    pub split: Vec<SplitLine>,
    /// The fee in wei.
    pub fee_wei: String,
    /// Prompt, answer and the salt of their commitments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<ReceiptTexts>,
    /// Names and texts of the records; not covered by the signature.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// Fields of an `AttributionReceipt`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFields {
    /// The answer.
    pub completion: String,
    /// The adapter.
    pub adapter: String,
    /// Merkle root of the influence index.
    pub influence_root: String,
    /// Version of the rule.
    pub rule: String,
    /// The quantised query, 0x-hex, one signed byte per dimension.
    pub query: String,
    /// Log-probability gained over the base model, micronats per token.
    pub lift_micronats: i64,
    /// Records with a share and the best without.
    pub shares: Vec<ShareFields>,
    /// What no record is credited for.
    pub unattributed_ppm: u32,
}

/// Fields of a `RecordShare`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareFields {
    /// Row in the influence index.
    pub row: u32,
    /// The record.
    pub record: String,
    /// Who is paid for it.
    pub contributor: String,
    /// Integer influence score.
    pub score: i64,
    /// Tokens of the answer that stand verbatim in the record.
    pub span_tokens: u32,
    /// Bit set of evidence classes.
    pub evidence: u8,
    /// Code of the reason for a zero share.
    pub reason: u8,
    /// Share of the answer.
    pub share_ppm: u32,
}

/// Fields of a `Completion`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompletionFields {
    /// The adapter.
    pub adapter: String,
    /// Who pays.
    pub payer: String,
    /// Who answered.
    pub host: String,
    /// Salted commitment to the prompt.
    pub prompt: String,
    /// Salted commitment to the answer.
    pub answer: String,
    /// Tokens read.
    pub prompt_tokens: u32,
    /// Tokens written.
    pub answer_tokens: u32,
    /// The fee in wei.
    pub fee_wei: String,
    /// Unix time in seconds.
    pub time_s: u64,
    /// Serial number at this host.
    pub nonce: u64,
}

/// Fields of an `Adapter`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdapterFields {
    /// The snapshot.
    pub snapshot: String,
    /// Digest of the base model's weights.
    pub base: String,
    /// Digest of the adapter's weights.
    pub weights: String,
    /// Digest of the training options.
    pub options: String,
    /// Merkle root of the influence index.
    pub influence_root: String,
    /// Digest of the span index.
    pub span_index: String,
    /// Version of the rule.
    pub rule: String,
    /// Who is paid as its owner.
    pub owner: String,
    /// Unix time in seconds.
    pub time_s: u64,
}

/// An influence index.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexRows {
    /// `influence_index.bin` as 0x-hex.
    pub encoding: String,
}

/// How a fee is divided: one version of the split that governance decides, and whom it names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitOptions {
    /// Number of the split that was in force when the answer was given.
    pub version: u32,
    /// To the records, before attribution.
    pub contributors_ppm: u32,
    /// To the adapter's owner.
    pub owner_ppm: u32,
    /// To the host.
    pub host_ppm: u32,
    /// To the validators.
    pub validators_ppm: u32,
    /// To the treasury.
    pub treasury_ppm: u32,
    /// Burnt.
    pub burn_ppm: u32,
    /// Address that owned the adapter when the answer was given; empty where no answer is meant.
    pub owner: String,
    /// Address that collects the validators' part.
    pub validators: String,
    /// Address of the treasury; also gets what is unattributed and the residue.
    pub treasury: String,
}

/// The texts that a completion commits to.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptTexts {
    /// The rendered prompt.
    pub prompt: String,
    /// The answer.
    pub answer: String,
    /// 32 bytes.
    pub salt: String,
    /// The answer's tokens.
    pub tokens: Vec<u32>,
}
