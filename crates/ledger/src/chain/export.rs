//! Blocks for others, as `geth import` reads them.

use std::io::Write;

use alloy_consensus::BlockHeader as _;

use super::Chain;
use crate::error::{ExportError, StoreError};

/// How far an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// First block.
    pub first: u64,
    /// Last block so far.
    pub last: u64,
    /// Bytes written so far.
    pub bytes: u64,
}

impl Chain {
    /// Writes the RLP of the blocks `first` to `last`, one after the other, and calls `progress`
    /// after each. The ends that are left open are the block after the first one, which others make
    /// from the genesis themselves, and the latest.
    ///
    /// # Errors
    ///
    /// [`ExportError::Range`] when the chain has no such blocks; nothing is written then.
    pub fn export(
        &self,
        mut target: impl Write,
        first: Option<u64>,
        last: Option<u64>,
        mut progress: impl FnMut(&Exported),
    ) -> Result<Exported, ExportError> {
        let reader = self.store.reader()?;
        let missing = || StoreError::Damaged { what: "header" };
        let lowest = reader.first()?.ok_or_else(missing)?;
        let head = self.head().number();
        let last = last.unwrap_or(head);
        // A chain of the first block alone has nothing but it to give.
        let first = first.unwrap_or_else(|| lowest.saturating_add(1).min(head));
        if first < lowest || first > last || last > head {
            return Err(ExportError::Range { first, last, lowest, head });
        }
        let mut done = Exported { first, last: first, bytes: 0 };
        for number in first..=last {
            let block = reader.block(number)?.ok_or_else(missing)?.rlp();
            let failed = |source| ExportError::Write { number, source };
            target.write_all(&block).map_err(failed)?;
            done.bytes = done.bytes.saturating_add(u64::try_from(block.len()).unwrap_or(u64::MAX));
            done.last = number;
            progress(&done);
        }
        target.flush().map_err(|source| ExportError::Write { number: last, source })?;
        Ok(done)
    }
}
