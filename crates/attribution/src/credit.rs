//! Which record a verbatim part of an answer is credited to.
//!
//! Part of rule `poa/1`, and as recomputable as the rest:
//!
//! 1. A span counts when it is long enough (or the whole answer), surprising enough, and held by at
//!    most [`Rule::holders_max`] clusters; what more of them hold is boilerplate and pays nobody.
//! 2. Each cluster is represented by its earliest row. If any holder stood in the prompt, only those
//!    that did compete. The earliest competitor is credited, unless a later one's influence is more
//!    than [`Rule::dominance`] times as strong: time decides between copies, influence between records
//!    that share a phrase by chance.
//! 3. Spans are taken by falling length, then rising start; each token is credited once.

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

/// Credits the tokens of an answer to rows; `holders` has one entry per row.
///
/// Returns the tokens credited to each row, and for each span that counts the row that got it.
pub fn credit(
    rule: &Rule,
    spans: &[Span],
    answer_tokens: u32,
    holders: &[Holder],
) -> (Vec<u32>, Vec<(Span, u32)>) {
    let mut counted: Vec<(&Span, u32)> = spans
        .iter()
        .filter(|span| span.tokens >= rule.span_tokens_min.min(answer_tokens))
        .filter(|span| span.surprise_millibits >= rule.surprise_min_millibits)
        .filter_map(|span| Some((span, credited_row(rule, span, holders)?)))
        .collect();
    counted.sort_by_key(|(span, _)| (Reverse(span.tokens), span.start));
    let mut taken = BTreeSet::new();
    let mut tokens = vec![0_u32; holders.len()];
    for (span, row) in &counted {
        let fresh = (span.start..span.start + span.tokens).filter(|token| taken.insert(*token));
        tokens[*row as usize] += u32::try_from(fresh.count()).unwrap_or(u32::MAX);
    }
    (tokens, counted.into_iter().map(|(span, row)| (span.clone(), row)).collect())
}

fn credited_row(rule: &Rule, span: &Span, holders: &[Holder]) -> Option<u32> {
    let members = span.rows.iter().filter_map(|row| holders.get(*row as usize));
    let clusters: BTreeSet<u32> = members.clone().map(|holder| holder.head).collect();
    if clusters.len() > rule.holders_max {
        return None;
    }
    let cited: BTreeSet<u32> =
        members.filter(|holder| holder.cited).map(|holder| holder.head).collect();
    let competing = if cited.is_empty() { clusters } else { cited };
    let mut heads: Vec<(u32, &Holder)> = competing
        .into_iter()
        .filter_map(|head| Some((head, holders.get(head as usize)?)))
        .collect();
    heads.sort_by_key(|(head, holder)| (holder.position, *head));
    let beats = |later: &Holder, best: &Holder| {
        u128::from(later.strength) > u128::from(best.strength) * u128::from(rule.dominance)
    };
    heads
        .into_iter()
        .reduce(|best, next| if beats(next.1, best.1) { next } else { best })
        .map(|(head, _)| head)
}
