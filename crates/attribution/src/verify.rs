//! Checking somebody else's attribution receipt.

use std::collections::BTreeSet;

use primitives::{
    Adapter, AttributionReceipt, ChainRecord, Completion, Digest, Evidence, LeafDomain,
    MerkleProof, RecordShare, SharePpm, Signature, ZeroReason,
};

use crate::attribute::Statement;
use crate::basis::Query;
use crate::error::{BrokenLink, IndexError};
use crate::influence_index::{InfluenceIndex, Row, dot_plain};
use crate::rule::{AnswerFacts, Rule};
use crate::span_index::SpanIndex;

/// The records that a receipt hangs from.
#[derive(Debug, Clone, Copy)]
pub struct Chain<'a> {
    /// The completion that it is about.
    pub completion: &'a Completion,
    /// The adapter that gave the answer.
    pub adapter: &'a Adapter,
}

/// The answer itself, for whoever may see it.
#[derive(Debug, Clone, Copy)]
pub struct Spoken<'a> {
    /// The snapshot's span index.
    pub spans: &'a SpanIndex,
    /// The answer's tokens, without the end token.
    pub tokens: &'a [u32],
}

/// The host's signature on the receipt.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The signature.
    pub signature: &'a Signature,
    /// The chain that it was made for.
    pub chain_id: u64,
}

/// What a receipt is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Verification<'a> {
    /// The records before it.
    pub chain: Chain<'a>,
    /// The published influence index of the adapter.
    pub index: &'a InfluenceIndex,
    /// The answer; without it the credited verbatim tokens are taken as stated.
    pub spoken: Option<Spoken<'a>>,
    /// The signature by `completion.host`; without it nobody is held to the receipt.
    pub signed: Option<Signed<'a>>,
}

/// Recomputes everything that a receipt states: the chain of records, the index's root, the score of
/// every row, the verbatim tokens, the split by the rule, and the signature.
///
/// # Errors
/// The first [`BrokenLink`], in that order.
pub fn verify(receipt: &AttributionReceipt, against: &Verification<'_>) -> Result<(), BrokenLink> {
    let unknown = || BrokenLink::Rule { rule: receipt.rule.clone() };
    let rule = Rule::named(&receipt.rule).ok_or_else(unknown)?;
    check_chain(receipt, against)?;
    check_root(receipt, against.index)?;
    let expected = against.index.rank();
    if receipt.query.len() != expected {
        return Err(BrokenLink::Query { expected, found: receipt.query.len() });
    }
    let query = Query::from_bytes(&receipt.query);
    let facts = AnswerFacts {
        query_norm_squared: query.norm_squared(),
        answer_tokens: against.chain.completion.answerTokens,
        lift_micronats: receipt.liftMicronats,
    };
    let cited = receipt.shares.iter().filter(|share| share.evidence & Evidence::Cited as u8 != 0);
    let cited = cited.map(|share| share.row);
    let mut statement = Statement::new(rule, against.index, &query, facts, cited);
    check_rows(receipt, against.index, &statement)?;
    check_spans(receipt, against, &mut statement)?;
    check_split(receipt, &statement)?;
    let Some(Signed { signature, chain_id }) = against.signed else { return Ok(()) };
    signature
        .verify_record(receipt, chain_id, against.chain.completion.host)
        .map_err(|source| BrokenLink::Signature { source })
}

fn check_chain(receipt: &AttributionReceipt, against: &Verification<'_>) -> Result<(), BrokenLink> {
    let Chain { completion, adapter } = against.chain;
    let links = [
        ("receipt.completion", receipt.completion, completion.id()),
        ("receipt.adapter", receipt.adapter, adapter.id()),
        ("completion.adapter", completion.adapter, adapter.id()),
    ];
    for (field, claimed, found) in links {
        if claimed != found {
            return Err(BrokenLink::Chain { field, claimed, found });
        }
    }
    if adapter.rule != receipt.rule {
        let (promised, used) = (adapter.rule.clone(), receipt.rule.clone());
        return Err(BrokenLink::RuleOfAdapter { promised, used });
    }
    check_equal_roots(receipt.influenceRoot, adapter.influenceRoot)
}

fn check_equal_roots(claimed: Digest, found: Digest) -> Result<(), BrokenLink> {
    if claimed == found { Ok(()) } else { Err(BrokenLink::IndexRoot { claimed, found }) }
}

fn check_root(receipt: &AttributionReceipt, index: &InfluenceIndex) -> Result<(), BrokenLink> {
    let found = index.root().map_err(|source| BrokenLink::Index { source })?;
    check_equal_roots(receipt.influenceRoot, found)
}

fn check_rows(
    receipt: &AttributionReceipt,
    index: &InfluenceIndex,
    statement: &Statement<'_>,
) -> Result<(), BrokenLink> {
    let mut seen = BTreeSet::new();
    for share in &receipt.shares {
        let row = share.row;
        let known = index
            .rows()
            .get(row as usize)
            .filter(|known| known.record == share.record && known.contributor == share.contributor);
        if known.is_none() || !seen.insert(row) {
            return Err(BrokenLink::Row { row });
        }
        let (claimed, found) = (share.score, statement.rows[row as usize].score);
        if claimed != found {
            return Err(BrokenLink::Score { row, claimed, found });
        }
    }
    Ok(())
}

/// Credits the spans anew where the answer is known, and takes the receipt's word elsewhere.
fn check_spans(
    receipt: &AttributionReceipt,
    against: &Verification<'_>,
    statement: &mut Statement<'_>,
) -> Result<(), BrokenLink> {
    let Some(Spoken { spans, tokens }) = against.spoken else {
        for share in &receipt.shares {
            let row = &mut statement.rows[share.row as usize];
            row.span_tokens = share.spanTokens;
            row.repeats = share.reason == ZeroReason::Copy as u8;
        }
        return Ok(());
    };
    let (claimed, found) = (against.chain.adapter.spanIndex, spans.digest());
    if claimed != found || spans.rows() != statement.rows.len() {
        return Err(BrokenLink::SpanIndex { claimed, found });
    }
    let claimed = against.chain.completion.answerTokens;
    if usize::try_from(claimed).ok() != Some(tokens.len()) {
        return Err(BrokenLink::AnswerTokens { claimed, found: tokens.len() });
    }
    statement.credit_spans(spans, tokens);
    for share in &receipt.shares {
        let (claimed, found) = (share.spanTokens, statement.rows[share.row as usize].span_tokens);
        if claimed != found {
            return Err(BrokenLink::Span { row: share.row, claimed, found });
        }
    }
    Ok(())
}

fn check_split(receipt: &AttributionReceipt, statement: &Statement<'_>) -> Result<(), BrokenLink> {
    let paid: u64 = receipt.shares.iter().map(|share| u64::from(share.sharePpm)).sum();
    let sum = paid + u64::from(receipt.unattributedPpm);
    if sum != u64::from(SharePpm::WHOLE.get()) {
        return Err(BrokenLink::Sum { sum });
    }
    let split = statement.split();
    for share in &receipt.shares {
        let verdict = split.verdicts[share.row as usize];
        let (row, claimed, found) = (share.row, share.sharePpm, verdict.share.get());
        if claimed != found {
            return Err(BrokenLink::Share { row, claimed, found });
        }
    }
    check_list(&receipt.shares, &statement.listed(&split))
}

/// Every share is right by now; the list must also be complete, ordered and rightly explained.
fn check_list(claimed: &[RecordShare], expected: &[RecordShare]) -> Result<(), BrokenLink> {
    let listed: BTreeSet<u32> = claimed.iter().map(|share| share.row).collect();
    if let Some(omitted) = expected.iter().find(|share| !listed.contains(&share.row)) {
        return Err(BrokenLink::Omitted { row: omitted.row });
    }
    for (place, share) in claimed.iter().enumerate() {
        let row = share.row;
        match expected.get(place).filter(|expected| expected.row == row) {
            None => return Err(BrokenLink::Order { row, place }),
            Some(expected) if expected != share => {
                return Err(BrokenLink::Verdict { row, found: expected.evidence });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Checks one listed score with nothing but a leaf of the index and its proof: what a contract, or a
/// contributor who holds only the own row, can do.
///
/// # Errors
/// [`BrokenLink::Proof`], [`BrokenLink::Index`], [`BrokenLink::Row`] or [`BrokenLink::Score`].
pub fn verify_row(
    receipt: &AttributionReceipt,
    share: &RecordShare,
    leaf: &[u8],
    proof: &MerkleProof,
) -> Result<(), BrokenLink> {
    let row = share.row;
    proof
        .verify(receipt.influenceRoot, LeafDomain::InfluenceIndex, leaf)
        .map_err(|source| BrokenLink::Proof { row, source })?;
    let source = IndexError::Malformed { expected: "a leaf of an influence index" };
    let found = Row::from_leaf(leaf, receipt.query.len()).ok_or(BrokenLink::Index { source })?;
    let is_the_row = proof.index == u64::from(row)
        && found.record == share.record
        && found.contributor == share.contributor;
    if !is_the_row {
        return Err(BrokenLink::Row { row });
    }
    let query = Query::from_bytes(&receipt.query);
    let product = i64::from(dot_plain(&found.values, query.values())) << found.shift;
    if product == share.score {
        return Ok(());
    }
    Err(BrokenLink::Score { row, claimed: share.score, found: product })
}
