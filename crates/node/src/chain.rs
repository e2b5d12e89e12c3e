//! The embedded chain and the thread that seals its blocks.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use ledger::{Block, Chain, SealError, SubmitError};
use primitives::B256;
use tokio::sync::broadcast;

use crate::arrivals::Arrivals;
use crate::clock::{Stopwatch, now_s};
use crate::error::chain as causes;

/// Blocks that a slow subscriber may lag behind.
const BLOCKS_KEPT: usize = 256;
/// Pause after a failed seal.
const RETRY: Duration = Duration::from_secs(1);

/// The chain, its sealing thread, and whoever waits for blocks.
#[derive(Debug)]
pub(crate) struct Producer {
    /// The chain itself, for reads.
    pub(crate) chain: Arc<Chain>,
    /// What the pool took lately.
    pub(crate) arrivals: Arrivals,
    blocks: broadcast::Sender<Arc<Block>>,
    state: Mutex<State>,
    changed: Condvar,
    pause: Duration,
}

#[derive(Debug, Default)]
struct State {
    /// Transactions may wait for a block.
    has_work: bool,
    is_stopped: bool,
}

impl Producer {
    /// Starts sealing; at most one block per `pause`.
    pub(crate) fn start(chain: Chain, pause: Duration) -> (Arc<Self>, JoinHandle<()>) {
        let producer = Self::idle(chain, pause);
        let sealing = Arc::clone(&producer);
        let thread = crate::workers::spawn("seal", move || sealing.seal_until_stopped());
        (producer, thread)
    }

    /// A producer that never seals: what it accepts waits.
    pub(crate) fn idle(chain: Chain, pause: Duration) -> Arc<Self> {
        Arc::new(Self {
            chain: Arc::new(chain),
            arrivals: Arrivals::default(),
            blocks: broadcast::Sender::new(BLOCKS_KEPT),
            // What a stopped node left in the pool is sealed first.
            state: Mutex::new(State { has_work: true, is_stopped: false }),
            changed: Condvar::new(),
            pause,
        })
    }

    /// Accepts a signed transaction; it is durable when this returns, and in a block soon after.
    pub(crate) fn submit(&self, transaction: &primitives::Bytes) -> Result<B256, SubmitError> {
        let hash = self.chain.submit(transaction)?;
        self.arrivals.push(hash);
        self.lock().has_work = true;
        self.changed.notify_all();
        Ok(hash)
    }

    /// Waits until `hash` is in a block; `false` when the time is over or the node stops.
    pub(crate) fn wait(&self, hash: B256, limit: Duration) -> bool {
        let watch = Stopwatch::start();
        let mut state = self.lock();
        loop {
            if matches!(self.chain.receipt(hash), Ok(Some(_))) {
                return true;
            }
            let Some(left) = limit.checked_sub(watch.elapsed()) else { return false };
            if state.is_stopped {
                return false;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Seals a block even when nothing waits, so that contracts see the present.
    pub(crate) fn tick(&self) -> Result<(), SealError> {
        let block = self.chain.seal_even_empty(now_s())?;
        // An error only says that nobody listens.
        drop(self.blocks.send(Arc::new(block)));
        self.notify_waiters();
        Ok(())
    }

    /// Every block from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<Block>> {
        self.blocks.subscribe()
    }

    /// Ends the sealing thread after the block that it is at.
    pub(crate) fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seal_until_stopped(&self) {
        while self.wait_for_work() {
            let watch = Stopwatch::start();
            match self.chain.seal(now_s()) {
                Ok(Some(block)) => {
                    // An error only says that nobody listens.
                    drop(self.blocks.send(Arc::new(block)));
                    self.lock().has_work |= self.chain.pool_status().pending > 0;
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(cause = %causes(&error), "sealing failed");
                    self.lock().has_work = true;
                    self.rest(RETRY);
                }
            }
            self.notify_waiters();
            self.rest(self.pause.saturating_sub(watch.elapsed()));
        }
        self.notify_waiters();
    }

    /// Holding the lock closes the gap between a waiter's look at the chain and its sleep.
    fn notify_waiters(&self) {
        let state = self.lock();
        self.changed.notify_all();
        drop(state);
    }

    fn wait_for_work(&self) -> bool {
        let mut state = self.lock();
        while !state.has_work && !state.is_stopped {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.has_work = false;
        !state.is_stopped
    }

    fn rest(&self, pause: Duration) {
        let watch = Stopwatch::start();
        let mut state = self.lock();
        while let Some(left) = pause.checked_sub(watch.elapsed()).filter(|left| !left.is_zero()) {
            if state.is_stopped {
                return;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
