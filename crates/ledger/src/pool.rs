//! Transactions that wait for a block: one queue per sender, in the order of the nonces.
//!
//! The pool is memory only; [`Chain`](crate::Chain) writes what it accepts to the database before
//! it acknowledges, and loads it again at the next start.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::Arc,
};

use alloy_consensus::{
    Transaction as _, TxEnvelope,
    transaction::{Recovered, TxHashRef as _},
};
use alloy_primitives::{Address, B256, U256};

use crate::{error::SubmitError, options::Options, state::Account};

/// A transaction that passed every check which does not depend on the state.
#[derive(Debug)]
pub(crate) struct Pooled {
    pub(crate) transaction: Recovered<TxEnvelope>,
    /// Most that it can cost in wei: gas limit times fee, plus value.
    pub(crate) cost: U256,
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

    /// Both fees exceed the other's by the percentage.
    fn outbids(&self, other: &Self, percent: u32) -> bool {
        let enough = |new: u128, old: u128| {
            let least = u128::from(percent).saturating_add(100).saturating_mul(old).div_ceil(100);
            new >= least
        };
        let tip = |tx: &Self| {
            let tx = &tx.transaction;
            tx.max_priority_fee_per_gas().unwrap_or_else(|| tx.max_fee_per_gas())
        };
        let (new, old) = (&self.transaction, &other.transaction);
        enough(new.max_fee_per_gas(), old.max_fee_per_gas()) && enough(tip(self), tip(other))
    }
}

/// The queues. Nonces of a queue may have gaps; what lies behind a gap waits.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    queues: BTreeMap<Address, BTreeMap<u64, Waiting>>,
    places: BTreeMap<B256, (Address, u64)>,
    arrivals: u64,
}

#[derive(Clone, Debug)]
struct Waiting {
    pooled: Arc<Pooled>,
    arrival: u64,
}

impl Pool {
    /// Number of waiting transactions.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn get(&self, hash: B256) -> Option<Arc<Pooled>> {
        let (sender, nonce) = self.places.get(&hash)?;
        self.at(*sender, *nonce)
    }

    pub(crate) fn at(&self, sender: Address, nonce: u64) -> Option<Arc<Pooled>> {
        let waiting = self.queues.get(&sender)?.get(&nonce)?;
        Some(Arc::clone(&waiting.pooled))
    }

    /// Every waiting transaction, by sender and nonce.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Pooled>> {
        self.queues.values().flat_map(BTreeMap::values).map(|waiting| &waiting.pooled)
    }

    /// The nonce after the sender's uninterrupted waiting transactions.
    pub(crate) fn next_nonce(&self, sender: Address, state_nonce: u64) -> u64 {
        let Some(queue) = self.queues.get(&sender) else { return state_nonce };
        let ready = queue.range(state_nonce..).zip(state_nonce..);
        let ready = ready.take_while(|((nonce, _), expected)| *nonce == expected).count();
        state_nonce.saturating_add(u64::try_from(ready).unwrap_or(u64::MAX))
    }

    /// Admits a transaction of a sender with this account. Returns what it replaced.
    pub(crate) fn insert(
        &mut self,
        pooled: Arc<Pooled>,
        account: Account,
        options: &Options,
    ) -> Result<Option<Arc<Pooled>>, SubmitError> {
        let (sender, nonce, hash) = (pooled.sender(), pooled.nonce(), pooled.hash());
        if self.places.contains_key(&hash) {
            return Err(SubmitError::AlreadyKnown { hash });
        }
        if nonce < account.nonce {
            return Err(SubmitError::NonceTooLow { next: account.nonce, nonce });
        }
        let queue = self.queues.get(&sender);
        let earlier = queue.into_iter().flat_map(|queue| queue.range(account.nonce..nonce));
        let cost = earlier
            .fold(pooled.cost, |cost, (_, waiting)| cost.saturating_add(waiting.pooled.cost));
        if cost > account.balance {
            let balance = account.balance;
            return Err(SubmitError::InsufficientFunds { sender, balance, cost });
        }
        let replaced = self.at(sender, nonce);
        if let Some(waiting) = &replaced {
            if !pooled.outbids(waiting, options.replacement_percent) {
                return Err(SubmitError::ReplacementUnderpriced { waiting: waiting.hash() });
            }
        } else {
            self.check_room(sender, options)?;
        }
        if let Some(waiting) = &replaced {
            self.places.remove(&waiting.hash());
        }
        self.places.insert(hash, (sender, nonce));
        self.arrivals = self.arrivals.saturating_add(1);
        let waiting = Waiting { pooled, arrival: self.arrivals };
        self.queues.entry(sender).or_default().insert(nonce, waiting);
        Ok(replaced)
    }

    fn check_room(&self, sender: Address, options: &Options) -> Result<(), SubmitError> {
        let limit = options.pool_transactions_per_sender_max;
        if self.len() >= options.pool_transactions_max {
            Err(SubmitError::PoolFull)
        } else if self.queues.get(&sender).is_some_and(|queue| queue.len() >= limit) {
            Err(SubmitError::SenderFull { sender, limit })
        } else {
            Ok(())
        }
    }

    /// Removes a transaction, unless another one has taken its place since.
    pub(crate) fn remove(&mut self, pooled: &Pooled) {
        let (sender, nonce, hash) = (pooled.sender(), pooled.nonce(), pooled.hash());
        if self.places.remove(&hash).is_none() {
            return;
        }
        if let Some(queue) = self.queues.get_mut(&sender) {
            queue.remove(&nonce);
            if queue.is_empty() {
                self.queues.remove(&sender);
            }
        }
    }

    /// The transactions in the order in which a block should try them.
    pub(crate) fn best(&self, base_fee: u64) -> Best {
        let queues: BTreeMap<Address, Vec<Waiting>> = self
            .queues
            .iter()
            .map(|(sender, queue)| (*sender, queue.values().rev().cloned().collect()))
            .collect();
        let mut best = Best { queues, heads: BinaryHeap::new(), base_fee };
        let senders: Vec<_> = best.queues.keys().copied().collect();
        for sender in senders {
            best.offer(sender);
        }
        best
    }
}

/// Highest tip first, first come first served among equals, nonces in order.
#[derive(Debug)]
pub(crate) struct Best {
    queues: BTreeMap<Address, Vec<Waiting>>,
    heads: BinaryHeap<(u128, Reverse<u64>, Address)>,
    base_fee: u64,
}

impl Best {
    /// The next transaction. Its sender's following one comes only after [`Self::offer`].
    pub(crate) fn next(&mut self) -> Option<Arc<Pooled>> {
        let (_, _, sender) = self.heads.pop()?;
        Some(self.queues.get_mut(&sender)?.pop()?.pooled)
    }

    /// Offers the sender's next transaction.
    pub(crate) fn offer(&mut self, sender: Address) {
        let Some(waiting) = self.queues.get(&sender).and_then(|queue| queue.last()) else { return };
        let transaction = &waiting.pooled.transaction;
        // Below the base fee the tip is zero; the executor says whether it can run at all.
        let tip = transaction.effective_tip_per_gas(self.base_fee).unwrap_or_default();
        self.heads.push((tip, Reverse(waiting.arrival), sender));
    }
}
