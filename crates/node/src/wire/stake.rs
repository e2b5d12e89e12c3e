//! Validators and those who stake with them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All validators.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StakeList {
    /// In order of registration.
    pub validators: Vec<Validator>,
    /// The least that a validator stakes itself, in wei.
    pub stake_min_wei: String,
    /// How long unbonding takes for tickets drawn now, in seconds.
    pub unbonding_s: u64,
}

/// One validator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Validator {
    /// Address.
    pub address: String,
    /// Its name here, or its address.
    pub name: String,
    /// What is staked with it, in wei.
    pub stake_wei: String,
    /// What is being unbonded, still slashable, in wei.
    pub unbonding_wei: String,
    /// What it keeps of its delegators' rewards.
    pub commission_ppm: u32,
    /// Slashes proposed against it and not decided yet.
    pub pending_slashes: u64,
}

/// What one account has staked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StakeDetail {
    /// Address.
    pub account: String,
    /// Its name here, or its address.
    pub name: String,
    /// By validator.
    pub positions: Vec<StakePosition>,
    /// What is unbonding or ready to be withdrawn.
    pub tickets: Vec<StakeTicket>,
}

/// Stake with one validator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StakePosition {
    /// The validator's address.
    pub validator: String,
    /// Its name here, or its address.
    pub validator_name: String,
    /// What it is worth now, in wei.
    pub amount_wei: String,
    /// Shares of the validator's stake.
    pub shares: String,
}

/// Who was drawn to attest a period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodAttesters {
    /// The period.
    pub period: u64,
    /// Id of its payout.
    pub payout: String,
    /// In the order in which they were drawn.
    pub attesters: Vec<Attester>,
}

/// A validator that was drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attester {
    /// Address.
    pub validator: String,
    /// Its name here, or its address.
    pub name: String,
    /// Whether it attested the period.
    pub has_attested: bool,
}

/// Stake on its way out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StakeTicket {
    /// Its number, for `stake withdraw`.
    pub ticket: u64,
    /// The validator's address.
    pub validator: String,
    /// What it is worth now, in wei.
    pub amount_wei: String,
    /// When it can be withdrawn.
    pub withdrawable_s: u64,
    /// Whether that time has come.
    pub is_ready: bool,
}
