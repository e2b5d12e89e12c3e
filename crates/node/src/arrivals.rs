//! The transactions that the pool took lately, for whoever follows them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use primitives::B256;
use tokio::sync::watch;

/// Arrivals that are remembered; who lags further behind has lost some.
const KEPT: usize = 16_384;

/// Hashes in the order of their arrival, each with a serial number from 0 on.
#[derive(Debug)]
pub(crate) struct Arrivals {
    kept: Mutex<VecDeque<B256>>,
    /// How many there ever were.
    count: watch::Sender<u64>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self { kept: Mutex::default(), count: watch::Sender::new(0) }
    }
}

impl Arrivals {
    /// Tells of an accepted transaction.
    pub(crate) fn push(&self, hash: B256) {
        let mut kept = self.lock();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(hash);
        self.count.send_modify(|count| *count = count.saturating_add(1));
    }

    /// How many there ever were: the serial number of the next one.
    pub(crate) fn count(&self) -> u64 {
        *self.count.borrow()
    }

    /// Wakes up whoever follows.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    /// The arrivals from this serial number on, the serial number after them, and whether some
    /// were forgotten before they could be read.
    pub(crate) fn since(&self, serial: u64) -> (Vec<B256>, u64, bool) {
        let kept = self.lock();
        let count = self.count();
        let oldest = count.saturating_sub(u64::try_from(kept.len()).unwrap_or(u64::MAX));
        let skipped = usize::try_from(serial.saturating_sub(oldest)).unwrap_or(usize::MAX);
        (kept.iter().skip(skipped).copied().collect(), count, serial < oldest)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<B256>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn followers_read_on_where_they_were() {
        let arrivals = Arrivals::default();
        let hash = |number: u64| B256::from(primitives::U256::from(number));
        (0..3).for_each(|number| arrivals.push(hash(number)));
        assert_eq!(arrivals.since(1), (vec![hash(1), hash(2)], 3, false));
        assert_eq!(arrivals.since(3), (vec![], 3, false));
        let many = KEPT as u64 + 1;
        (3..many).for_each(|number| arrivals.push(hash(number)));
        let (kept, count, lost) = arrivals.since(0);
        assert_eq!((kept.len(), count, lost), (KEPT, many, true));
        assert_eq!(kept[0], hash(1));
    }
}
