//! The order in which a block tries the pending transactions.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use alloy_consensus::Transaction as _;
use alloy_primitives::Address;

use super::{Pool, Pooled};

/// Highest tip first, first come first served among equals, nonces in order.
///
/// It holds one place per sender and looks the transactions up when they are due, so that a
/// replacement that arrives meanwhile counts.
#[derive(Debug)]
pub(crate) struct Best {
    heads: BinaryHeap<(u128, Reverse<u64>, Address, u64)>,
    base_fee: u64,
    waits_for_base_fee: bool,
}

impl Best {
    /// Starts with the first pending transaction of each sender.
    pub(crate) fn new(pool: &Pool, base_fee: u64) -> Self {
        let heads = BinaryHeap::with_capacity(pool.lists.tails.len());
        let mut best = Self { heads, base_fee, waits_for_base_fee: false };
        for (_, _, sender) in &pool.lists.tails {
            if let Some(queue) = pool.queues.get(sender) {
                best.offer(pool, *sender, queue.base());
            }
        }
        best
    }

    /// The next transaction and its position in the order of arrival. Its sender's following one
    /// comes only after [`Self::offer`].
    pub(crate) fn next(&mut self, pool: &Pool) -> Option<(Arc<Pooled>, u64)> {
        loop {
            let (_, _, sender, nonce) = self.heads.pop()?;
            let waiting = pool.queues.get(&sender).and_then(|queue| queue.waiting.get(&nonce));
            if let Some(waiting) = waiting {
                return Some((Arc::clone(&waiting.pooled), waiting.arrival));
            }
        }
    }

    /// Offers the sender's pending transaction with this nonce, if there is one.
    pub(crate) fn offer(&mut self, pool: &Pool, sender: Address, nonce: u64) {
        let Some(queue) = pool.queues.get(&sender) else { return };
        let Some(waiting) = queue.waiting.get(&nonce).filter(|_| queue.is_pending(nonce)) else {
            return;
        };
        match waiting.pooled.transaction.effective_tip_per_gas(self.base_fee) {
            Some(tip) => self.heads.push((tip, Reverse(waiting.arrival), sender, nonce)),
            None => self.waits_for_base_fee = true,
        }
    }

    /// Some transaction waits only for the base fee to fall.
    pub(crate) fn waits_for_base_fee(&self) -> bool {
        self.waits_for_base_fee
    }
}
