//! Changes of the pool that are not on the disk yet.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes};

/// What the next write of the chain takes along, whoever makes it.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    added: BTreeMap<u64, (Address, Bytes)>,
    removed: Vec<u64>,
    /// Number of changes ever made.
    last: u64,
}

/// Changes that a write takes.
#[derive(Debug)]
pub(crate) struct Entries {
    /// Accepted transactions: position in the order of arrival, sender, EIP-2718 bytes.
    pub(crate) added: Vec<(u64, Address, Bytes)>,
    /// Positions of stored transactions that wait no more.
    pub(crate) removed: Vec<u64>,
    /// Sequence number of the last change among them, and before them.
    pub(crate) last: u64,
}

impl Journal {
    /// Notes a transaction to be stored; gives the sequence number of the note.
    pub(super) fn put(&mut self, arrival: u64, sender: Address, encoded: Bytes) -> u64 {
        self.added.insert(arrival, (sender, encoded));
        self.last = self.last.saturating_add(1);
        self.last
    }

    /// Notes that a transaction goes, stored or not.
    pub(super) fn remove(&mut self, arrival: u64) {
        if self.added.remove(&arrival).is_none() {
            self.removed.push(arrival);
        }
        self.last = self.last.saturating_add(1);
    }

    /// Sequence number of the last change.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Everything noted since the last call.
    pub(crate) fn take(&mut self) -> Entries {
        let added = std::mem::take(&mut self.added).into_iter();
        let added = added.map(|(arrival, (sender, encoded))| (arrival, sender, encoded));
        let removed = std::mem::take(&mut self.removed);
        Entries { added: added.collect(), removed, last: self.last }
    }
}
