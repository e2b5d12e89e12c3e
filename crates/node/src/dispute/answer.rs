//! Recomputing one settled answer.

use attribution::{BrokenLink, Chain, InfluenceIndex, Signed, Verification};
use primitives::{ChainRecord as _, Signature, Wei, keccak256};
use settlement::{FraudProof, PublishedAnswer, RowProof, SettledLine, SplitVersion, split};

use super::{Ground, Wrong};

impl Ground<'_> {
    /// Everything about one answer that does not hold.
    pub(super) fn check(&self, answer: &PublishedAnswer) -> Vec<Wrong> {
        let mut wrongs = Vec::new();
        wrongs.extend(self.check_signature(answer));
        wrongs.extend(self.check_index(answer));
        if wrongs.is_empty() {
            wrongs.extend(self.check_attribution(answer));
        }
        wrongs.extend(self.check_split(answer));
        wrongs
    }

    fn check_signature(&self, answer: &PublishedAnswer) -> Option<Wrong> {
        let (settled, completion) = (&answer.proof.answer, &answer.completion);
        let id = completion.id();
        let is_about_it = answer.receipt.completion == id
            && answer.receipt.adapter == completion.adapter
            && settled.completion == id
            && settled.receipt == answer.receipt.id();
        let signature = Signature::from_bytes(&settled.signature).ok();
        let is_signed = signature.is_some_and(|signature| {
            signature.verify_record(&answer.receipt, self.chain_id, completion.host).is_ok()
        });
        if is_about_it && is_signed {
            return None;
        }
        let what = if is_about_it {
            "the host did not sign this attribution"
        } else {
            "the attribution is about another answer"
        };
        Some(Wrong::provable(id, what, FraudProof::Signature { answer: answer.clone() }))
    }

    fn check_index(&self, answer: &PublishedAnswer) -> Option<Wrong> {
        let anchor = self.anchors.get(&answer.completion.adapter)?;
        let is_anchored = anchor.owner != primitives::Address::ZERO
            && anchor.influence_root == answer.receipt.influenceRoot
            && anchor.rule == keccak256(&answer.receipt.rule);
        if is_anchored {
            return None;
        }
        let what = "the index or the rule is not that of an anchored adapter";
        let proof = FraudProof::Index { answer: answer.clone() };
        Some(Wrong::provable(answer.completion.id(), what, proof))
    }

    /// Scores, list and shares, by the published rows.
    fn check_attribution(&self, answer: &PublishedAnswer) -> Option<Wrong> {
        let id = answer.completion.adapter;
        let adapter = self.data.adapters.get(&id)?;
        let index = self.indexes.get(&id)?;
        let signature = Signature::from_bytes(&answer.proof.answer.signature).ok()?;
        let verification = Verification {
            chain: Chain { completion: &answer.completion, adapter },
            index,
            spoken: None,
            signed: Some(Signed { signature: &signature, chain_id: self.chain_id }),
        };
        let broken = attribution::verify(&answer.receipt, &verification).err()?;
        let what = crate::error::chain(&broken);
        Some(match proof(answer, index, &broken) {
            Some(proof) => Wrong::provable(answer.completion.id(), what, proof),
            None => {
                let completion = Some(crate::hex::hex(answer.completion.id()));
                Wrong { completion, ..Wrong::unprovable("attribution", &what) }
            }
        })
    }

    fn check_split(&self, answer: &PublishedAnswer) -> Option<Wrong> {
        let (settled, completion) = (&answer.proof.answer, &answer.completion);
        let wrong = |what: &str| {
            let proof = FraudProof::Split { answer: answer.clone() };
            Some(Wrong::provable(completion.id(), what, proof))
        };
        if settled.feeWei != completion.feeWei {
            return wrong("the fee is not the one of the completion");
        }
        let version = SplitVersion::in_force(self.splits, completion.timeS)?;
        if version.version != settled.splitVersion {
            return wrong("another split was in force when the answer was given");
        }
        let owner = self.data.adapters.get(&completion.adapter).map(|adapter| adapter.owner)?;
        let parties = self.contracts.parties(owner, completion.host);
        let fee = Wei::new(completion.feeWei);
        let lines = split(fee, &answer.receipt, &version.options, &parties).ok();
        let lines = lines.map(|lines| {
            let lines = lines.into_iter().map(|line| SettledLine {
                account: line.account,
                role: line.role.code(),
                amountWei: line.amount.get(),
            });
            lines.collect::<Vec<_>>()
        });
        if lines.as_ref() == Some(&settled.lines) {
            return None;
        }
        wrong("the lines do not follow from the shares and the split in force")
    }
}

/// The proof of a broken link, for those that the chain can check in one step.
fn proof(
    answer: &PublishedAnswer,
    index: &InfluenceIndex,
    broken: &BrokenLink,
) -> Option<FraudProof> {
    let place =
        |row: u32| answer.receipt.shares.iter().position(|share| share.row == row);
    match broken {
        BrokenLink::Score { row, .. } => Some(FraudProof::Score {
            answer: answer.clone(),
            share_at: place(*row)?,
            row: row_proof(index, *row)?,
        }),
        BrokenLink::Row { row } => row_fault(answer, index, *row),
        BrokenLink::Query { .. } => Some(FraudProof::Row {
            answer: answer.clone(),
            share_at: 0,
            row: row_proof(index, 0)?,
            header: header(index)?,
        }),
        BrokenLink::Omitted { row } => {
            Some(FraudProof::Omission { answer: answer.clone(), row: row_proof(index, *row)? })
        }
        BrokenLink::Order { place, .. } => {
            let first = place.checked_sub(1)?;
            Some(FraudProof::Order { answer: answer.clone(), first, second: *place })
        }
        _ => None,
    }
}

/// A listed row that is not in the index, is listed twice, or is somebody else's.
fn row_fault(answer: &PublishedAnswer, index: &InfluenceIndex, row: u32) -> Option<FraudProof> {
    let mut places = answer.receipt.shares.iter().enumerate();
    let mut places = places.by_ref().filter(|(_, share)| share.row == row).map(|(at, _)| at);
    let first = places.next()?;
    let answer = answer.clone();
    if row as usize >= index.rows().len() {
        let (row, header) = (row_proof(index, 0)?, header(index)?);
        return Some(FraudProof::Row { answer, share_at: first, row, header });
    }
    if let Some(second) = places.next() {
        return Some(FraudProof::Order { answer, first, second });
    }
    Some(FraudProof::Score { answer, share_at: first, row: row_proof(index, row)? })
}

fn row_proof(index: &InfluenceIndex, row: u32) -> Option<RowProof> {
    let leaf = index.leaf(row)?.into();
    Some(RowProof { row, leaf, siblings: index.proof(row).ok()?.siblings })
}

/// What stands before the first row: a leaf is its hash and a row.
fn header(index: &InfluenceIndex) -> Option<primitives::Bytes> {
    let row = index.leaf(0)?.len().checked_sub(32)?;
    let encoded = index.encode();
    let rows = row.checked_mul(index.rows().len())?;
    encoded.get(..encoded.len().checked_sub(rows)?).map(|header| header.to_vec().into())
}
