//! Periods and claims.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A closed period.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Period {
    /// From 1 without gaps.
    pub number: u64,
    /// Id of its `Payout` record.
    pub id: String,
    /// Merkle root over everything everybody has earned so far.
    pub root: String,
    /// How many accounts have earned anything so far.
    pub accounts: u64,
    /// All fees captured so far, in wei.
    pub total_wei: String,
    /// Those of this period, in wei.
    pub period_wei: String,
    /// Answers that this period pays.
    pub receipts: u64,
    /// The transaction that posted the root; absent while it is on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// When it was closed.
    pub time_s: u64,
    /// Where it stands.
    pub status: PeriodPhase,
    /// When it can be claimed, Unix time in seconds; absent before it is posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activates_s: Option<u64>,
    /// The poster's bond while it is held, in wei.
    pub bond_wei: String,
    /// Merkle root over the answers that it pays, each with its split and signature.
    pub answers_root: String,
    /// keccak-256 of the bytes at `/v1/periods/N/data`, as posted on chain.
    pub data_digest: String,
}

/// Where a closed period stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PeriodPhase {
    /// Not on the chain yet.
    #[default]
    Posting,
    /// On the chain; it can be disputed until `activates_s` and claimed from then on.
    Pending,
    /// It can be claimed, or a later one in its place.
    Active,
    /// It was taken back before it could be claimed; its answers are paid by a later period.
    Disabled,
}

impl PeriodPhase {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Posting => "posting",
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// The period that is still open.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct OpenPeriod {
    /// Answers that the next period will pay.
    pub receipts: u64,
    /// Their fees, in wei.
    pub fees_wei: String,
}

/// All periods.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct PeriodList {
    /// The one that is still open.
    pub open: OpenPeriod,
    /// The closed ones, oldest first.
    pub periods: Vec<Period>,
    /// Those that were disabled before they could be claimed, oldest first. Their numbers are given
    /// again.
    #[serde(default)]
    pub disabled: Vec<Period>,
}

/// A closed period with what each account gets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct PeriodDetail {
    /// The period.
    #[serde(flatten)]
    pub period: Period,
    /// In order of address.
    pub payouts: Vec<AccountPayout>,
}

/// What one account gets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AccountPayout {
    /// Address.
    pub account: String,
    /// Its name here, or its address.
    pub name: String,
    /// Everything it has earned up to this period, in wei.
    pub cumulative_wei: String,
    /// What this period adds, in wei.
    pub period_wei: String,
}

/// Asks to redeem what was earned.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimRequest {
    /// Name or address; default: everybody known here with something to claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Wait up to this many seconds for a posted period to become claimable.
    #[serde(default)]
    pub wait_s: u64,
    /// Try it out, tell what would be paid, send nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// One account redeeming what it has earned.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ClaimInfo {
    /// Address.
    pub account: String,
    /// Its name here, or its address.
    pub name: String,
    /// What this claim paid, in wei.
    pub paid_wei: String,
    /// Everything it has earned up to the claim, in wei.
    pub cumulative_wei: String,
    /// Who received it, when the account named somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<String>,
    /// The transaction that paid it; zero when it was tried out, or paid while this node was away.
    pub transaction: String,
}

/// What a call claimed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ClaimList {
    /// In order of name.
    pub claims: Vec<ClaimInfo>,
    /// What will be claimable once the posted periods are; absent when nothing waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// What the claims cost in gas, in wei; only with `dry_run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gas_wei: Option<String>,
}

/// Earned, posted, and not claimable yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiting {
    /// How much, in wei.
    pub amount_wei: String,
    /// The next period to become claimable.
    pub period: u64,
    /// When, Unix time in seconds.
    pub activates_s: u64,
    /// In how many seconds.
    pub in_s: u64,
}
