//! From one answer to its attribution receipt.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use primitives::{AdapterId, AttributionReceipt, CompletionId, Evidence, RecordShare};

use crate::basis::{Basis, Query};
use crate::credit::{Credits, Holder, credit};
use crate::error::AttributionError;
use crate::influence_index::InfluenceIndex;
use crate::rule::{AnswerFacts, RowFacts, Rule, Split, heads};
use crate::span_index::{Span, SpanIndex};

/// Spans that occur more often than this in a snapshot are boilerplate, whoever holds them.
const OCCURRENCES_MAX: usize = 4096;

/// What is known about one answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The completion that it belongs to; its `answerTokens` is the length of `tokens`.
    pub completion: CompletionId,
    /// The adapter that gave it.
    pub adapter: AdapterId,
    /// The answer's tokens, without the end token.
    pub tokens: &'a [u32],
    /// Gradient of the answer's log-probability in the adapter's (projected) parameters, after the
    /// prompt without the records that stood in it: with them, it shows how the model copies, and no
    /// longer what it learnt.
    pub gradient: &'a [f32],
    /// Log-probability per token of the answer, end token included: the adapter with the prompt as it
    /// was given, less the base model without the records that stood in it; in micronats.
    pub lift_micronats: i64,
    /// Rows whose records stood in the prompt.
    pub cited: &'a [u32],
}

/// An attribution receipt, and what the page shows beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// The receipt, not yet signed.
    pub receipt: AttributionReceipt,
    /// The spans that count, each with the row that it is credited to.
    pub spans: Vec<(Span, u32)>,
}

/// Attributes one answer by the rule in force.
///
/// # Errors
/// [`AttributionError`] when basis, indexes and gradient do not belong together.
pub fn attribute(
    index: &InfluenceIndex,
    basis: &Basis,
    span_index: &SpanIndex,
    answer: &Answer<'_>,
) -> Result<Attribution, AttributionError> {
    let rule = Rule::POA_1;
    let rows = index.rows().len();
    if basis.digest() != index.basis() {
        return Err(AttributionError::Basis { expected: index.basis(), found: basis.digest() });
    }
    if span_index.rows() != rows {
        return Err(AttributionError::Rows { spans: span_index.rows(), rows });
    }
    if let Some(row) = answer.cited.iter().find(|row| **row as usize >= rows) {
        return Err(AttributionError::Cited { row: *row, rows });
    }
    let query =
        basis.query(answer.gradient).map_err(|source| AttributionError::Query { source })?;
    let facts = AnswerFacts {
        query_norm_squared: query.norm_squared(),
        answer_tokens: u32::try_from(answer.tokens.len()).unwrap_or(u32::MAX),
        lift_micronats: answer.lift_micronats,
    };
    let mut statement = Statement::new(rule, index, &query, facts, answer.cited.iter().copied());
    let spans = statement.credit_spans(span_index, answer.tokens);
    let split = statement.split();
    let receipt = AttributionReceipt {
        completion: answer.completion,
        adapter: answer.adapter,
        influenceRoot: index.root().map_err(|source| AttributionError::Query { source })?,
        rule: rule.name.to_owned(),
        query: query.to_bytes().into(),
        liftMicronats: answer.lift_micronats,
        shares: statement.listed(&split),
        unattributedPpm: split.unattributed.get(),
    };
    Ok(Attribution { receipt, spans })
}

/// Everything that a receipt states, before it is laid out; built alike by the host and by whoever
/// checks it.
#[derive(Debug)]
pub(crate) struct Statement<'a> {
    rule: Rule,
    index: &'a InfluenceIndex,
    answer: AnswerFacts,
    pub(crate) rows: Vec<RowFacts>,
    cited: BTreeSet<u32>,
}

impl<'a> Statement<'a> {
    /// Scores every row; no span is credited yet.
    pub(crate) fn new(
        rule: Rule,
        index: &'a InfluenceIndex,
        query: &Query,
        answer: AnswerFacts,
        cited: impl IntoIterator<Item = u32>,
    ) -> Self {
        let facts = |(row, score): (&crate::Row, i64)| RowFacts {
            record: row.record,
            cluster: row.cluster,
            position: row.position,
            score,
            null_mean: row.null_mean,
            null_sd: row.null_sd,
            span_tokens: 0,
            repeats: false,
        };
        let rows = index.rows().iter().zip(index.score_all(query)).map(facts).collect();
        Self { rule, index, answer, rows, cited: cited.into_iter().collect() }
    }

    /// Credits the answer's tokens to rows and returns the spans that count.
    pub(crate) fn credit_spans(&mut self, spans: &SpanIndex, tokens: &[u32]) -> Vec<(Span, u32)> {
        let holder = |((at, head), row): ((u32, usize), &RowFacts)| Holder {
            head: u32::try_from(head).unwrap_or(u32::MAX),
            position: row.position,
            cited: self.cited.contains(&at),
            strength: self.rule.strength(&self.answer, row),
        };
        let holders: Vec<Holder> =
            (0..).zip(heads(&self.rows)).zip(&self.rows).map(holder).collect();
        let found = spans.find(tokens, OCCURRENCES_MAX);
        let Credits { tokens, repeats, spans } =
            credit(&self.rule, &found, self.answer.answer_tokens, &holders);
        for (row, (tokens, repeats)) in self.rows.iter_mut().zip(tokens.into_iter().zip(repeats)) {
            row.span_tokens = tokens;
            row.repeats = repeats;
        }
        spans
    }

    pub(crate) fn split(&self) -> Split {
        self.rule.split(&self.answer, &self.rows)
    }

    /// The receipt's list: every row with a share, credited or repeated tokens or a citation, and the
    /// highest scores of the others; by falling share, then row.
    pub(crate) fn listed(&self, split: &Split) -> Vec<RecordShare> {
        let named = |at: &usize| {
            split.verdicts[*at].share.get() > 0
                || self.rows[*at].span_tokens > 0
                || self.rows[*at].repeats
                || u32::try_from(*at).is_ok_and(|row| self.cited.contains(&row))
        };
        let (mut listed, mut others): (Vec<usize>, Vec<usize>) =
            (0..self.rows.len()).partition(named);
        others.sort_by_key(|at| (Reverse(self.rows[*at].score), *at));
        listed.extend(others.into_iter().take(self.rule.unpaid_listed));
        listed.sort_by_key(|at| (Reverse(split.verdicts[*at].share), *at));
        listed.into_iter().map(|at| self.record_share(at, split)).collect()
    }

    fn record_share(&self, at: usize, split: &Split) -> RecordShare {
        let (row, verdict) = (u32::try_from(at).unwrap_or(u32::MAX), split.verdicts[at]);
        let classes = [
            (Evidence::Cited, self.cited.contains(&row)),
            (Evidence::Verbatim, self.rows[at].span_tokens > 0),
            (Evidence::Influence, verdict.stands_out),
        ];
        let held = classes.into_iter().filter(|(_, holds)| *holds);
        let evidence = held.fold(0, |set, (class, _)| set | class as u8);
        RecordShare {
            row,
            record: self.rows[at].record,
            contributor: self.index.rows()[at].contributor,
            score: self.rows[at].score,
            spanTokens: self.rows[at].span_tokens,
            // Every row was trained on; that alone is worth naming only when nothing else is known.
            evidence: if evidence == 0 { Evidence::Lineage as u8 } else { evidence },
            reason: verdict.reason as u8,
            sharePpm: verdict.share.get(),
        }
    }
}
