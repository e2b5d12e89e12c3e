//! The pool as `txpool_` methods show it.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use alloy_rpc_types_eth::Transaction;

use super::{Pool, Queue};
use crate::chain::waiting;

/// Waiting transactions by sender and nonce.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolContent {
    /// Those that could be executed now.
    pub pending: BTreeMap<Address, BTreeMap<u64, Transaction>>,
    /// Those behind a gap in their sender's nonces.
    pub queued: BTreeMap<Address, BTreeMap<u64, Transaction>>,
}

/// How full the pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Transactions that could be executed now.
    pub pending: usize,
    /// Transactions behind a gap in their sender's nonces.
    pub queued: usize,
    /// Memory of all of them, estimated from above, in bytes.
    pub bytes: usize,
}

impl Pool {
    /// All transactions of all senders, or of one.
    pub(crate) fn content(&self, sender: Option<Address>) -> PoolContent {
        let mut content = PoolContent::default();
        let of_one = sender.and_then(|sender| self.queues.get_key_value(&sender));
        match sender {
            Some(_) => of_one.into_iter().for_each(|(who, queue)| content.add(*who, queue)),
            None => self.queues.iter().for_each(|(who, queue)| content.add(*who, queue)),
        }
        content
    }

    pub(crate) fn status(&self) -> PoolStatus {
        PoolStatus {
            pending: self.pending_len(),
            queued: self.lists.queued.len(),
            bytes: self.lists.bytes,
        }
    }
}

impl PoolContent {
    fn add(&mut self, sender: Address, queue: &Queue) {
        let shown = |(nonce, entry): (&u64, &super::Waiting)| (*nonce, waiting(&entry.pooled));
        let pending: BTreeMap<_, _> = queue.waiting.range(..queue.end()).map(shown).collect();
        let queued: BTreeMap<_, _> = queue.waiting.range(queue.end()..).map(shown).collect();
        if !pending.is_empty() {
            self.pending.insert(sender, pending);
        }
        if !queued.is_empty() {
            self.queued.insert(sender, queued);
        }
    }
}
