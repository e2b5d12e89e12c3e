//! What one sender has waiting, and the lists over all senders that follow from it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy_primitives::{Address, B256, U512};

use super::Pooled;

/// What a transaction offers for a place in the pool: tip and fee per gas, in wei.
pub(super) type Bid = (u128, u128);

/// Block time at which a queued transaction is not yet known to wait: before the next seal.
const FRESH: u64 = u64::MAX;

/// A transaction in its queue.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) pooled: Arc<Pooled>,
    /// Position in the order of arrival over the whole pool.
    pub(super) arrival: u64,
    /// Block time since which it is queued, in seconds.
    since_s: u64,
}

impl Waiting {
    pub(super) fn new(pooled: Arc<Pooled>, arrival: u64) -> Self {
        Self { pooled, arrival, since_s: FRESH }
    }
}

/// Where every transaction is, and which one goes first when room is needed.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) places: BTreeMap<B256, (Address, u64)>,
    /// Queued transactions, the cheapest and latest first.
    pub(super) queued: BTreeSet<(Bid, Reverse<u64>, Address, u64)>,
    /// Queued transactions by the block time since which they wait.
    ages: BTreeSet<(u64, Address, u64)>,
    /// The last pending transaction of each sender, the cheapest and latest first.
    pub(super) tails: BTreeSet<(Bid, Reverse<u64>, Address)>,
    /// Memory of all transactions, in bytes.
    pub(super) bytes: usize,
}

impl Lists {
    fn add(&mut self, waiting: &Waiting) {
        let pooled = &waiting.pooled;
        self.places.insert(pooled.hash(), (pooled.sender(), pooled.nonce()));
        self.bytes = self.bytes.saturating_add(pooled.bytes);
    }

    fn forget(&mut self, waiting: &Waiting) {
        self.places.remove(&waiting.pooled.hash());
        self.bytes = self.bytes.saturating_sub(waiting.pooled.bytes);
    }

    fn list_queued(&mut self, waiting: &Waiting) {
        let (sender, nonce) = (waiting.pooled.sender(), waiting.pooled.nonce());
        self.queued.insert((waiting.pooled.bid(), Reverse(waiting.arrival), sender, nonce));
        self.ages.insert((waiting.since_s, sender, nonce));
    }

    fn unlist_queued(&mut self, waiting: &Waiting) {
        let (sender, nonce) = (waiting.pooled.sender(), waiting.pooled.nonce());
        self.queued.remove(&(waiting.pooled.bid(), Reverse(waiting.arrival), sender, nonce));
        self.ages.remove(&(waiting.since_s, sender, nonce));
    }

    /// Places that are queued since `first_s` or, with [`FRESH`], not yet dated.
    fn fresh(&self) -> Vec<(Address, u64)> {
        let first = (FRESH, Address::ZERO, 0);
        self.ages.range(first..).map(|(_, sender, nonce)| (*sender, *nonce)).collect()
    }

    /// Places that are queued since `last_s` or before.
    pub(super) fn older(&self, last_s: u64) -> Vec<(Address, u64)> {
        let end = (last_s.saturating_add(1), Address::ZERO, 0);
        self.ages.range(..end).map(|(_, sender, nonce)| (*sender, *nonce)).collect()
    }
}

/// Transactions of one sender by nonce. The uninterrupted run from the account's nonce on is
/// pending; what lies behind a gap is queued.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Next nonce of the account.
    base: u64,
    /// First nonce after the pending run.
    end: u64,
    pub(super) waiting: BTreeMap<u64, Waiting>,
    /// Most that the pending run can cost, in wei.
    cost: U512,
}

impl Queue {
    pub(super) fn new(base: u64) -> Self {
        Self { base, end: base, ..Self::default() }
    }

    /// First nonce after the pending run.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// Most that the pending run can cost, in wei.
    pub(super) fn cost(&self) -> U512 {
        self.cost
    }

    pub(super) fn is_pending(&self, nonce: u64) -> bool {
        nonce < self.end
    }

    /// Number of transactions behind a gap.
    pub(super) fn queued_len(&self) -> usize {
        self.waiting.range(self.end..).count()
    }

    /// Key of the last pending transaction in [`Lists::tails`].
    pub(super) fn tail(&self) -> Option<(Bid, Reverse<u64>, Address)> {
        let (_, waiting) = self.waiting.range(..self.end).next_back()?;
        let pooled = &waiting.pooled;
        Some((pooled.bid(), Reverse(waiting.arrival), pooled.sender()))
    }

    /// Puts a transaction in, in place of the one with its nonce, which is returned.
    pub(super) fn put(&mut self, new: Waiting, lists: &mut Lists) -> Option<Waiting> {
        let nonce = new.pooled.nonce();
        // The old one first: until it has a date, the new one's places in the lists are the same.
        let replaced = self.waiting.remove(&nonce);
        if let Some(old) = &replaced {
            lists.forget(old);
            if self.is_pending(nonce) {
                self.cost = self.cost.saturating_sub(old.cost()).saturating_add(new.cost());
            } else {
                lists.unlist_queued(old);
            }
        }
        lists.add(&new);
        if nonce > self.end {
            lists.list_queued(&new);
        }
        self.waiting.insert(nonce, new);
        self.extend(lists);
        replaced
    }

    /// Takes a transaction out. Those that follow it in the run are queued then.
    pub(super) fn take(&mut self, nonce: u64, lists: &mut Lists) -> Option<Waiting> {
        let taken = self.waiting.remove(&nonce)?;
        lists.forget(&taken);
        if self.is_pending(nonce) {
            self.cost = self.cost.saturating_sub(taken.cost());
            for (_, waiting) in self.waiting.range_mut(nonce..self.end) {
                waiting.since_s = FRESH;
                lists.list_queued(waiting);
                self.cost = self.cost.saturating_sub(waiting.cost());
            }
            self.end = nonce.max(self.base);
        } else {
            lists.unlist_queued(&taken);
        }
        Some(taken)
    }

    /// The account's next nonce is now `base`: takes out what has a lower one.
    pub(super) fn advance(&mut self, base: u64, lists: &mut Lists) -> Vec<Waiting> {
        let mut stale = Vec::new();
        while let Some(entry) = self.waiting.first_entry()
            && *entry.key() < base
        {
            let (nonce, waiting) = entry.remove_entry();
            lists.forget(&waiting);
            if self.is_pending(nonce) {
                self.cost = self.cost.saturating_sub(waiting.cost());
            } else {
                lists.unlist_queued(&waiting);
            }
            stale.push(waiting);
        }
        self.base = base.max(self.base);
        self.end = self.end.max(self.base);
        self.extend(lists);
        stale
    }

    /// Makes pending what continues the run.
    fn extend(&mut self, lists: &mut Lists) {
        while let Some(waiting) = self.waiting.get(&self.end) {
            lists.unlist_queued(waiting);
            self.cost = self.cost.saturating_add(waiting.cost());
            self.end = self.end.saturating_add(1);
        }
    }
}

impl Waiting {
    fn cost(&self) -> U512 {
        U512::from(self.pooled.cost)
    }
}

/// Dates what has been queued since the last call.
pub(super) fn date_queued(queues: &mut BTreeMap<Address, Queue>, lists: &mut Lists, now_s: u64) {
    for (sender, nonce) in lists.fresh() {
        let queue = queues.get_mut(&sender);
        let Some(waiting) = queue.and_then(|queue| queue.waiting.get_mut(&nonce)) else { continue };
        lists.ages.remove(&(waiting.since_s, sender, nonce));
        waiting.since_s = now_s;
        lists.ages.insert((now_s, sender, nonce));
    }
}
