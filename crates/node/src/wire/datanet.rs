//! Datanets, contributions, records, snapshots.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AdapterInfo;

/// Asks for a new Datanet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDatanet {
    /// Its name: 1–64 of `a-z 0-9 -`.
    pub name: String,
    /// SPDX expression of the licence that records may have.
    pub licence: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// Name of the account that owns it and its adapters; default `local`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// A Datanet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Datanet {
    /// keccak-256 of its name.
    pub id: String,
    /// Its name.
    pub name: String,
    /// SPDX expression of its licence.
    pub licence: String,
    /// What it is about.
    pub description: String,
    /// Address of its owner.
    pub owner: String,
    /// How many records are admitted.
    pub records: u64,
    /// How many accounts contributed.
    pub contributors: u64,
    /// How many snapshots were frozen.
    pub snapshots: u64,
    /// The newest snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_snapshot: Option<String>,
}

/// All Datanets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct DatanetList {
    /// By name.
    pub datanets: Vec<Datanet>,
}

/// A Datanet with its people, snapshots and adapters.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct DatanetDetail {
    /// The Datanet.
    #[serde(flatten)]
    pub datanet: Datanet,
    /// Who contributed, by accepted records.
    pub contributor_list: Vec<Contributor>,
    /// Its snapshots, oldest first.
    pub snapshot_list: Vec<SnapshotInfo>,
    /// Adapters trained on it.
    pub adapters: Vec<AdapterInfo>,
}

/// What one account contributed to a Datanet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Contributor {
    /// The account's name here, or its address.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Records admitted.
    pub accepted: u64,
    /// Records refused.
    pub rejected: u64,
}

/// One page of a Datanet's records.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct RecordPage {
    /// How many match.
    pub total: u64,
    /// The page.
    pub records: Vec<RecordInfo>,
}

/// An admitted record.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct RecordInfo {
    /// Its id.
    pub id: String,
    /// 0-based order of admission.
    pub position: u64,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// SPDX expression.
    pub licence: String,
    /// Where the text comes from.
    pub source: String,
    /// Who gave it.
    pub contributor: String,
    /// That account's name here, or its address.
    pub contributor_name: String,
    /// The contribution that brought it.
    pub contribution: String,
    /// The earliest record that it nearly copies; its own id when original.
    pub cluster: String,
    /// What it has earned so far, in wei.
    pub earned_wei: String,
    /// In how many answers it had a share.
    pub uses: u64,
}

/// What became of a contributed file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ContributionReport {
    /// The contribution's id.
    pub id: String,
    /// The Datanet's name.
    pub datanet: String,
    /// Who gave it.
    pub contributor: String,
    /// Records admitted.
    pub accepted: u64,
    /// Records refused.
    pub rejected: u64,
    /// Each record of the file.
    pub records: Vec<RecordReport>,
    /// Whether the same contribution had been given before; then nothing changed.
    #[serde(default)]
    pub already: bool,
}

/// What became of one record of a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct RecordReport {
    /// Where in the file, 1-based (line, row, or heading's line).
    pub line: u64,
    /// Its id; absent if it has no canonical form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// `accepted` or `rejected`.
    pub status: String,
    /// Why it was refused, or marked (`near_copy`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The record that it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Who gave that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_contributor: Option<String>,
}

/// What an external signer is to sign, and what would become of the file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct PreparedContribution {
    /// The record to sign.
    pub contribution: ContributionFields,
    /// EIP-712 hash to sign.
    pub signing_hash: String,
    /// What would become of the file.
    pub report: ContributionReport,
}

/// The fields of a `Contribution` record.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ContributionFields {
    /// The Datanet's id.
    pub datanet: String,
    /// Who gives it.
    pub contributor: String,
    /// Merkle root over the record ids.
    pub root: String,
    /// Records in the file.
    pub records: u32,
    /// keccak-256 of the file.
    pub file: String,
    /// Unix time in seconds.
    pub time_s: u64,
}

/// A frozen version of a Datanet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotInfo {
    /// Its id.
    pub id: String,
    /// The Datanet's name.
    pub datanet: String,
    /// The snapshot before it; zero for the first.
    pub parent: String,
    /// Merkle root of its records.
    pub root: String,
    /// How many records it holds.
    pub records: u64,
    /// When it was frozen.
    pub time_s: u64,
    /// The transaction that anchored it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
}
