//! The OpenAI-compatible requests and replies, and the attribution that ours add.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The models that can be asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ModelList {
    /// Always `list`.
    pub object: String,
    /// The base model first, then adapters by name.
    pub data: Vec<ModelInfo>,
}

/// A model that can be asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ModelInfo {
    /// What `model` is in a request.
    pub id: String,
    /// Always `model`.
    pub object: String,
    /// When it was finished.
    pub created: u64,
    /// Who is paid as its owner.
    pub owned_by: String,
    /// The base model's id, for adapters.
    pub parent: Option<String>,
    /// Id of the adapter's record, for adapters.
    pub root: Option<String>,
}

/// One message of a chat.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChatMessage {
    /// `system`, `developer`, `user` or `assistant`.
    pub role: String,
    /// A text, or OpenAI's list of text parts.
    #[serde(default)]
    pub content: ChatContent,
}

/// What a message says.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ChatContent {
    /// One text.
    Text(String),
    /// Parts, of which only `{"type":"text","text":…}` are read.
    Parts(Vec<ContentPart>),
    /// Nothing.
    Empty(()),
}

impl Default for ChatContent {
    fn default() -> Self {
        Self::Empty(())
    }
}

/// A part of a message.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ContentPart {
    /// Only `text` is understood.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text.
    #[serde(default)]
    pub text: Option<String>,
}

/// How much attribution a reply carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributionDetail {
    /// The receipt's id and the fee; the shares are computed and paid all the same.
    Off,
    /// The records that are paid.
    #[default]
    Summary,
    /// Also those that are not, with the reason.
    Full,
}

/// One or several stop texts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Stop {
    /// One.
    One(String),
    /// Several, at most four.
    Many(Vec<String>),
}

/// Whether a stream ends with the usage; ours always does.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
pub struct StreamOptions {
    /// OpenAI's switch.
    #[serde(default)]
    pub include_usage: bool,
}

/// How the next token is chosen and when to stop, for both kinds of request.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Sampling {
    /// 0 (greedy) to 2; default 0: answers about facts should not vary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// Smallest set of tokens with this probability; default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    /// Most tokens to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// The same under OpenAI's newer name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_completion_tokens: Option<u32>,
    /// Texts that end the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Seed of the sampling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Send the answer piece by piece (server-sent events).
    #[serde(default)]
    pub stream: bool,
    /// What a stream ends with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
    /// How many answers; only 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// How much attribution the reply carries.
    #[serde(default)]
    pub attribution: AttributionDetail,
    /// Put the Datanet's best matching records into the prompt; default true for adapters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieve: Option<bool>,
}

/// A chat request.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChatRequest {
    /// An adapter's name, or `base`.
    pub model: String,
    /// The chat so far.
    pub messages: Vec<ChatMessage>,
    /// How to answer.
    #[serde(flatten)]
    pub sampling: Sampling,
    /// Fields of OpenAI's request that we do not read.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A request to continue a text.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct CompletionRequest {
    /// An adapter's name, or `base`.
    pub model: String,
    /// The text to continue.
    pub prompt: String,
    /// How to continue.
    #[serde(flatten)]
    pub sampling: Sampling,
    /// Fields of OpenAI's request that we do not read.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Tokens read and written.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// Tokens read.
    pub prompt_tokens: u32,
    /// Tokens written.
    pub completion_tokens: u32,
    /// Their sum.
    pub total_tokens: u32,
}

/// A source of the answer in OpenAI's form, so that existing clients show it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Annotation {
    /// Always `url_citation`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it applies and to what.
    pub url_citation: UrlCitation,
}

/// Where a source applies.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct UrlCitation {
    /// First code point of the answer.
    pub start_index: u32,
    /// One past the last code point.
    pub end_index: u32,
    /// Contributor and question of the record.
    pub title: String,
    /// The attribution receipt's page on this node.
    pub url: String,
}

/// The message of an answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AnswerMessage {
    /// Always `assistant`.
    pub role: String,
    /// The answer.
    pub content: String,
    /// Its sources in OpenAI's form.
    #[serde(default)]
    pub annotations: Vec<Annotation>,
}

/// One answer of a chat reply.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChatChoice {
    /// Always 0.
    pub index: u32,
    /// The answer.
    pub message: AnswerMessage,
    /// `stop` or `length`.
    pub finish_reason: String,
}

/// A chat reply.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChatReply {
    /// `chatcmpl-` and the completion's id.
    pub id: String,
    /// `chat.completion`.
    pub object: String,
    /// Unix time in seconds.
    pub created: u64,
    /// The model that answered.
    pub model: String,
    /// One answer.
    pub choices: Vec<ChatChoice>,
    /// Tokens read and written.
    pub usage: Usage,
    /// Who shaped the answer and who is paid.
    pub attribution: AttributionSummary,
}

/// One piece of a streamed chat reply.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChatChunk {
    /// The same in every piece.
    pub id: String,
    /// `chat.completion.chunk`.
    pub object: String,
    /// Unix time in seconds.
    pub created: u64,
    /// The model that answers.
    pub model: String,
    /// One, or none in the last piece.
    pub choices: Vec<ChunkChoice>,
    /// Tokens, in the last piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Who shaped the answer and who is paid, in the last piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<AttributionSummary>,
}

/// One piece of one answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChunkChoice {
    /// Always 0.
    pub index: u32,
    /// What is new.
    pub delta: Delta,
    /// `stop` or `length`, once the answer is complete.
    pub finish_reason: Option<String>,
}

/// What is new in a piece.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Delta {
    /// `assistant`, in the first piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Text to append.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The sources, in the piece after the last text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Vec<Annotation>>,
}

/// A reply to a request to continue a text, whole or one piece of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct CompletionReply {
    /// `cmpl-` and the completion's id.
    pub id: String,
    /// `text_completion`.
    pub object: String,
    /// Unix time in seconds.
    pub created: u64,
    /// The model that answered.
    pub model: String,
    /// One continuation; none in the last piece of a stream.
    pub choices: Vec<TextChoice>,
    /// Tokens read and written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Who shaped the answer and who is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<AttributionSummary>,
}

/// One continuation.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct TextChoice {
    /// Always 0.
    pub index: u32,
    /// The text.
    pub text: String,
    /// `stop` or `length`, once complete.
    pub finish_reason: Option<String>,
    /// Not computed.
    pub logprobs: Option<()>,
}

/// Who shaped an answer and who is paid for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AttributionSummary {
    /// Id of the attribution receipt; of the completion when there is none.
    pub id: String,
    /// `complete`, or `unavailable` for the base model.
    pub status: String,
    /// Version of the rule that turned scores into shares.
    pub rule: String,
    /// Records, by falling share.
    pub sources: Vec<Source>,
    /// Parts of the answer that stand verbatim in records.
    pub spans: Vec<AnswerSpan>,
    /// What no record is credited for.
    pub unattributed_ppm: u32,
    /// What the caller pays, in wei.
    pub fee_wei: String,
    /// Who gets it.
    pub split: Vec<SplitLine>,
}

/// One record's part in an answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The record.
    pub record: String,
    /// Its row in the influence index.
    pub row: u32,
    /// The Datanet's name.
    pub datanet: String,
    /// Who is paid for it.
    pub contributor: String,
    /// That account's name here, or its address.
    pub contributor_name: String,
    /// SPDX expression.
    pub licence: String,
    /// The record's question.
    pub question: String,
    /// The record's answer.
    pub answer: String,
    /// What ties it to the answer.
    pub evidence: Vec<EvidenceInfo>,
    /// Its share.
    pub share_ppm: u32,
    /// Why the share is zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One kind of evidence.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceInfo {
    /// `cited`, `verbatim`, `influence` or `lineage`.
    pub class: String,
    /// Influence: the integer score. Verbatim: tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
}

/// A part of the answer that stands verbatim in records.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AnswerSpan {
    /// First code point of the answer.
    pub start: u32,
    /// One past the last code point.
    pub end: u32,
    /// The records that hold it.
    pub records: Vec<String>,
    /// The text.
    pub text: String,
}

/// One part of a fee.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SplitLine {
    /// `contributor`, `owner`, `host`, `validators`, `treasury`, `burn`, `unattributed` or `residue`.
    pub role: String,
    /// Address.
    pub account: String,
    /// Its name here, or its address.
    pub account_name: String,
    /// The record paid for, for contributors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Share of the answer, for contributors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_ppm: Option<u32>,
    /// The amount in wei.
    pub amount_wei: String,
}
