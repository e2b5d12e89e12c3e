//! Which record a verbatim part of an answer is credited to.
//!
//! Part of rule `poa/1`, and as recomputable as the rest:
//!
//! 1. A span counts when it is long enough (or the whole answer), surprising enough, and held by at
//!    most [`Rule::holders_max`] clusters; what more of them hold is boilerplate and pays nobody,
//!    unless it is the whole answer and stood in the prompt.
//! 2. Each cluster is represented by its earliest row. If any holder stood in the prompt, only those
//!    that did compete. The earliest competitor is credited, unless a later one's influence is more
//!    than [`Rule::dominance`] times as strong: time decides between copies, influence between records
//!    that share a phrase by chance.
//! 3. Spans are taken by falling length, then rising start; each token is credited once.
//! 4. A cluster that holds a span of at least half the answer, committed after the row credited with
//!    it, repeats that row: copies that no clustering caught earn nothing from the answer they copied.
//!    Where more than [`Rule::holders_max`] clusters hold the span, this is said of competitors only.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::rule::Rule;
use crate::span_index::Span;

/// What crediting needs to know about one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// 0-based row of the earliest record of its cluster.
    pub head: u32,
    /// When it was committed.
    pub position: u64,
    /// Whether it stood in the prompt.
    pub cited: bool,
    /// How far its score stands out, see [`Rule::strength`].
    pub strength: u64,
}

/// The verbatim side of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credits {
    /// Tokens of the answer credited to each row.
    pub tokens: Vec<u32>,
    /// Which rows repeat what an earlier one was credited with.
    pub repeats: Vec<bool>,
    /// The spans that count, longest first, each with the row credited with it.
    pub spans: Vec<(Span, u32)>,
}

/// Credits the tokens of an answer to rows; `holders` has one entry per row.
pub fn credit(rule: &Rule, spans: &[Span], answer_tokens: u32, holders: &[Holder]) -> Credits {
    let mut contests: Vec<Contest<'_>> = spans
        .iter()
        .filter(|span| span.tokens >= rule.span_tokens_min.min(answer_tokens))
        .filter(|span| span.surprise_millibits >= rule.surprise_min_millibits)
        .filter_map(|span| Contest::judge(rule, span, answer_tokens, holders))
        .collect();
    contests.sort_by_key(|contest| (Reverse(contest.span.tokens), contest.span.start));
    let mut taken = BTreeSet::new();
    let mut tokens = vec![0_u32; holders.len()];
    let mut repeats = vec![false; holders.len()];
    for Contest { span, winner, later } in &contests {
        let fresh = (span.start..span.start + span.tokens).filter(|token| taken.insert(*token));
        tokens[*winner as usize] += u32::try_from(fresh.count()).unwrap_or(u32::MAX);
        if span.tokens.saturating_mul(2) >= answer_tokens {
            for row in later {
                repeats[*row as usize] = true;
            }
        }
    }
    // Who is credited with another part of the answer repeats nobody.
    repeats.iter_mut().zip(&tokens).for_each(|(repeats, tokens)| *repeats &= *tokens == 0);
    let spans =
        contests.into_iter().map(|contest| (contest.span.clone(), contest.winner)).collect();
    Credits { tokens, repeats, spans }
}

/// A span that counts, who is credited with it, and who came later.
struct Contest<'a> {
    span: &'a Span,
    winner: u32,
    later: Vec<u32>,
}

impl<'a> Contest<'a> {
    /// `None` when nobody holds the span, or so many that it is boilerplate.
    fn judge(rule: &Rule, span: &'a Span, answer_tokens: u32, holders: &[Holder]) -> Option<Self> {
        let members = span.rows.iter().filter_map(|row| holders.get(*row as usize));
        let all: BTreeSet<u32> = members.clone().map(|holder| holder.head).collect();
        let cited: BTreeSet<u32> =
            members.filter(|holder| holder.cited).map(|holder| holder.head).collect();
        let is_common = all.len() > rule.holders_max;
        if is_common && (cited.is_empty() || span.tokens < answer_tokens) {
            return None;
        }
        let in_time = |rows: &BTreeSet<u32>| -> Vec<(u32, Holder)> {
            let known = rows.iter().filter_map(|row| Some((*row, *holders.get(*row as usize)?)));
            let mut known: Vec<(u32, Holder)> = known.collect();
            known.sort_by_key(|(row, holder)| (holder.position, *row));
            known
        };
        let competing = in_time(if cited.is_empty() { &all } else { &cited });
        let beats = |later: &Holder, best: &Holder| {
            u128::from(later.strength) > u128::from(best.strength) * u128::from(rule.dominance)
        };
        let (winner, best) = competing
            .iter()
            .copied()
            .reduce(|best, next| if beats(&next.1, &best.1) { next } else { best })?;
        let late = if is_common { competing } else { in_time(&all) };
        let is_later = |(row, holder): &(u32, Holder)| {
            *row != winner && (holder.position, *row) > (best.position, winner)
        };
        let later = late.into_iter().filter(is_later).map(|(row, _)| row).collect();
        Some(Self { span, winner, later })
    }
}

#[cfg(test)]
mod tests;
