//! The embedded chain and the thread that seals its blocks.
//!
//! **Block time.** Every block's time must exceed its parent's by a second or more, so a chain that
//! seals several blocks in a second runs ahead of the clock. It may by [`AHEAD_MAX_S`]: from half of
//! that on the pauses between blocks grow, up to one second, so that a burst is sealed at once and
//! a lasting load never moves the time of contracts further than that.
//!
//! **Failure.** The first write that fails ends sealing for good: nobody knows what reached the disk
//! (a second `fsync` may succeed without having written anything). The process is to end then, and
//! its next start reads what is there.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use ledger::{Block, Chain, SealError, StoreError, SubmitError};
use primitives::{B256, Bytes};
use tokio::sync::{broadcast, watch};

use crate::arrivals::Arrivals;
use crate::clock::{Stopwatch, now_s};
use crate::error::chain as causes;
use crate::intake::{Intake, Outcome};

#[cfg(test)]
mod tests;

/// Blocks that a slow subscriber may lag behind.
const BLOCKS_KEPT: usize = 256;
/// Pause after a block that could not be executed.
const RETRY: Duration = Duration::from_secs(1);
/// How far block time may run ahead of the clock, in seconds.
const AHEAD_MAX_S: u64 = 120;

/// The chain, its sealing thread, and whoever waits for blocks.
#[derive(Debug)]
pub(crate) struct Producer {
    /// The chain itself, for reads.
    pub(crate) chain: Arc<Chain>,
    /// What the pool took lately.
    pub(crate) arrivals: Arrivals,
    intake: Intake,
    blocks: broadcast::Sender<Arc<Block>>,
    state: Mutex<State>,
    /// There is something to seal, or the end has come.
    work: Condvar,
    /// A block was sealed, or the end has come.
    sealed: Condvar,
    /// Why the chain takes no more writes.
    failure: watch::Sender<Option<String>>,
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
            intake: Intake::default(),
            blocks: broadcast::Sender::new(BLOCKS_KEPT),
            // What a stopped node left in the pool is sealed first.
            state: Mutex::new(State { has_work: true, is_stopped: false }),
            work: Condvar::new(),
            sealed: Condvar::new(),
            failure: watch::Sender::new(None),
            pause,
        })
    }

    /// Accepts a signed transaction; it is durable when this returns, and in a block soon after.
    pub(crate) fn submit(&self, transaction: &Bytes) -> Result<B256, SubmitError> {
        let result = self.chain.submit(transaction);
        self.accepted(std::slice::from_ref(&result));
        result
    }

    /// Accepts signed transactions with one write; the results are in the order of the input. For
    /// batches: their signatures are checked in parallel.
    pub(crate) fn submit_all(&self, transactions: &[Bytes]) -> Vec<Result<B256, SubmitError>> {
        let results = self.chain.submit_all(transactions);
        self.accepted(&results);
        results
    }

    /// As [`Self::submit`] for async callers: everything that arrives during a write shares the
    /// next one, and no thread waits.
    pub(crate) async fn submit_soon(
        self: &Arc<Self>,
        transaction: Bytes,
    ) -> Result<B256, SubmitError> {
        match self.intake.push(transaction) {
            Some(reply) => {
                if reply.is_first {
                    let this = Arc::clone(self);
                    tokio::task::spawn_blocking(move || {
                        this.intake.work(
                            |transactions| this.chain.accept_all(transactions),
                            |outcomes| this.flush(outcomes),
                        );
                    });
                }
                reply.hash.await.unwrap_or(Err(SubmitError::Store(StoreError::Stopped)))
            }
            None => Err(SubmitError::PoolFull),
        }
    }

    /// Makes what the pool has accepted durable; otherwise nobody is told that it is.
    fn flush(&self, outcomes: &mut [Outcome]) {
        if let Err(error) = self.chain.flush() {
            self.fail(&error);
            for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_ok()) {
                *outcome = Err(SubmitError::Store(StoreError::Stopped));
            }
        }
        self.accepted(outcomes);
    }

    fn accepted(&self, results: &[Result<B256, SubmitError>]) {
        for result in results {
            match result {
                Ok(hash) => self.arrivals.push(*hash),
                Err(SubmitError::Store(error)) => self.fail(error),
                Err(_) => {}
            }
        }
        if results.iter().any(Result::is_ok) {
            self.lock().has_work = true;
            self.work.notify_one();
        }
    }

    /// Why the chain takes no more writes, once it does not.
    pub(crate) fn failure(&self) -> watch::Receiver<Option<String>> {
        self.failure.subscribe()
    }

    fn fail(&self, error: &(dyn std::error::Error + 'static)) {
        let cause = causes(error);
        self.failure.send_if_modified(|known| {
            let is_first = known.is_none();
            if is_first {
                tracing::error!(%cause, "the chain stopped and takes no more writes");
                *known = Some(cause);
            }
            is_first
        });
        self.stop();
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
            let waited = self.sealed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Seals a block even when nothing waits, so that contracts see the present.
    pub(crate) fn tick(&self) -> Result<(), SealError> {
        let block = self.chain.seal_even_empty(now_s()).inspect_err(|error| {
            if is_final(error) {
                self.fail(error);
            }
        })?;
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
        self.work.notify_all();
        self.sealed.notify_all();
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
                Err(error) if is_final(&error) => self.fail(&error),
                Err(error) => {
                    tracing::error!(cause = %causes(&error), "sealing failed");
                    self.lock().has_work = true;
                    self.rest(RETRY);
                }
            }
            self.notify_waiters();
            let ahead_s = self.chain.head().timestamp.saturating_sub(now_s());
            self.rest(pause(self.pause, ahead_s).saturating_sub(watch.elapsed()));
        }
        self.notify_waiters();
    }

    /// Holding the lock closes the gap between a waiter's look at the chain and its sleep.
    fn notify_waiters(&self) {
        let state = self.lock();
        self.sealed.notify_all();
        drop(state);
    }

    fn wait_for_work(&self) -> bool {
        let mut state = self.lock();
        while !state.has_work && !state.is_stopped {
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.has_work = false;
        !state.is_stopped
    }

    /// Rests unless the end has come. Only [`Self::stop`] changes what this waits for, so that
    /// submissions need not wake it.
    fn rest(&self, pause: Duration) {
        let watch = Stopwatch::start();
        let mut state = self.lock();
        while let Some(left) = pause.checked_sub(watch.elapsed()).filter(|left| !left.is_zero()) {
            if state.is_stopped {
                return;
            }
            let waited = self.sealed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Time from one block to the next when block time is `ahead_s` seconds ahead of the clock: the
/// `interval`, from half of [`AHEAD_MAX_S`] on more, and one second or more at all of it.
fn pause(interval: Duration, ahead_s: u64) -> Duration {
    let half = AHEAD_MAX_S / 2;
    let excess_s = ahead_s.saturating_sub(half).min(half);
    interval.max(Duration::from_millis(excess_s * 1000 / half))
}

/// The chain is of no more use: only its next start can tell what is on the disk.
fn is_final(error: &SealError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<StoreError>() {
            return true;
        }
        cause = error.source();
    }
    matches!(error, SealError::Store(_) | SealError::TimeExhausted { .. })
}
