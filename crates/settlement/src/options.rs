//! What an operator may choose about money.

use primitives::{SharePpm, Wei};

/// Prices, the division of fees, and how long withdrawals wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What an answer costs.
    pub price: Price,
    /// Who gets which part of it.
    pub split: SplitOptions,
    /// How long a payer's withdrawal waits so that answers already given can be captured, in
    /// seconds. Fixed when the contracts are deployed.
    pub withdrawal_delay_s: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            price: Price::default(),
            split: SplitOptions::default(),
            withdrawal_delay_s: 24 * 60 * 60,
        }
    }
}

/// What an answer costs, by tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// For each token read.
    pub per_prompt_token_wei: Wei,
    /// For each token written.
    pub per_answer_token_wei: Wei,
    /// The least that an answer costs; large against the number of its payees, so that rounding
    /// stays below one part per million.
    pub minimum_wei: Wei,
}

impl Default for Price {
    /// One OPEN per million tokens read, four per million written, at least 0.0001 OPEN.
    fn default() -> Self {
        Self {
            per_prompt_token_wei: Wei::new(1_000_000_000_000),
            per_answer_token_wei: Wei::new(4_000_000_000_000),
            minimum_wei: Wei::new(100_000_000_000_000),
        }
    }
}

/// How a fee is divided, in parts per million of the fee; the four sum to 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitOptions {
    /// To the contributors of the records that shaped the answer.
    pub contributors_ppm: SharePpm,
    /// To the adapter's owner.
    pub owner_ppm: SharePpm,
    /// To the node that answered.
    pub host_ppm: SharePpm,
    /// To the treasury. Above zero, it makes asking oneself a loss.
    pub treasury_ppm: SharePpm,
}

impl Default for SplitOptions {
    /// 70 % to contributors, 10 % each to owner, host and treasury.
    fn default() -> Self {
        Self {
            contributors_ppm: share(700_000),
            owner_ppm: share(100_000),
            host_ppm: share(100_000),
            treasury_ppm: share(100_000),
        }
    }
}

const fn share(ppm: u32) -> SharePpm {
    match SharePpm::new(ppm) {
        Ok(share) => share,
        Err(_) => SharePpm::WHOLE,
    }
}
