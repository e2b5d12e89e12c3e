//! Transactions that wait for a block: one queue per sender, in the order of the nonces.
//!
//! A transaction is *pending* when it continues its sender's nonces without a gap, else *queued*,
//! as in go-ethereum. The pool is memory; what must be on the disk before it is acknowledged is
//! in its [`Journal`], which the next write of the [`Chain`](crate::Chain) takes along.
//!
//! Its memory is bounded, whatever is sent: by number, by bytes, per sender, and for queued
//! transactions by time. When it is full a pending transaction displaces the cheapest queued one,
//! or else the cheapest last pending one of another sender, which it must outbid like a
//! replacement; a queued one displaces only cheaper queued ones. Nothing is displaced for a
//! transaction that is refused in the end.

mod best;
mod content;
mod journal;
mod queue;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy_consensus::{
    Transaction as _, TxEnvelope,
    transaction::{Recovered, TxHashRef as _},
};
use alloy_primitives::{Address, B256, Bytes, U256, U512};

use crate::{error::SubmitError, options::Options, state::Account};

pub(crate) use best::Best;
pub use content::{PoolContent, PoolStatus};
pub(crate) use journal::Journal;
use queue::{Bid, Lists, Queue, Waiting};

/// A transaction that passed every check which does not depend on the state.
#[derive(Debug)]
pub(crate) struct Pooled {
    pub(crate) transaction: Recovered<TxEnvelope>,
    /// Most that it can cost in wei: gas limit times fee, plus value.
    pub(crate) cost: U256,
    /// Memory that it takes in the pool, estimated from above, in bytes.
    pub(crate) bytes: usize,
}

impl Pooled {
    pub(crate) fn sender(&self) -> Address {
        self.transaction.signer()
    }

    pub(crate) fn nonce(&self) -> u64 {
        self.transaction.nonce()
    }

    pub(crate) fn hash(&self) -> B256 {
        *self.transaction.tx_hash()
    }

    /// Tip and fee per gas, in wei.
    fn bid(&self) -> Bid {
        let fee = self.transaction.max_fee_per_gas();
        (self.transaction.max_priority_fee_per_gas().unwrap_or(fee), fee)
    }

    /// Both fees exceed the other's by the percentage.
    fn outbids(&self, (old_tip, old_fee): Bid, percent: u32) -> bool {
        let enough = |new: u128, old: u128| {
            let least = u128::from(percent).saturating_add(100).saturating_mul(old).div_ceil(100);
            new >= least
        };
        let (tip, fee) = self.bid();
        enough(fee, old_fee) && enough(tip, old_tip)
    }
}

/// The queues of all senders.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    queues: BTreeMap<Address, Queue>,
    lists: Lists,
    arrivals: u64,
    pub(crate) journal: Journal,
}

impl Pool {
    /// Number of waiting transactions.
    pub(crate) fn len(&self) -> usize {
        self.lists.places.len()
    }

    /// Number of transactions that could be executed now.
    pub(crate) fn pending_len(&self) -> usize {
        self.len().saturating_sub(self.lists.queued.len())
    }

    pub(crate) fn get(&self, hash: B256) -> Option<Arc<Pooled>> {
        let (sender, nonce) = self.lists.places.get(&hash)?;
        self.at(*sender, *nonce)
    }

    pub(crate) fn at(&self, sender: Address, nonce: u64) -> Option<Arc<Pooled>> {
        let waiting = self.queues.get(&sender)?.waiting.get(&nonce)?;
        Some(Arc::clone(&waiting.pooled))
    }

    /// As [`Self::insert`], for what is on the disk at this position of the order of arrival.
    pub(crate) fn load(
        &mut self,
        arrival: u64,
        pooled: &Arc<Pooled>,
        account: Account,
        options: &Options,
    ) -> Result<(), SubmitError> {
        self.arrivals = arrival.saturating_sub(1);
        let inserted = self.insert(pooled, Bytes::new(), account, options);
        self.arrivals = arrival;
        inserted.map(drop)
    }

    /// Positions of all waiting transactions in the order of arrival.
    pub(crate) fn arrivals(&self) -> BTreeSet<u64> {
        let queues = self.queues.values();
        queues.flat_map(|queue| queue.waiting.values().map(|waiting| waiting.arrival)).collect()
    }

    /// Every waiting transaction, by sender and nonce.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Pooled>> {
        self.queues.values().flat_map(|queue| queue.waiting.values().map(|waiting| &waiting.pooled))
    }

    /// The nonce after the sender's uninterrupted waiting transactions.
    pub(crate) fn next_nonce(&self, sender: Address, state_nonce: u64) -> u64 {
        self.queues.get(&sender).map_or(state_nonce, Queue::end)
    }

    /// Admits a transaction of a sender whose account is this after the last block. Gives the
    /// sequence number of its journal entry, which a write must reach before the acknowledgement.
    pub(crate) fn insert(
        &mut self,
        pooled: &Arc<Pooled>,
        encoded: Bytes,
        account: Account,
        options: &Options,
    ) -> Result<u64, SubmitError> {
        let (sender, nonce, hash) = (pooled.sender(), pooled.nonce(), pooled.hash());
        if self.lists.places.contains_key(&hash) {
            return Err(SubmitError::AlreadyKnown { hash });
        }
        let queue = self.queues.get(&sender);
        let next = queue.map_or(account.nonce, |queue| account.nonce.max(queue.base()));
        if nonce < next {
            return Err(SubmitError::NonceTooLow { next, nonce });
        }
        let replaced = self.at(sender, nonce);
        self.check_funds(pooled, account, replaced.as_deref())?;
        if let Some(waiting) = &replaced
            && !pooled.outbids(waiting.bid(), options.replacement_percent)
        {
            return Err(SubmitError::ReplacementUnderpriced { waiting: waiting.hash() });
        }
        let end = queue.map_or(next, Queue::end);
        let entry = Entry { pooled, is_queued: nonce > end, replaced: replaced.as_deref() };
        if replaced.is_none() {
            self.check_sender_room(&entry, options)?;
        }
        for (sender, nonce) in self.displaced(&entry, options)? {
            self.take(sender, nonce);
        }
        self.arrivals = self.arrivals.saturating_add(1);
        let waiting = Waiting::new(Arc::clone(pooled), self.arrivals);
        if let Some(old) = self.change(sender, next, |queue, lists| queue.put(waiting, lists)) {
            self.journal.remove(old.arrival);
        }
        Ok(self.journal.put(self.arrivals, sender, encoded))
    }

    /// The balance must cover the pending run with the new transaction.
    fn check_funds(
        &self,
        pooled: &Pooled,
        account: Account,
        replaced: Option<&Pooled>,
    ) -> Result<(), SubmitError> {
        let (sender, nonce) = (pooled.sender(), pooled.nonce());
        let queue = self.queues.get(&sender);
        let mut cost = queue.map_or(U512::ZERO, Queue::cost);
        if queue.is_some_and(|queue| queue.is_pending(nonce)) {
            cost = cost.saturating_sub(replaced.map_or(U512::ZERO, |old| U512::from(old.cost)));
        }
        let cost = cost.saturating_add(U512::from(pooled.cost));
        if cost > U512::from(account.balance) {
            let cost = cost.saturating_to::<U256>();
            return Err(SubmitError::InsufficientFunds { sender, balance: account.balance, cost });
        }
        Ok(())
    }

    fn check_sender_room(&self, entry: &Entry<'_>, options: &Options) -> Result<(), SubmitError> {
        let sender = entry.pooled.sender();
        let Some(queue) = self.queues.get(&sender) else { return Ok(()) };
        let limit = options.pool_transactions_per_sender_max;
        if queue.waiting.len() >= limit {
            return Err(SubmitError::SenderFull { sender, limit });
        }
        let limit = options.pool_queued_per_sender_max;
        if entry.is_queued && queue.queued_len() >= limit {
            return Err(SubmitError::SenderFull { sender, limit });
        }
        Ok(())
    }

    /// Places that must become free before the transaction has room; nothing changes here.
    fn displaced(
        &self,
        entry: &Entry<'_>,
        options: &Options,
    ) -> Result<Vec<(Address, u64)>, SubmitError> {
        let freed = entry.replaced.map_or((0, 0), |old| (1, old.bytes));
        let count = self.len().saturating_add(1).saturating_sub(freed.0);
        let bytes = self.lists.bytes.saturating_add(entry.pooled.bytes).saturating_sub(freed.1);
        let mut count_over = count.saturating_sub(options.pool_transactions_max);
        let mut bytes_over = bytes.saturating_sub(options.pool_bytes_max);
        let queued = self.lists.queued.len().saturating_add(1).saturating_sub(freed.0);
        if entry.is_queued {
            count_over = count_over.max(queued.saturating_sub(options.pool_queued_max));
        }
        let mut places = Vec::new();
        let mut cheapest = self.cheapest(entry, options.replacement_percent);
        while count_over > 0 || bytes_over > 0 {
            let Some(victim) = cheapest.next() else { return Err(self.no_room(entry)) };
            count_over = count_over.saturating_sub(1);
            bytes_over = bytes_over.saturating_sub(victim.bytes);
            places.push((victim.sender(), victim.nonce()));
        }
        Ok(places)
    }

    /// What the transaction may displace, in that order.
    fn cheapest<'a>(
        &'a self,
        entry: &'a Entry<'_>,
        percent: u32,
    ) -> impl Iterator<Item = &'a Arc<Pooled>> {
        let pooled = entry.pooled;
        let is_other = |sender: Address, nonce: u64| (sender, nonce) != entry.place();
        let queued = self.lists.queued.iter();
        let queued = queued
            .take_while(|(bid, ..)| !entry.is_queued || *bid < pooled.bid())
            .filter(move |(_, _, sender, nonce)| is_other(*sender, *nonce))
            .filter_map(|(_, _, sender, nonce)| self.queues.get(sender)?.waiting.get(nonce));
        let pending = self.lists.tails.iter().filter(|_| !entry.is_queued);
        let pending = pending
            .take_while(move |(bid, ..)| pooled.outbids(*bid, percent))
            .filter(|(_, _, sender)| *sender != pooled.sender())
            .filter_map(|(_, _, sender)| {
                let queue = self.queues.get(sender)?;
                Some(queue.waiting.range(..queue.end()).next_back()?.1)
            });
        queued.chain(pending).map(|waiting| &waiting.pooled)
    }

    fn no_room(&self, entry: &Entry<'_>) -> SubmitError {
        let least = self.lists.tails.first().map(|(bid, ..)| *bid);
        match least {
            Some((tip, fee)) if !entry.is_queued => SubmitError::Underpriced { tip, fee },
            _ => SubmitError::PoolFull,
        }
    }

    /// Removes a transaction that will not be executed, from the disk too, unless another one has
    /// taken its place since.
    pub(crate) fn remove(&mut self, pooled: &Pooled) {
        if self.lists.places.contains_key(&pooled.hash()) {
            self.take(pooled.sender(), pooled.nonce());
        }
    }

    fn take(&mut self, sender: Address, nonce: u64) {
        if self.queues.contains_key(&sender)
            && let Some(taken) = self.change(sender, 0, |queue, lists| queue.take(nonce, lists))
        {
            self.journal.remove(taken.arrival);
        }
    }

    /// A block has brought the account to this nonce: what has a lower one goes. Transactions
    /// that are in the block leave the disk with it; `included` says which.
    pub(crate) fn advance(
        &mut self,
        sender: Address,
        nonce: u64,
        mut included: impl FnMut(&Pooled) -> bool,
    ) {
        if self.queues.get(&sender).is_none_or(|queue| queue.base() >= nonce) {
            return;
        }
        let gone = self.change(sender, nonce, |queue, lists| queue.advance(nonce, lists));
        for waiting in gone.iter().filter(|waiting| !included(&waiting.pooled)) {
            self.journal.remove(waiting.arrival);
        }
    }

    /// Removes what has been queued since before `now_s - lifetime_s`, both in block time.
    pub(crate) fn expire(&mut self, now_s: u64, lifetime_s: u64) {
        queue::date_queued(&mut self.queues, &mut self.lists, now_s);
        let Some(last_s) = now_s.checked_sub(lifetime_s) else { return };
        for (sender, nonce) in self.lists.older(last_s) {
            self.take(sender, nonce);
        }
    }

    /// Changes one queue, which starts at `base` when it is new, and keeps the lists true.
    fn change<T>(
        &mut self,
        sender: Address,
        base: u64,
        change: impl FnOnce(&mut Queue, &mut Lists) -> T,
    ) -> T {
        let queue = self.queues.entry(sender).or_insert_with(|| Queue::new(base));
        let before = queue.tail();
        let result = change(queue, &mut self.lists);
        let after = queue.tail();
        if queue.waiting.is_empty() {
            self.queues.remove(&sender);
        }
        if before != after {
            before.map(|tail| self.lists.tails.remove(&tail));
            after.map(|tail| self.lists.tails.insert(tail));
        }
        result
    }
}

/// A transaction on its way in.
struct Entry<'a> {
    pooled: &'a Arc<Pooled>,
    is_queued: bool,
    replaced: Option<&'a Pooled>,
}

impl Entry<'_> {
    fn place(&self) -> (Address, u64) {
        (self.pooled.sender(), self.pooled.nonce())
    }
}
