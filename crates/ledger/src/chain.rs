//! The chain: what it holds in memory, how it opens, accepts and seals.

mod call;
mod open;
mod reads;
mod seal;
mod submit;

pub use call::CallResult;
pub use reads::{AccountProof, SlotProof};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use alloy_consensus::{Header, Sealed};
use alloy_primitives::{Address, Bytes};

use crate::{options::Options, pool::Pool, rules::Rules, store::Store, trie::Trie};

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
    pool: Mutex<Pool>,
    /// Accepted by the pool and not yet on the disk.
    staged: Mutex<Staged>,
    /// Held by whoever writes to the database.
    turn: Mutex<Turn>,
}

/// The last block as reads need it.
#[derive(Debug)]
struct Head {
    header: Sealed<Header>,
    state: Trie,
}

/// Transactions for the next write, whoever makes it.
#[derive(Debug, Default)]
struct Staged {
    added: Vec<(Address, u64, Bytes)>,
    /// Sequence number of the last one ever added.
    last: u64,
}

/// What only the writer may touch.
#[derive(Debug, Default)]
struct Turn {
    /// Sequence number of the last staged transaction on the disk.
    written: u64,
    /// A write failed with unknown effect; only opening the chain again can tell.
    stopped: bool,
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
