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
    /// Name or address; default: every local account with something to claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
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
    /// The transaction that paid it.
    pub transaction: String,
}

/// What a call claimed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ClaimList {
    /// In order of name.
    pub claims: Vec<ClaimInfo>,
}
