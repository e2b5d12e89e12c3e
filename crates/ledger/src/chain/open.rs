//! Opening: a new database gets the genesis block, an old one must continue it.

use std::{
    path::Path,
    sync::{Arc, Mutex, RwLock},
};

use alloy_consensus::{Header, Sealed};
use alloy_eips::eip4895::Withdrawals;
use redb::{Builder, Database, DatabaseError, StorageBackend, StorageError};

use super::{Chain, Head, Turn};
use crate::{
    admission::admit,
    block::Block,
    error::{OpenError, StoreError, VerifyError},
    genesis::Genesis,
    options::Options,
    pool::Pool,
    rules::Rules,
    store::{PoolChanges, Reader, Store},
    trie::Trie,
};

impl Chain {
    /// Opens the chain in the file at `path`, or starts one there.
    ///
    /// The state is loaded whole and its root compared with the last header's.
    ///
    /// # Errors
    ///
    /// [`OpenError::InUse`] when another process has it open, [`OpenError::OtherGenesis`] when it
    /// is another network's, [`OpenError::StateRoot`] and [`OpenError::Store`] when it is damaged.
    pub fn open(path: &Path, genesis: &Genesis, options: Options) -> Result<Self, OpenError> {
        let database = builder(&options).create(path).map_err(open_error)?;
        Self::with_database(database, genesis, options)
    }

    /// Opens the chain that is in the file at `path`, whatever it was started from.
    ///
    /// # Errors
    ///
    /// As [`Self::open`], and [`OpenError::Missing`] when there is no chain.
    pub fn open_stored(path: &Path, options: Options) -> Result<Self, OpenError> {
        let (store, genesis) = open_store(path, &options)?;
        Self::with_store(store, &genesis, options)
    }

    /// Opens the chain on any storage that behaves like a file.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn open_backend(
        backend: impl StorageBackend,
        genesis: &Genesis,
        options: Options,
    ) -> Result<Self, OpenError> {
        let database = builder(&options).create_with_backend(backend).map_err(open_error)?;
        Self::with_database(database, genesis, options)
    }

    /// A chain that is gone when it is dropped.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn in_memory(genesis: &Genesis, options: Options) -> Result<Self, OpenError> {
        Self::open_backend(redb::backends::InMemoryBackend::new(), genesis, options)
    }

    fn with_database(
        database: Database,
        genesis: &Genesis,
        options: Options,
    ) -> Result<Self, OpenError> {
        Self::with_store(Store::new(database)?, genesis, options)
    }

    fn with_store(store: Store, genesis: &Genesis, options: Options) -> Result<Self, OpenError> {
        let rules = genesis.rules();
        let (header, state) = match store.reader()?.head() {
            Some(number) => load(&store.reader()?, number, genesis)?,
            None => start(&store, genesis)?,
        };
        let head = Head { header, state };
        let pool = load_pool(&store, &rules, &options, &head)?;
        Ok(Self {
            rules,
            options,
            store,
            head: RwLock::new(Arc::new(head)),
            pool: Mutex::new(pool),
            next: Mutex::new(()),
            turn: Mutex::new(Turn::default()),
            past: Mutex::new(None),
        })
    }
}

/// As [`open_store`], after a look at the checksum of every page.
pub(super) fn open_checked(
    path: &Path,
    options: &Options,
) -> Result<(Store, Genesis), VerifyError> {
    if path.is_file() {
        let mut database = builder(options).open(path).map_err(open_error)?;
        match database.check_integrity() {
            Ok(true) => {}
            Ok(false) | Err(DatabaseError::Storage(StorageError::Corrupted(_))) => {
                return Err(VerifyError::Checksum);
            }
            Err(error) => return Err(open_error(error).into()),
        }
    }
    Ok(open_store(path, options)?)
}

/// The database of an existing chain and what it was started from.
fn open_store(path: &Path, options: &Options) -> Result<(Store, Genesis), OpenError> {
    if !path.is_file() {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    let store = Store::new(builder(options).open(path).map_err(open_error)?)?;
    let stored = store.reader()?.genesis()?;
    let stored = stored.ok_or_else(|| OpenError::Missing { path: path.to_owned() })?;
    let genesis = Genesis::from_json(&stored).map_err(OpenError::Genesis)?;
    Ok((store, genesis))
}

fn builder(options: &Options) -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(options.cache_bytes);
    builder
}

fn open_error(error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::InUse,
        error => StoreError::from(error).into(),
    }
}

fn start(store: &Store, genesis: &Genesis) -> Result<(Sealed<Header>, Trie), OpenError> {
    let changes = genesis.changes();
    let mut state = Trie::default();
    changes.apply(&mut state);
    let header = genesis.header(state.root());
    let block = Block {
        header: header.clone(),
        transactions: Vec::new(),
        receipts: Vec::new(),
        ommers: Vec::new(),
        withdrawals: header.withdrawals_root.map(|_| Withdrawals::default()),
    };
    store.write_first(&block, &changes, &genesis.to_json())?;
    Ok((header, state))
}

fn load(
    reader: &Reader,
    number: u64,
    genesis: &Genesis,
) -> Result<(Sealed<Header>, Trie), OpenError> {
    let missing = || StoreError::Damaged { what: "header" };
    let first = reader.first()?.ok_or_else(missing)?;
    let stored = reader.hash(first)?.ok_or_else(missing)?;
    // The hash takes the root of the whole allocation; the same text has the same one.
    if reader.genesis()? != Some(genesis.to_json()) {
        let wanted = genesis.hash();
        if stored != wanted {
            return Err(OpenError::OtherGenesis { stored, wanted });
        }
    }
    let header = reader.header(number)?.ok_or_else(missing)?;
    let state = reader.state_trie()?;
    let (stated, computed) = (header.state_root, state.root());
    if stated != computed {
        return Err(OpenError::StateRoot { number, stated, computed });
    }
    Ok((header, state))
}

/// The pool as it was, without transactions that can no longer be executed.
fn load_pool(
    store: &Store,
    rules: &Rules,
    options: &Options,
    head: &Head,
) -> Result<Pool, StoreError> {
    let mut pool = Pool::default();
    let stored = store.reader()?.pool()?;
    for (arrival, sender, bytes) in &stored {
        let account = head.account(*sender)?;
        // What is refused now is stale: it is not among the arrivals below.
        drop(
            admit(bytes, Some(*sender), rules, options, &head.header)
                .and_then(|pooled| pool.load(*arrival, &Arc::new(pooled), account, options)),
        );
    }
    drop(pool.journal.take());
    let waiting = pool.arrivals();
    let mut stale: Vec<_> = stored.into_iter().map(|(arrival, ..)| arrival).collect();
    stale.retain(|arrival| !waiting.contains(arrival));
    if !stale.is_empty() {
        store.write_pool(&PoolChanges { added: &[], removed: &stale })?;
    }
    Ok(pool)
}

/// What is in the database, summed up for audits.
impl Chain {
    /// Sum of all balances in wei, read in one pass over all accounts.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn supply_wei(&self) -> Result<alloy_primitives::U256, StoreError> {
        self.store.reader()?.supply()
    }

    /// The state root computed anew from every stored account and slot.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn recompute_state_root(&self) -> Result<alloy_primitives::B256, StoreError> {
        self.store.reader()?.state_root()
    }
}
