//! What all requests share, and how it starts.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use datanet::Datanets;
use ledger::Chain;
use primitives::{Address, B256, Key, Wei};
use settlement::{
    BURN, ChainClient as _, ContractCall, Contracts, Deployment, Fees, SignedTransaction,
};
use storage::{Reader, StorageError, Store, Writer};

use crate::answer::AnswerQueue;
use crate::assets::AssetCache;
use crate::base::Base;
use crate::chain::Producer;
use crate::chain_server::CHAIN_FILE;
use crate::clock::now_s;
use crate::config::Config;
use crate::economy::Known;
use crate::error::{ApiError, StartError};
use crate::events::Events;
use crate::jobs::JobQueue;
use crate::keys::{BURNT, Keys, LOCAL, TREASURY, VALIDATORS};
use crate::outbox::Outbox;
use crate::periods::Closed;
use crate::tables::{ANSWERS, META, RESERVATIONS};

pub(crate) use crate::datanets::{Contributed, RecordQuery};

/// OPEN that the operator of a new chain starts with: the whole supply.
const SUPPLY_OPEN: u128 = 1_000_000_000;
const GENESIS_S: &str = "genesis_s";
const CHAIN_ID: &str = "chain_id";
const ANSWERS_OUT_OF_ORDER_MAX: u64 = 1024;
/// Longest wait for the contracts at the first start.
const DEPLOYMENT_WAIT: Duration = Duration::from_mins(1);

/// One node: its settings, its parts, and what they share.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) money: settlement::Options,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Keys,
    pub(crate) chain: Arc<Producer>,
    pub(crate) contracts: Contracts,
    pub(crate) datanets: Datanets,
    pub(crate) base: Option<Base>,
    pub(crate) assets: AssetCache,
    pub(crate) events: Events,
    pub(crate) answers: AnswerQueue,
    pub(crate) jobs: JobQueue,
    /// What each payer may spend.
    pub(crate) payers: Mutex<BTreeMap<Address, settlement::Account>>,
    pub(crate) closed: Mutex<Closed>,
    /// Held while a period is closed or claims are paid.
    pub(crate) closing: Mutex<()>,
    /// Held while an action with an idempotency key is looked up and sent.
    pub(crate) acting: Mutex<()>,
    pub(crate) known: Mutex<Known>,
    outbox: Outbox,
    nonce: AtomicU64,
}

impl Core {
    /// Opens everything; the second value is the sealing thread.
    pub(crate) fn open(config: Config) -> Result<(Arc<Self>, JoinHandle<()>), StartError> {
        let money = config.money()?;
        let base = Base::find(&config.base).map(|folder| Base::load(&folder)).transpose()?;
        let store = Arc::new(Store::open(&config.data)?);
        let keys = Keys::open(Arc::clone(&store))?;
        let (chain, sealing) = open_chain(&config, &store, &keys)?;
        let opened = Self::assemble(config, &money, base, store, keys, Arc::clone(&chain));
        let opened = opened.and_then(|core| {
            core.reconcile()
                .map_err(|source| StartError::Reconcile { source: Box::new(source) })?;
            Ok(core)
        });
        match opened {
            Ok(core) => Ok((Arc::new(core), sealing)),
            Err(error) => {
                chain.stop();
                drop(sealing.join());
                Err(error)
            }
        }
    }

    fn assemble(
        config: Config,
        money: &settlement::Options,
        base: Option<Base>,
        store: Arc<Store>,
        keys: Keys,
        chain: Arc<Producer>,
    ) -> Result<Self, StartError> {
        let contracts = deploy(&config, money, &keys, &chain)?;
        keys.name_contracts(&[
            (TREASURY, contracts.treasury()),
            (VALIDATORS, contracts.attestations),
            (BURNT, BURN),
        ]);
        let options = datanet::Options {
            file_bytes_max: usize::try_from(config.upload_bytes_max).unwrap_or(usize::MAX),
            ..datanet::Options::default()
        };
        let datanets = Datanets::new(Arc::clone(&store), config.chain_id, options);
        let nonce = first_nonce(&store)?;
        Ok(Self {
            money: *money,
            keys,
            chain,
            contracts,
            datanets,
            base,
            assets: AssetCache::default(),
            events: Events::default(),
            answers: AnswerQueue::new(config.answers_queue_max as usize),
            jobs: JobQueue::default(),
            payers: Mutex::default(),
            closed: Mutex::default(),
            closing: Mutex::default(),
            acting: Mutex::default(),
            known: Mutex::default(),
            outbox: Outbox::default(),
            nonce: AtomicU64::new(nonce),
            store,
            config,
        })
    }

    /// Brings store and chain together after whatever ended the node before.
    fn reconcile(&self) -> Result<(), ApiError> {
        let sent_again = self.outbox.resume(&self.store, &self.chain)?;
        let held = self.read(|tables| tables.scan(&RESERVATIONS, .., usize::MAX))?;
        self.write(|tables| {
            held.iter().try_for_each(|(nonce, _)| tables.remove(&RESERVATIONS, nonce))
        })?;
        if sent_again + held.len() > 0 {
            tracing::info!(sent_again, released = held.len(), "resumed after a stop");
        }
        self.open_periods()?;
        self.open_channels()?;
        for view in self.datanets.list().map_err(crate::datanets::refused)? {
            for snapshot in self.datanets.snapshots(view.id).map_err(crate::datanets::refused)? {
                self.anchor_snapshot(snapshot)?;
            }
        }
        self.fund_local()?;
        self.open_jobs()
    }

    /// The account `local` can pay from the first start on.
    fn fund_local(&self) -> Result<(), ApiError> {
        let local = self.keys.require(LOCAL)?;
        let balance = self.chain.balance(local.address()).map_err(ApiError::internal)?;
        if balance.is_zero() {
            self.grant(local.address())?;
        }
        let deposited = self.escrow_of(local.address())?;
        let is_first = self.read(|tables| tables.last(&ANSWERS))?.is_none();
        if is_first && deposited.limit == Wei::ZERO && self.config.local_deposit > Wei::ZERO {
            self.put_aside(&local, self.config.local_deposit)?;
        }
        Ok(())
    }

    /// Reads from one consistent view of the store.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, StorageError>,
    ) -> Result<T, ApiError> {
        self.store.tables().read(read).map_err(ApiError::internal)
    }

    /// Writes all or nothing, durably.
    pub(crate) fn write<T>(
        &self,
        write: impl FnOnce(&mut Writer) -> Result<T, StorageError>,
    ) -> Result<T, ApiError> {
        self.store.tables().write(write).map_err(ApiError::internal)
    }

    /// Sends calls of one account to the chain, each once, and waits for their blocks.
    pub(crate) fn send(
        &self,
        key: &Key,
        calls: &[ContractCall],
        purpose: &str,
    ) -> Result<Vec<B256>, ApiError> {
        self.outbox.send(&self.store, &self.chain, (key, calls), purpose, |_, _| Ok(()))
    }

    /// As [`Core::send`]; what `note` writes is durable exactly if the transactions are.
    pub(crate) fn send_noted(
        &self,
        key: &Key,
        calls: &[ContractCall],
        purpose: &str,
        note: impl FnOnce(&[SignedTransaction], &mut Writer) -> Result<(), StorageError>,
    ) -> Result<Vec<B256>, ApiError> {
        self.outbox.send(&self.store, &self.chain, (key, calls), purpose, note)
    }

    /// A serial number that no answer has had.
    pub(crate) fn next_nonce(&self) -> u64 {
        self.nonce.fetch_add(1, Ordering::Relaxed)
    }

    /// The base model, or what to do about its absence.
    pub(crate) fn require_base(&self) -> Result<&Base, ApiError> {
        self.base.as_ref().ok_or_else(|| {
            let status = axum::http::StatusCode::SERVICE_UNAVAILABLE;
            ApiError::new(status, "no_base_model", "the node runs without a base model").hint(
                "start it with `openledger up --base PATH`, a Hugging Face folder of a Llama model",
            )
        })
    }
}

/// A serial number above those of all answers. They are stored nearly in order: at most as many as
/// can wait and run at a time are out of it.
fn first_nonce(store: &Store) -> Result<u64, StartError> {
    let rows = store.tables().read(|tables| {
        let first = tables.len(&ANSWERS)?.saturating_sub(ANSWERS_OUT_OF_ORDER_MAX);
        tables.scan(&ANSWERS, first.., usize::MAX)
    })?;
    let mut next = 0;
    for (_, row) in rows {
        let completion = row.completion();
        let completion =
            completion.map_err(|source| StartError::Reconcile { source: Box::new(source) })?;
        next = next.max(completion.nonce + 1);
    }
    Ok(next)
}

fn open_chain(
    config: &Config,
    store: &Store,
    keys: &Keys,
) -> Result<(Arc<Producer>, JoinHandle<()>), StartError> {
    // Written before the chain is made, so that every start describes the same first block.
    let genesis_s = store.tables().write(|tables| {
        let known = tables.get(&META, &GENESIS_S.to_owned())?;
        let chain_id = tables.get(&META, &CHAIN_ID.to_owned())?.unwrap_or(config.chain_id);
        if chain_id != config.chain_id {
            return Err(StartError::OtherChain { stored: chain_id, wanted: config.chain_id });
        }
        let genesis_s = known.unwrap_or_else(now_s);
        tables.insert(&META, &GENESIS_S.to_owned(), &genesis_s)?;
        tables.insert(&META, &CHAIN_ID.to_owned(), &chain_id)?;
        Ok(genesis_s)
    })?;
    let supply = Wei::new(SUPPLY_OPEN.saturating_mul(Wei::OPEN.get()));
    let balances = BTreeMap::from([(keys.host(), supply)]);
    let genesis = settlement::genesis(config.chain_id, &balances, genesis_s);
    let options = ledger::Options { fee_recipient: keys.host(), ..ledger::Options::default() };
    let path = config.data.join(Path::new(CHAIN_FILE));
    let chain =
        Chain::open(&path, &genesis, options).map_err(|source| StartError::Chain { source })?;
    Ok(Producer::start(chain, Duration::from_millis(config.block_ms)))
}

fn deploy(
    config: &Config,
    money: &settlement::Options,
    keys: &Keys,
    chain: &Producer,
) -> Result<Contracts, StartError> {
    let deployment = |source| StartError::Deployment { source };
    let plan = Deployment::new(config.chain_id, keys.host(), &money.deployment);
    let plan = plan.map_err(deployment)?;
    // What a stopped node left in the pool may be half of a deployment.
    for waiting in chain.chain.waiting() {
        chain.wait(*waiting.inner.tx_hash(), DEPLOYMENT_WAIT);
    }
    let fees: Fees = chain.fees().map_err(|source| deployment(source.into()))?;
    for transaction in plan.missing(chain, keys.operator(), fees).map_err(deployment)? {
        let hash = settlement::ChainClient::submit(chain, &transaction.raw);
        let hash = hash.map_err(|source| deployment(source.into()))?;
        if !chain.wait(hash, DEPLOYMENT_WAIT) {
            return Err(StartError::NoBlock { transaction: hash });
        }
    }
    plan.verify(chain).map_err(deployment)?;
    Ok(*plan.contracts())
}
