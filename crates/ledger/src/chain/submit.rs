//! Accepting transactions: check, put into the pool, write, acknowledge.

use std::sync::Arc;

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes};

use super::{Chain, Turn, lock};
use crate::{
    admission::admit,
    error::{StoreError, SubmitError},
    executor::next_base_fee,
    pool::Pooled,
    state::StateAt,
    store::PoolChanges,
};

/// What the code of an account that delegates (EIP-7702) begins with.
const EIP7702_MAGIC: [u8; 3] = [0xef, 0x01, 0x00];

/// A transaction in the pool whose write is still to come.
pub(super) struct Admitted {
    pub(super) pooled: Arc<Pooled>,
    sequence: u64,
}

impl Chain {
    /// Accepts a signed transaction in its EIP-2718 encoding and returns its hash.
    ///
    /// It is on the disk when this returns. Concurrent calls share one write.
    ///
    /// # Errors
    ///
    /// [`SubmitError`], with the messages that wallets know; nothing is kept then.
    pub fn submit(&self, transaction: &Bytes) -> Result<B256, SubmitError> {
        let admitted = self.admit(transaction)?;
        self.write_staged(&admitted)?;
        Ok(admitted.pooled.hash())
    }

    /// Accepts several transactions with one write; the results are in the order of the input.
    pub fn submit_all(&self, transactions: &[Bytes]) -> Vec<Result<B256, SubmitError>> {
        let admitted: Vec<_> = transactions.iter().map(|bytes| self.admit(bytes)).collect();
        let write = |admitted: Admitted| {
            self.write_staged(&admitted)?;
            Ok(admitted.pooled.hash())
        };
        // The first write takes all of them along; the rest find theirs done.
        admitted.into_iter().map(|admitted| admitted.and_then(write)).collect()
    }

    /// Checks a transaction and puts it into the pool, not yet onto the disk.
    pub(super) fn admit(&self, bytes: &Bytes) -> Result<Admitted, SubmitError> {
        let head = self.current();
        let pooled = Arc::new(admit(bytes, &self.rules, &self.options, &head.header)?);
        let fee = pooled.transaction.max_fee_per_gas();
        if let Some(base_fee) = next_base_fee(&self.rules, &head.header)
            && fee < u128::from(base_fee)
        {
            return Err(SubmitError::FeeBelowBaseFee { fee, base_fee });
        }
        let reader = self.store.reader()?;
        let state = StateAt::new(&reader, head.header.number);
        check_sender(state, pooled.sender())?;
        let account = state.account(pooled.sender())?.unwrap_or_default();
        self.pool().insert(Arc::clone(&pooled), account, &self.options)?;
        let mut staged = lock(&self.staged);
        staged.last = staged.last.saturating_add(1);
        staged.added.push((pooled.sender(), pooled.nonce(), bytes.clone()));
        Ok(Admitted { pooled, sequence: staged.last })
    }

    /// Makes everything staged durable, unless another writer has done so meanwhile.
    pub(super) fn write_staged(&self, admitted: &Admitted) -> Result<(), StoreError> {
        let mut turn = lock(&self.turn);
        if turn.written >= admitted.sequence {
            return Ok(());
        }
        let result = self.with_staged(&mut turn, |added| {
            self.store.write_pool(&PoolChanges { added, removed: &[] })
        });
        if result.is_err() {
            self.pool().remove(&admitted.pooled);
        }
        result
    }

    /// Runs a write that includes everything staged so far and notes that it happened.
    pub(super) fn with_staged<T>(
        &self,
        turn: &mut Turn,
        write: impl FnOnce(&[(Address, u64, Bytes)]) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if turn.stopped {
            return Err(StoreError::Stopped);
        }
        let (added, last) = {
            let mut staged = lock(&self.staged);
            (std::mem::take(&mut staged.added), staged.last)
        };
        let result = write(&added);
        if result.is_ok() {
            turn.written = last;
        } else {
            // Whether the write reached the disk is unknown, so memory may no longer be trusted.
            turn.stopped = true;
        }
        result
    }
}

/// EIP-3607 with the exception of EIP-7702: code that only delegates may send.
fn check_sender(state: StateAt<'_>, sender: Address) -> Result<(), SubmitError> {
    let code = state.code(sender)?;
    if code.is_empty() || code.starts_with(&EIP7702_MAGIC) {
        Ok(())
    } else {
        Err(SubmitError::SenderHasCode { sender })
    }
}
