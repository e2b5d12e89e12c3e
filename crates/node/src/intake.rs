//! Submissions of async callers, gathered into groups that share a write.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledger::SubmitError;
use primitives::{B256, Bytes};
use tokio::sync::oneshot;

/// Most submissions that may wait for their group.
const WAITING_MAX: usize = 8_192;
/// Longest wait for a group as large as the one before. A write takes several times as long, and
/// whoever was in the last group is likely to come again.
const GATHER: Duration = Duration::from_micros(500);

pub(crate) type Outcome = Result<B256, SubmitError>;

/// What has arrived since the group that is being written.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    arrived: Mutex<Arrived>,
    complete: Condvar,
}

#[derive(Debug, Default)]
struct Arrived {
    transactions: Vec<Bytes>,
    replies: Vec<oneshot::Sender<Outcome>>,
    /// Somebody is at work and will take what arrives.
    has_worker: bool,
    /// Arrivals that the worker waits for.
    wanted: usize,
    /// Size of the last group.
    group: usize,
}

/// The place of a submission.
#[derive(Debug)]
pub(crate) struct Place {
    /// The hash, once the transaction is durable.
    pub(crate) hash: oneshot::Receiver<Outcome>,
    /// Nobody is at work: whoever holds this must call [`Intake::work`].
    pub(crate) is_first: bool,
}

impl Intake {
    /// A place in the next group, unless too many wait for one.
    pub(crate) fn push(&self, transaction: Bytes) -> Option<Place> {
        let mut arrived = self.lock();
        if arrived.replies.len() >= WAITING_MAX {
            return None;
        }
        let (reply, hash) = oneshot::channel();
        arrived.transactions.push(transaction);
        arrived.replies.push(reply);
        if arrived.wanted == arrived.replies.len() {
            self.complete.notify_one();
        }
        let is_first = !std::mem::replace(&mut arrived.has_worker, true);
        Some(Place { hash, is_first })
    }

    /// Takes group after group until nothing is left: `accept` puts transactions into the pool,
    /// `flush` makes them durable and, when it cannot, changes what they are told.
    pub(crate) fn work(
        &self,
        accept: impl Fn(&[Bytes]) -> Vec<Outcome>,
        flush: impl Fn(&mut [Outcome]),
    ) {
        loop {
            let (mut replies, mut outcomes) = (Vec::new(), Vec::new());
            // What arrives while signatures are checked still belongs to the group.
            while let Some((transactions, new)) = self.take(replies.len()) {
                outcomes.extend(accept(&transactions));
                replies.extend(new);
            }
            if replies.is_empty() {
                return;
            }
            flush(&mut outcomes);
            for (reply, outcome) in replies.into_iter().zip(outcomes) {
                // An error only says that the client is gone.
                drop(reply.send(outcome));
            }
        }
    }

    /// The arrivals that join a group of so many; `None` when it is complete.
    fn take(&self, group: usize) -> Option<(Vec<Bytes>, Vec<oneshot::Sender<Outcome>>)> {
        let mut arrived = self.lock();
        let missing = arrived.group.saturating_sub(group);
        // A single client has nobody to wait for.
        if arrived.group > 1 && arrived.replies.len() < missing {
            arrived.wanted = missing;
            let gathered = self.complete.wait_timeout_while(arrived, GATHER, |arrived| {
                arrived.replies.len() < arrived.wanted
            });
            arrived = gathered.unwrap_or_else(PoisonError::into_inner).0;
            arrived.wanted = 0;
        }
        if arrived.replies.is_empty() {
            // An idle moment does not count as a group.
            arrived.group = if group > 0 { group } else { arrived.group / 2 };
            arrived.has_worker = group > 0;
            return None;
        }
        let Arrived { transactions, replies, .. } = &mut *arrived;
        Some((std::mem::take(transactions), std::mem::take(replies)))
    }

    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
