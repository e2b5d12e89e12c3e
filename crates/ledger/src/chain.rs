//! The chain: what it holds in memory, how it opens, accepts and seals.

mod build;
mod call;
mod export;
mod failure;
mod import;
mod open;
mod overlay;
mod overrides;
mod proof;
mod raw;
mod reads;
mod request;
mod seal;
mod simulate;
mod submit;
mod trace;
mod verify;

pub use build::{BuildAttributes, Built};
pub use call::{AccessListResult, CallResult};
pub use export::Exported;
pub use overrides::Overrides;
pub use proof::{AccountProof, SlotProof};
pub(crate) use reads::waiting;
pub use simulate::{SimulateBlock, SimulateRequest, SimulatedBlock, SimulatedCall};
pub use verify::Verified;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use alloy_consensus::{Header, Sealed};
use alloy_primitives::{Address, keccak256};
use alloy_trie::TrieAccount;

use crate::{
    error::StoreError, options::Options, pool::Pool, rules::Rules, state::Account, store::Store,
    trie::Trie,
};

/// An embedded EVM chain in one database file.
///
/// All methods take `&self`. Reads work on a snapshot of the last sealed block and wait for
/// nobody; writes (accepting transactions, sealing) take turns. What a method has acknowledged is
/// on the disk: a chain that is opened again after a crash at any moment has it.
#[derive(Debug)]
pub struct Chain {
    rules: Rules,
    options: Options,
    store: Store,
    /// Last sealed block; replaced as a whole after its write.
    head: RwLock<Arc<Head>>,
    /// Taken before `head` by whoever needs both.
    pool: Mutex<Pool>,
    /// Held by whoever makes the next block, from its parent to its write.
    next: Mutex<()>,
    /// Held by whoever writes to the database; taken after `next`.
    turn: Mutex<Turn>,
    /// An old state, for proofs.
    past: Mutex<Option<proof::Past>>,
}

/// The last block as reads need it.
#[derive(Debug)]
struct Head {
    header: Sealed<Header>,
    state: Trie,
}

/// What only the writer may touch.
#[derive(Debug, Default)]
struct Turn {
    /// Sequence number of the last change of the pool on the disk.
    written: u64,
    /// A write failed with unknown effect; only opening the chain again can tell.
    stopped: bool,
}

impl Head {
    /// An account after this block; the default one when it does not exist. Needs no disk.
    fn account(&self, address: Address) -> Result<Account, StoreError> {
        let Some(leaf) = self.state.get(keccak256(address)) else { return Ok(Account::default()) };
        let account = <TrieAccount as alloy_rlp::Decodable>::decode(&mut leaf.value.as_slice());
        let account = account.ok().ok_or(StoreError::Damaged { what: "trie leaf" })?;
        let TrieAccount { nonce, balance, code_hash, .. } = account;
        Ok(Account { nonce, balance, code_hash })
    }
}

impl Chain {
    fn current(&self) -> Arc<Head> {
        Arc::clone(&self.head.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        lock(&self.pool)
    }
}

/// A lock whose content is valid even when its last holder panicked: every holder changes it in
/// steps that each leave it usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
