//! Looking for the first thing that is false.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, keccak256};
use primitives::{ChainRecord as _, Evidence, RecordShare, Signature, Wei, ZeroReason, recover};

use super::{FraudProof, IndexRow, PublishedAnswer, PublishedIndex};
use crate::contracts::AdapterAnchor;
use crate::error::DisputeError;
use crate::settled::SettledLine;
use crate::split::{Parties, SplitVersion, lines};

/// The rule whose listing contract and watcher know.
const RULE: &str = "poa/1";
/// Rows without share, tokens or citation that a receipt lists for their score.
const LISTED_FOR_SCORE: usize = 8;
/// Clocks of hosts differ from the chain's by less; around a change both sides of it are right.
const GRACE_S: u64 = 300;

/// What a watcher knows besides the answer.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// The chain's id (EIP-155).
    pub chain_id: u64,
    /// Every version of the split, from the first on.
    pub splits: &'a [SplitVersion],
    /// What is anchored of the answer's adapter.
    pub adapter: AdapterAnchor,
    /// Who owned the adapter when the answer was given; two accounts around a transfer.
    pub owners: &'a [Address],
    /// Who collects the validators' part.
    pub validators: Address,
    /// Who collects the treasury's part.
    pub treasury: Address,
    /// The adapter's influence index, where it is published.
    pub index: Option<&'a PublishedIndex>,
}

/// The first thing that is false about a settled answer, as a proof; none when all holds.
///
/// Without an index, or with one of another root, scores and list are not checked.
///
/// # Errors
/// [`DisputeError::OtherRecord`] when completion or attribution are not those that the answer names:
/// then the poster withholds them, and they can be demanded.
pub fn find_fraud(
    answer: &PublishedAnswer,
    published: &Published<'_>,
) -> Result<Option<FraudProof>, DisputeError> {
    let settled = &answer.proof.answer;
    let named =
        [(settled.completion, answer.completion.id()), (settled.receipt, answer.receipt.id())];
    if let Some((expected, found)) = named.into_iter().find(|(expected, found)| expected != found) {
        return Err(DisputeError::OtherRecord { expected, found });
    }
    let answer = answer.clone();
    if !is_signed(&answer, published.chain_id) {
        return Ok(Some(FraudProof::Signature { answer }));
    }
    if !is_of_adapter(&answer, &published.adapter) {
        return Ok(Some(FraudProof::Index { answer }));
    }
    if !is_divided(&answer, published) {
        return Ok(Some(FraudProof::Split { answer }));
    }
    let index = published.index.filter(|index| index.root() == answer.receipt.influenceRoot);
    let found = disorder(&answer)
        .or_else(|| index.and_then(|index| stranger(&answer, index)))
        .or_else(|| index.and_then(|index| wrong_score(&answer, index)))
        .or_else(|| index.and_then(|index| omission(&answer, index)));
    Ok(found)
}

/// Two answers of one host with one number, or one answer settled twice.
pub fn find_repeated<'a>(
    answers: impl IntoIterator<Item = &'a PublishedAnswer>,
) -> Option<FraudProof> {
    let mut known: BTreeMap<(Address, u64), &PublishedAnswer> = BTreeMap::new();
    for second in answers {
        let number = (second.completion.host, second.completion.nonce);
        if let Some(first) = known.insert(number, second) {
            let (first, second) = (Box::new(first.clone()), Box::new(second.clone()));
            return Some(FraudProof::Nonce { first, second });
        }
    }
    None
}

/// Whether the answer's host signed an attribution of this answer.
fn is_signed(answer: &PublishedAnswer, chain_id: u64) -> bool {
    let PublishedAnswer { proof, completion, receipt } = answer;
    let bytes = &proof.answer.signature;
    let ends_well = bytes.last().is_some_and(|v| matches!(v, 27 | 28));
    let signature = Signature::from_bytes(bytes).ok().filter(|_| ends_well);
    let hash = receipt.signing_hash(chain_id);
    let signer = signature.and_then(|signature| recover(hash, &signature).ok());
    signer == Some(completion.host)
        && receipt.completion == proof.answer.completion
        && receipt.adapter == completion.adapter
}

fn is_of_adapter(answer: &PublishedAnswer, adapter: &AdapterAnchor) -> bool {
    !adapter.snapshot.is_zero()
        && adapter.influence_root == answer.receipt.influenceRoot
        && adapter.rule == keccak256(&answer.receipt.rule)
}

/// Whether the fee is the answer's, and the lines follow from its shares.
fn is_divided(answer: &PublishedAnswer, published: &Published<'_>) -> bool {
    let settled = &answer.proof.answer;
    let Some(version) = in_force(settled.splitVersion, answer.completion.timeS, published.splits)
    else {
        return false;
    };
    let follows = |owner: &Address| {
        let parties = Parties {
            owner: *owner,
            host: answer.completion.host,
            validators: published.validators,
            treasury: published.treasury,
        };
        let fee = Wei::new(settled.feeWei);
        lines(fee, &answer.receipt, &version.options, &parties).is_ok_and(|lines| {
            let lines = lines.iter().map(SettledLine::from);
            lines.eq(settled.lines.iter().cloned())
        })
    };
    settled.feeWei == answer.completion.feeWei && published.owners.iter().any(follows)
}

/// The split of this number, if an answer given at `time_s` may be divided by it.
fn in_force(number: u32, time_s: u64, splits: &[SplitVersion]) -> Option<&SplitVersion> {
    let place = splits.iter().position(|split| split.version == number)?;
    let version = splits.get(place)?;
    let next = splits.get(place.checked_add(1)?);
    let has_begun = time_s.saturating_add(GRACE_S) >= version.from_s;
    let is_over = next.is_some_and(|next| time_s >= next.from_s.saturating_add(GRACE_S));
    (has_begun && !is_over).then_some(version)
}

/// Two shares that are not in order, or name one row.
fn disorder(answer: &PublishedAnswer) -> Option<FraudProof> {
    let shares = &answer.receipt.shares;
    if answer.receipt.rule != RULE {
        return None;
    }
    let order = |share: &RecordShare| (Reverse(share.sharePpm), share.row);
    let mut seen: BTreeMap<u32, usize> = BTreeMap::new();
    for (second, share) in shares.iter().enumerate() {
        let before = second.checked_sub(1).and_then(|first| Some((first, shares.get(first)?)));
        let unordered = before.filter(|(_, before)| order(before) >= order(share));
        let first = unordered.map(|(first, _)| first).or_else(|| seen.get(&share.row).copied());
        if let Some(first) = first {
            return Some(FraudProof::Order { answer: answer.clone(), first, second });
        }
        seen.insert(share.row, second);
    }
    None
}

/// A share that names no row of the index, or a query of another length.
fn stranger(answer: &PublishedAnswer, index: &PublishedIndex) -> Option<FraudProof> {
    let shares = &answer.receipt.shares;
    let is_strange = |share: &RecordShare| index.row(share.row).is_none();
    let fits = answer.receipt.query.len() == index.rank();
    let share_at = shares.iter().position(|share| is_strange(share) || !fits)?;
    let (row, header) = (index.proof(0)?, index.header().clone());
    Some(FraudProof::Row { answer: answer.clone(), share_at, row, header })
}

/// A share whose score, record or contributor is not the row's.
fn wrong_score(answer: &PublishedAnswer, index: &PublishedIndex) -> Option<FraudProof> {
    let query = &answer.receipt.query;
    let is_wrong = |share: &RecordShare| {
        index.row(share.row).is_some_and(|row| {
            row.record() != share.record
                || row.contributor() != share.contributor
                || row.score(query) != Some(share.score.into())
        })
    };
    let share_at = answer.receipt.shares.iter().position(is_wrong)?;
    let row = index.proof(answer.receipt.shares.get(share_at)?.row)?;
    Some(FraudProof::Score { answer: answer.clone(), share_at, row })
}

/// The best row that is not listed, if it may not be missing.
fn omission(answer: &PublishedAnswer, index: &PublishedIndex) -> Option<FraudProof> {
    let receipt = &answer.receipt;
    if receipt.rule != RULE {
        return None;
    }
    let listed: BTreeSet<u32> = receipt.shares.iter().map(|share| share.row).collect();
    let scored = |(row, found): (u32, IndexRow<'_>)| Some((found.score(&receipt.query)?, row));
    let unlisted = (0..).zip(index.rows()).filter(|(row, _)| !listed.contains(row));
    let best = unlisted.filter_map(scored).max_by_key(|(score, row)| (*score, Reverse(*row)))?;
    if may_be_omitted(best, &receipt.shares) {
        return None;
    }
    Some(FraudProof::Omission { answer: answer.clone(), row: index.proof(best.1)? })
}

/// Whether eight listed rows without share, tokens or citation score higher, all that are listed for
/// their score among them. A row called a copy may be listed for repeating the answer's text.
fn may_be_omitted((score, row): (i128, u32), shares: &[RecordShare]) -> bool {
    let is_for_score = |share: &&RecordShare| {
        let is_cited = share.evidence & Evidence::Cited as u8 != 0;
        share.sharePpm == 0 && share.spanTokens == 0 && !is_cited
    };
    let is_higher = |share: &RecordShare| {
        let other = i128::from(share.score);
        other > score || (other == score && share.row < row)
    };
    let for_score = || shares.iter().filter(is_for_score);
    let all_higher =
        for_score().all(|share| is_higher(share) || share.reason == ZeroReason::Copy as u8);
    all_higher && for_score().filter(|share| is_higher(share)).count() >= LISTED_FOR_SCORE
}
