//! Changes of the pool that are not on the disk yet.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes};

/// What the next write of the chain takes along, whoever makes it. Of several changes to one
/// place the last counts.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    changes: BTreeMap<(Address, u64), Option<Bytes>>,
    /// Number of changes ever made.
    last: u64,
}

/// Changes that a write takes.
#[derive(Debug)]
pub(crate) struct Entries {
    /// Accepted transactions: sender, nonce, EIP-2718 bytes.
    pub(crate) added: Vec<(Address, u64, Bytes)>,
    /// Places of transactions that wait no more.
    pub(crate) removed: Vec<(Address, u64)>,
    /// Sequence number of the last change among them, and before them.
    pub(crate) last: u64,
}

impl Journal {
    /// Notes a transaction to be stored; gives the sequence number of the note.
    pub(super) fn put(&mut self, sender: Address, nonce: u64, encoded: Bytes) -> u64 {
        self.note(sender, nonce, Some(encoded))
    }

    /// Notes that what is stored in a place goes.
    pub(super) fn remove(&mut self, sender: Address, nonce: u64) {
        self.note(sender, nonce, None);
    }

    fn note(&mut self, sender: Address, nonce: u64, change: Option<Bytes>) -> u64 {
        self.changes.insert((sender, nonce), change);
        self.last = self.last.saturating_add(1);
        self.last
    }

    /// Everything noted since the last call.
    pub(crate) fn take(&mut self) -> Entries {
        let mut entries = Entries { added: Vec::new(), removed: Vec::new(), last: self.last };
        for ((sender, nonce), change) in std::mem::take(&mut self.changes) {
            match change {
                Some(encoded) => entries.added.push((sender, nonce, encoded)),
                None => entries.removed.push((sender, nonce)),
            }
        }
        entries
    }
}
