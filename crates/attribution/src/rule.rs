//! Rule `poa/1`: from evidence to shares, in integers.
//!
//! Anybody can recompute it. Inputs are the published rows of the index, the receipt's query, the
//! answer's length and lift, and the verbatim tokens credited to each row (see [`crate::credit`]).
//!
//! 1. **Payable part.** `φ = ⌊10⁶·(1 − exp(−max(lift, 0) / 500,000 µnat))⌋`: an answer that the base
//!    model would have given as well pays no record.
//! 2. **Normalised score.** `n = score·2¹⁶ / ‖query‖`, see [`normalised`]; independent of the query's
//!    length.
//! 3. **Excess and significance.** `x = n − null_mean`; the row stands out when
//!    `1000·x > 3000·null_sd` (three standard deviations above unrelated answers).
//! 4. **Copies.** Of all rows of a cluster only the earliest (smallest position, then record id) takes
//!    part, and only if it does not repeat what an earlier row is credited with; before any cut, so
//!    that copies cannot crowd it out.
//! 5. **Influence part.** `a = ⌊10⁹·x / Σx⌋` over the rows that stand out, else 0.
//! 6. **Verbatim part.** `v = ⌊10⁹·span_tokens / answer_tokens⌋`.
//! 7. **Weight.** `w = max(a, v)`: verbatim text strengthens a record, it is no second pot.
//! 8. **Tail.** By falling weight (then position, then record id), rows are kept until they hold at
//!    least 950,000 ppm of the sum of all weights.
//! 9. **Share.** `⌊φ·w / Σ kept w⌋` ppm; what is left of the million stays unattributed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use primitives::{RecordId, SharePpm, ZeroReason};

use crate::fixed::exp_negative_ppm;

/// Parts per billion, the unit of weights.
const BILLION: u128 = 1_000_000_000;
const MILLION: u32 = SharePpm::WHOLE.get();

/// The constants of one version of the rule. See the module's text for the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Its name in receipts.
    pub name: &'static str,
    /// Lift per token at which 1 − 1/e of the answer is payable, in micronats.
    pub lift_scale_micronats: u64,
    /// Standard deviations above the null mean from which influence counts, in thousandths.
    pub significance_milli: u64,
    /// Part of the weight that is paid, in parts per million; the rest is tail.
    pub mass_kept_ppm: u32,
    /// Shortest span that counts, in tokens; a span that is the whole answer counts at any length.
    pub span_tokens_min: u32,
    /// Least surprise of a span that counts, in thousandths of a bit.
    pub surprise_min_millibits: u64,
    /// Clusters that may hold a span before it counts as boilerplate.
    pub holders_max: usize,
    /// A later record takes a span from an earlier one when its influence is more than this many times
    /// as strong.
    pub dominance: u64,
    /// Records without a share that a receipt lists, by falling score.
    pub unpaid_listed: usize,
}

/// What the rule needs to know about the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerFacts {
    /// Sum of squares of the query's bytes.
    pub query_norm_squared: u64,
    /// Length of the answer in tokens.
    pub answer_tokens: u32,
    /// Log-probability gained over the base model, in micronats per token.
    pub lift_micronats: i64,
}

/// What the rule needs to know about one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFacts {
    /// The record.
    pub record: RecordId,
    /// Its cluster of near-copies.
    pub cluster: u32,
    /// When it was committed.
    pub position: u64,
    /// Its integer score.
    pub score: i64,
    /// Mean normalised score of unrelated answers.
    pub null_mean: i64,
    /// Standard deviation of the same.
    pub null_sd: u64,
    /// Tokens of the answer credited to it as verbatim.
    pub span_tokens: u32,
    /// Whether it holds most of the answer too, but was committed after the row credited with it.
    pub repeats: bool,
}

/// What the rule says about one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Its share of the answer.
    pub share: SharePpm,
    /// Why the share is zero.
    pub reason: ZeroReason,
    /// Whether its score stands out from unrelated answers.
    pub stands_out: bool,
}

/// The answer, divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// One verdict per row, in the order given.
    pub verdicts: Vec<Verdict>,
    /// What no record is credited for.
    pub unattributed: SharePpm,
}

/// `score·2¹⁶ / √norm_squared`, rounded towards zero; zero for a query of zeros.
pub(crate) fn normalised(score: i64, norm_squared: u64) -> i64 {
    let norm_q16 = i128::try_from((u128::from(norm_squared) << 32).isqrt()).unwrap_or(i128::MAX);
    if norm_q16 == 0 {
        return 0;
    }
    i64::try_from((i128::from(score) << 32) / norm_q16).unwrap_or(i64::MAX)
}

impl Rule {
    /// The rule in force.
    pub const POA_1: Self = Self {
        name: "poa/1",
        lift_scale_micronats: 500_000,
        significance_milli: 3_000,
        mass_kept_ppm: 950_000,
        span_tokens_min: 2,
        surprise_min_millibits: 8_000,
        holders_max: 4,
        dominance: 2,
        unpaid_listed: 8,
    };

    /// The rule that a receipt names.
    pub fn named(name: &str) -> Option<Self> {
        [Self::POA_1].into_iter().find(|rule| rule.name == name)
    }

    /// Step 1: the part of the answer that records can be paid for.
    pub fn payable(&self, lift_micronats: i64) -> SharePpm {
        let lift = u64::try_from(lift_micronats).unwrap_or(0);
        let kept_by_base = exp_negative_ppm(lift, self.lift_scale_micronats).min(MILLION);
        SharePpm::new(MILLION - kept_by_base).unwrap_or(SharePpm::ZERO)
    }

    /// Steps 2 and 3: the excess of a row, and whether it stands out above or below.
    fn excess(&self, answer: &AnswerFacts, row: &RowFacts) -> (i128, bool, bool) {
        let score = normalised(row.score, answer.query_norm_squared);
        let excess = i128::from(score) - i128::from(row.null_mean);
        let bound = i128::from(self.significance_milli) * i128::from(row.null_sd);
        (excess, excess * 1000 > bound, excess * 1000 < -bound)
    }

    /// How far a row's score stands out from unrelated answers; zero when it does not.
    pub fn strength(&self, answer: &AnswerFacts, row: &RowFacts) -> u64 {
        match self.excess(answer, row) {
            (excess, true, _) => u64::try_from(excess).unwrap_or(u64::MAX),
            _ => 0,
        }
    }

    /// Steps 1 to 9.
    pub fn split(&self, answer: &AnswerFacts, rows: &[RowFacts]) -> Split {
        let payable = self.payable(answer.lift_micronats);
        let takes_part: Vec<bool> = rows
            .iter()
            .zip(heads(rows))
            .enumerate()
            .map(|(at, (row, head))| at == head && !row.repeats)
            .collect();
        let weights = self.weights(answer, rows, &takes_part);
        let kept = self.kept(rows, &weights);
        let kept_sum: u128 = kept.iter().map(|row| u128::from(weights[*row])).sum();
        let mut shares = vec![0_u32; rows.len()];
        for row in kept {
            let part = u128::from(payable.get()) * u128::from(weights[row]) / kept_sum.max(1);
            shares[row] = u32::try_from(part).unwrap_or(0);
        }
        let paid: u32 = shares.iter().sum();
        let verdicts = rows.iter().enumerate().map(|(at, row)| {
            let (_, stands_out, negative) = self.excess(answer, row);
            let reason = match (shares[at], weights[at]) {
                (1.., _) => ZeroReason::Paid,
                _ if !takes_part[at] => ZeroReason::Copy,
                (_, 1..) if payable == SharePpm::ZERO => ZeroReason::NoLift,
                (_, 1..) => ZeroReason::Tail,
                _ if negative => ZeroReason::Negative,
                _ => ZeroReason::NotSignificant,
            };
            Verdict {
                share: SharePpm::new(shares[at]).unwrap_or(SharePpm::ZERO),
                reason,
                stands_out,
            }
        });
        Split {
            verdicts: verdicts.collect(),
            unattributed: SharePpm::new(MILLION - paid).unwrap_or(SharePpm::ZERO),
        }
    }

    /// Steps 5 to 7, in parts per billion; zero for copies.
    fn weights(&self, answer: &AnswerFacts, rows: &[RowFacts], takes_part: &[bool]) -> Vec<u64> {
        let strength = |(at, row): (usize, &RowFacts)| {
            if takes_part[at] { u128::from(self.strength(answer, row)) } else { 0 }
        };
        let strengths: Vec<u128> = rows.iter().enumerate().map(strength).collect();
        let sum = strengths.iter().sum::<u128>().max(1);
        let tokens = u128::from(answer.answer_tokens.max(1));
        let weight = |(at, row): (usize, &RowFacts)| {
            if !takes_part[at] {
                return 0;
            }
            let influence = BILLION * strengths[at] / sum;
            let verbatim = BILLION * u128::from(row.span_tokens).min(tokens) / tokens;
            u64::try_from(influence.max(verbatim)).unwrap_or(u64::MAX)
        };
        rows.iter().enumerate().map(weight).collect()
    }

    /// Step 8.
    fn kept(&self, rows: &[RowFacts], weights: &[u64]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..rows.len()).filter(|row| weights[*row] > 0).collect();
        order.sort_by_key(|row| (Reverse(weights[*row]), rows[*row].position, rows[*row].record));
        let sum: u128 = order.iter().map(|row| u128::from(weights[*row])).sum();
        let mut held = 0;
        order
            .into_iter()
            .take_while(|row| {
                let wanted = held * u128::from(MILLION) < sum * u128::from(self.mass_kept_ppm);
                held += u128::from(weights[*row]);
                wanted
            })
            .collect()
    }
}

/// Step 4: for each row the 0-based place of the earliest row of its cluster.
pub(crate) fn heads(rows: &[RowFacts]) -> Vec<usize> {
    let mut earliest: BTreeMap<u32, usize> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let head = earliest.entry(row.cluster).or_insert(at);
        if (row.position, row.record) < (rows[*head].position, rows[*head].record) {
            *head = at;
        }
    }
    rows.iter().map(|row| earliest[&row.cluster]).collect()
}

#[cfg(test)]
mod tests;
