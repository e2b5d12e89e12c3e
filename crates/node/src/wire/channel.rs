//! Prepaid channels: many answers, one redemption.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SigningTerms;

/// A payer's promise to a host, signed off chain (EIP-712).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoucherFields {
    /// EIP-155 id of the chain.
    pub chain_id: u64,
    /// The escrow contract that holds the payer's deposit.
    pub escrow: String,
    /// Who pays.
    pub payer: String,
    /// The host that may redeem it.
    pub host: String,
    /// The most that it may redeem, counted from the channel's beginning, in wei.
    pub limit_wei: String,
    /// Until when answers may be given on it, Unix time in seconds.
    pub expires_s: u64,
}

/// A voucher with its signature, as `openledger channel sign` writes it and `POST /v1/channels`
/// takes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedVoucher {
    /// What is promised.
    pub voucher: VoucherFields,
    /// The payer's signature: 65 bytes, or whatever the payer's contract accepts (ERC-1271).
    pub signature: String,
}

/// A prepaid channel between a payer and this node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Channel {
    /// Who pays.
    pub payer: String,
    /// Its name here, or its address.
    pub name: String,
    /// Who answers.
    pub host: String,
    /// What to send as `Authorization: Bearer`; only to whoever brings the voucher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// The most that the voucher allows, from the channel's beginning, in wei.
    pub limit_wei: String,
    /// Until when.
    pub expires_s: u64,
    /// Redeemed on chain so far, in wei.
    pub redeemed_wei: String,
    /// Spent or held for answers, not redeemed yet, in wei.
    pub owed_wei: String,
    /// What a new answer may cost, in wei.
    pub available_wei: String,
    /// What the payer has in escrow, in wei.
    pub deposited_wei: String,
    /// Whether new answers are refused: it was closed or its time is over.
    pub is_closed: bool,
}

/// All channels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelList {
    /// In order of payer.
    pub channels: Vec<Channel>,
}

/// What a payer needs to make a voucher.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelTerms {
    /// A voucher over everything deposited and not redeemed, to be changed and signed.
    pub voucher: VoucherFields,
    /// What the payer has in escrow, in wei.
    pub deposited_wei: String,
    /// Redeemed on chain so far, in wei.
    pub redeemed_wei: String,
    /// What a transaction of the payer's is bound to.
    pub signing: SigningTerms,
}

/// Asks this node to sign a voucher with a key that it keeps, or to make a channel of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignVoucher {
    /// Name of the payer's account.
    pub account: String,
    /// The most that may be redeemed from the channel's beginning, in wei.
    pub limit_wei: String,
    /// Until when; default: in 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_s: Option<u64>,
    /// The host; default: this node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// Asks to end a channel: no new answers; what is owed stays owed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseChannel {
    /// Name or address of the payer; default: the owner of the API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}
