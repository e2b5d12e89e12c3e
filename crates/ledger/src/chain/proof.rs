//! Proofs (EIP-1186) against the state root of any block.

use alloy_eips::BlockId;
use alloy_primitives::{Address, Bytes, U256, keccak256};
use alloy_trie::TrieAccount;

use super::{Chain, reads::resolve};
use crate::{
    error::{ReadError, StoreError},
    state::Account,
    store::Reader,
    trie::Trie,
};

/// An account with the vertices that prove it, and some of its slots, against the state root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountProof {
    /// The account; the default one when it does not exist.
    pub account: Account,
    /// Root of its storage.
    pub storage_root: alloy_primitives::B256,
    /// RLP vertices from the state root to the account (EIP-1186).
    pub proof: Vec<Bytes>,
    /// The slots that were asked for, in that order.
    pub slots: Vec<SlotProof>,
}

/// A slot with the vertices that prove it against the storage root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotProof {
    /// Number of the slot.
    pub slot: U256,
    /// Its value, zero when it was never set.
    pub value: U256,
    /// RLP vertices from the storage root to the slot.
    pub proof: Vec<Bytes>,
}

/// The state trie that was asked for last and is not the latest.
#[derive(Clone, Debug)]
pub(super) struct Past {
    number: u64,
    state: Trie,
}

impl Chain {
    /// An account and slots of it with their proofs, after a block.
    ///
    /// The latest block is answered from memory. An older state is made once from the values
    /// that later blocks replaced, in one pass over them, and kept while it is asked for.
    ///
    /// # Errors
    ///
    /// [`ReadError::UnknownBlock`], or when the database fails.
    pub fn proof(
        &self,
        address: Address,
        slots: &[U256],
        block: BlockId,
    ) -> Result<AccountProof, ReadError> {
        let reader = self.store.reader()?;
        let state = self.state_trie(&reader, resolve(&reader, block)?)?;
        let key = keccak256(address);
        let (account, storage) = match state.get(key) {
            Some(leaf) => (decode::<TrieAccount>(&leaf.value)?, leaf.storage.clone()),
            None => (TrieAccount::default(), Trie::default()),
        };
        let slots = slots.iter().map(|slot| prove_slot(&storage, *slot));
        Ok(AccountProof {
            account: Account {
                nonce: account.nonce,
                balance: account.balance,
                code_hash: account.code_hash,
            },
            storage_root: account.storage_root,
            proof: state.proof(key),
            slots: slots.collect::<Result<_, _>>()?,
        })
    }

    /// The state trie after block `number`, which exists in the reader's snapshot.
    pub(super) fn state_trie(&self, reader: &Reader, number: u64) -> Result<Trie, ReadError> {
        let head = self.current();
        if head.header.number == number {
            return Ok(head.state.clone());
        }
        let past = super::lock(&self.past).clone();
        if let Some(past) = past.filter(|past| past.number == number) {
            return Ok(past.state);
        }
        // The head may be behind the snapshot or before it; whatever changed after `number` in
        // the snapshot takes its old value, and nothing else differs.
        let header = reader.header(number)?.ok_or(ReadError::UnknownBlock)?;
        let mut state = head.state.clone();
        reader.values_after(number)?.apply(&mut state);
        if state.root() != header.state_root {
            // The head was older than the block: only a race with a writer can do that.
            state = reader.state_trie()?;
            reader.values_after(number)?.apply(&mut state);
        }
        if state.root() != header.state_root {
            return Err(StoreError::Damaged { what: "history" }.into());
        }
        *super::lock(&self.past) = Some(Past { number, state: state.clone() });
        Ok(state)
    }
}

fn prove_slot(storage: &Trie, slot: U256) -> Result<SlotProof, StoreError> {
    let key = keccak256(slot.to_be_bytes::<32>());
    let value = match storage.get(key) {
        Some(leaf) => decode(&leaf.value)?,
        None => U256::ZERO,
    };
    Ok(SlotProof { slot, value, proof: storage.proof(key) })
}

fn decode<T: alloy_rlp::Decodable>(mut rlp: &[u8]) -> Result<T, StoreError> {
    T::decode(&mut rlp).ok().ok_or(StoreError::Damaged { what: "trie leaf" })
}
