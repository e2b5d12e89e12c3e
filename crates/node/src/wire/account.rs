//! Accounts and why they earned what they earned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for a new local account.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAccount {
    /// Its name on this node: 1–64 of `a-z 0-9 - _`.
    pub name: String,
    /// The address to show under that name, for somebody who keeps the key; the node makes one
    /// otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Asks to move money into the fee escrow.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deposit {
    /// How much, in wei.
    pub amount_wei: String,
}

/// An account whose key this node keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// Its name on this node.
    pub name: String,
    /// Its address on the chain.
    pub address: String,
    /// What to send as `Authorization: Bearer`; shown to loopback clients only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// What it holds on the chain, in wei.
    pub balance_wei: String,
    /// What it put aside for fees.
    pub escrow: Escrow,
    /// Everything it has earned, in closed periods, in wei.
    pub earned_wei: String,
    /// The part of it that can be claimed now, in wei.
    pub claimable_wei: String,
    /// The part of it in periods that can still be disputed, in wei.
    pub pending_wei: String,
    /// When the next of it can be claimed, Unix time in seconds; absent when nothing is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activates_s: Option<u64>,
    /// The part of it that has been claimed, in wei.
    pub claimed_wei: String,
    /// Who receives its claims, when it is not the account itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<String>,
}

/// What an account put aside for fees.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Escrow {
    /// In the escrow contract, in wei.
    pub deposited_wei: String,
    /// The most that this node may capture, in wei.
    pub limit_wei: String,
    /// Held for answers that are given or being given but not captured yet, in wei.
    pub reserved_wei: String,
    /// What a new answer may cost, in wei.
    pub available_wei: String,
}

/// All accounts of this node.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AccountList {
    /// By name.
    pub accounts: Vec<Account>,
}

/// An account with the reason for every amount.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AccountDetail {
    /// The account.
    #[serde(flatten)]
    pub account: Account,
    /// Every amount that it earned, newest first.
    pub lines: Vec<EarningLine>,
    /// Its records that stood in answers and earned nothing, with the reason.
    pub zeros: Vec<ZeroLine>,
}

/// One amount and why.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct EarningLine {
    /// The period that pays it; absent while the period is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<u64>,
    /// The attribution receipt (or, for the base model, the completion) behind it.
    pub receipt: String,
    /// The answer.
    pub completion: String,
    /// `contributor`, `owner`, `host`, `validators`, `treasury`, `burn`, `unattributed` or `residue`.
    pub role: String,
    /// The Datanet of the adapter that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datanet: Option<String>,
    /// The record paid for, for contributors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The question asked, cut to 120 characters.
    pub question: String,
    /// The record's share of the answer, for contributors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_ppm: Option<u32>,
    /// The amount in wei; zero for an answer that nobody earns from.
    pub amount_wei: String,
    /// Whether nobody earns from the answer, for example because its fee could not be collected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unpaid: bool,
    /// One sentence for people.
    pub why: String,
}

/// A record that earned nothing for some answers, and why.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ZeroLine {
    /// The record.
    pub record: String,
    /// For example `copy` or `not_significant`.
    pub reason: String,
    /// In how many answers.
    pub uses: u64,
}
