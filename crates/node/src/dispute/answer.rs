//! Recomputing one settled answer.

use attribution::{Chain, InfluenceIndex, Verification};
use primitives::{Address, ChainRecord as _, Completion};
use settlement::{
    ChainClient, Contracts, FraudProof, Published, PublishedAnswer, PublishedIndex, find_fraud,
};

use super::{CheckError, Facts, Wrong};
use crate::hex::hex;

/// Clocks of hosts differ from the chain's by less: around a transfer of the adapter both owners are
/// right.
const GRACE_S: u64 = 300;

/// The first thing about one answer that does not hold.
pub(super) fn check(
    answer: &PublishedAnswer,
    facts: &Facts<'_>,
    contracts: &Contracts,
    chain: &impl ChainClient,
) -> Result<Option<Wrong>, CheckError> {
    let completion = &answer.completion;
    let anchored = facts.adapter(completion.adapter);
    let owners = owners(completion, contracts, chain)?;
    let published = Published {
        chain_id: contracts.chain_id,
        splits: &facts.splits,
        adapter: anchored.anchor,
        owners: &owners,
        validators: contracts.attestations,
        treasury: contracts.treasury(),
        index: anchored.rows.as_ref(),
    };
    let id = completion.id();
    match find_fraud(answer, &published) {
        Ok(Some(proof)) => Ok(Some(Wrong::provable(id, said(&proof), proof))),
        Ok(None) => Ok(facts.check_shares(answer)),
        Err(error) => {
            let wrong = Wrong::unprovable("answers", &crate::error::chain(&error));
            Ok(Some(Wrong { completion: Some(hex(answer.proof.answer.completion)), ..wrong }))
        }
    }
}

/// Who owned the adapter around the time of the answer.
fn owners(
    completion: &Completion,
    contracts: &Contracts,
    chain: &impl ChainClient,
) -> Result<Vec<Address>, CheckError> {
    let (before, after) =
        (completion.timeS.saturating_sub(GRACE_S), completion.timeS.saturating_add(GRACE_S));
    let mut owners = Vec::new();
    for time_s in [before, after] {
        let owner = contracts.adapter_owner_at(chain, completion.adapter, time_s)?;
        if owner != Address::ZERO && !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    Ok(owners)
}

impl Facts<'_> {
    /// What the chain cannot be shown in one step: that the shares follow from the scores.
    fn check_shares(&self, answer: &PublishedAnswer) -> Option<Wrong> {
        let adapter = self.data.adapters.get(&answer.completion.adapter)?;
        let index = self.adapter(answer.completion.adapter).index.as_ref()?;
        let verification = Verification {
            chain: Chain { completion: &answer.completion, adapter },
            index,
            spoken: None,
            signed: None,
        };
        let broken = attribution::verify(&answer.receipt, &verification).err()?;
        let wrong = Wrong::unprovable("attribution", &crate::error::chain(&broken));
        Some(Wrong { completion: Some(hex(answer.completion.id())), ..wrong })
    }
}

/// The published rows of an adapter, for the chain's eyes and for ours.
pub(super) fn rows(bytes: &[u8]) -> (Option<PublishedIndex>, Option<InfluenceIndex>) {
    (PublishedIndex::read(bytes).ok(), InfluenceIndex::decode(bytes).ok())
}

/// What a proof shows, in words.
const fn said(proof: &FraudProof) -> &'static str {
    match proof {
        FraudProof::Score { .. } => "a listed row has another score, record or contributor",
        FraudProof::Omission { .. } => "a row that belongs on the list is not on it",
        FraudProof::Order { .. } => "the list is not in order, or names a row twice",
        FraudProof::Row { .. } => "a listed row, or the query, does not fit the index",
        FraudProof::Split { .. } => {
            "fee or lines do not follow from the answer, its shares and the split in force"
        }
        FraudProof::Signature { .. } => "the host did not sign an attribution of this answer",
        FraudProof::Nonce { .. } => "the answer, or another with its number, was paid before",
        FraudProof::Index { .. } => "the index or the rule is not that of an anchored adapter",
    }
}
