//! Executing a stored chain again, in memory, and comparing all of it.

use std::path::Path;

use alloy_primitives::B256;

use super::{Chain, open::open_checked};
use crate::{
    error::{StoreError, VerifyError},
    import::RawBlock,
    options::Options,
    store::Reader,
};

/// Blocks after which the executed copy gives back the memory of replaced pages.
const GROUP: u64 = 64;

/// A chain whose every stored byte follows from its genesis and its transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Number of the last block that was executed again.
    pub number: u64,
    /// Number of the chain's last block.
    pub head: u64,
    /// Hash of the last block that was executed again.
    pub hash: B256,
    /// Entries of the database that were compared, once all blocks are executed.
    pub entries: u64,
}

impl Chain {
    /// Executes the chain in the file at `path` again from its genesis, into memory, and compares
    /// every block, receipt, account, slot and code, past and present. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first block that is not valid, or else the first entry that
    /// differs.
    pub fn verify(
        path: &Path,
        options: Options,
        mut progress: impl FnMut(&Verified),
    ) -> Result<Verified, VerifyError> {
        let (store, genesis) = open_checked(path, &options)?;
        let executed = Self::in_memory(&genesis, options)?;
        let reader = store.reader()?;
        let head = reader.head().ok_or(StoreError::Damaged { what: "head" })?;
        let first = reader.first()?.unwrap_or_default();
        let mut done = Verified { head, ..Verified::default() };
        (done.number, done.hash) = (first, genesis.hash());
        for number in first.saturating_add(1)..=head {
            let refused = |reason| VerifyError::Block { number, reason: Box::new(reason) };
            let block = raw_block(&reader, number).map_err(|error| refused(error.into()))?;
            done.hash = block.header.hash_slow();
            done.number = number;
            executed.import_block(block).map_err(refused)?;
            if number.is_multiple_of(GROUP) {
                executed.sync_blocks()?;
            }
            progress(&done);
        }
        drop(reader);
        executed.sync_blocks()?;
        match store.compare(&executed.store)? {
            Ok(entries) => Ok(Verified { entries, ..done }),
            Err(other) => Err(VerifyError::Different {
                table: other.table,
                key: other.key,
                stored: other.left,
                executed: other.right,
            }),
        }
    }
}

fn raw_block(reader: &Reader, number: u64) -> Result<RawBlock, StoreError> {
    let block = reader.block(number)?.ok_or(StoreError::Damaged { what: "header" })?;
    Ok(block.consensus())
}
