//! Accepting transactions: check, put into the pool, write, acknowledge.

use std::sync::Arc;

use alloy_consensus::Transaction as _;
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY};

use super::{Chain, Head, Turn, lock};
use crate::{
    admission::admit,
    error::{StoreError, SubmitError},
    executor::next_base_fee,
    pool::Pooled,
    state::Account,
    store::PoolChanges,
};

/// What the code of an account that delegates (EIP-7702) begins with.
const EIP7702_MAGIC: [u8; 3] = [0xef, 0x01, 0x00];
/// Fewer transactions than this are not worth a thread.
const PER_WORKER_MIN: usize = 16;

const STOPPED: SubmitError = SubmitError::Store(StoreError::Stopped);

/// A transaction in the pool whose write is still to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admitted {
    pub(super) hash: B256,
    pub(super) sequence: u64,
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
        self.write_journal(admitted.sequence)?;
        Ok(admitted.hash)
    }

    /// Accepts several transactions with one write; the results are in the order of the input.
    /// Signatures are recovered on [`Options::signature_workers`](crate::Options) threads.
    pub fn submit_all(&self, transactions: &[Bytes]) -> Vec<Result<B256, SubmitError>> {
        let accepted = self.accept_all(transactions);
        match self.flush() {
            Ok(()) => accepted,
            Err(_) => accepted.into_iter().map(|hash| hash.and(Err(STOPPED))).collect(),
        }
    }

    /// As [`Self::submit_all`], but before the write: until [`Self::flush`] has returned, nothing
    /// may be acknowledged. For callers that gather several of these into one write.
    pub fn accept_all(&self, transactions: &[Bytes]) -> Vec<Result<B256, SubmitError>> {
        let head = self.current();
        let checked = self.check_all(&head, transactions);
        let enter = |(checked, bytes): (Result<_, _>, &Bytes)| {
            self.enter(Arc::new(checked?), bytes).map(|admitted| admitted.hash)
        };
        checked.into_iter().zip(transactions).map(enter).collect()
    }

    /// Makes everything that was accepted durable.
    ///
    /// # Errors
    ///
    /// When the database fails; the chain takes no more writes then.
    pub fn flush(&self) -> Result<(), StoreError> {
        let sequence = self.pool().journal.last();
        self.write_journal(sequence)
    }

    /// Checks a transaction and puts it into the pool, not yet onto the disk.
    pub(super) fn admit(&self, bytes: &Bytes) -> Result<Admitted, SubmitError> {
        let pooled = self.check(&self.current(), bytes)?;
        self.enter(Arc::new(pooled), bytes)
    }

    /// Everything that can be said without the sender's account, the signature above all.
    fn check(&self, head: &Head, bytes: &Bytes) -> Result<Pooled, SubmitError> {
        let pooled = admit(bytes, None, &self.rules, &self.options, &head.header)?;
        let fee = pooled.transaction.max_fee_per_gas();
        match next_base_fee(&self.rules, &head.header) {
            Some(base_fee) if fee < u128::from(base_fee) => {
                Err(SubmitError::FeeBelowBaseFee { fee, base_fee })
            }
            _ => Ok(pooled),
        }
    }

    fn check_all(&self, head: &Head, transactions: &[Bytes]) -> Vec<Result<Pooled, SubmitError>> {
        let check = |part: &[Bytes]| -> Vec<_> {
            part.iter().map(|bytes| self.check(head, bytes)).collect()
        };
        let workers = self.options.signature_workers.min(transactions.len() / PER_WORKER_MIN);
        if workers < 2 {
            return check(transactions);
        }
        let parts = transactions.chunks(transactions.len().div_ceil(workers));
        std::thread::scope(|scope| {
            let parts: Vec<_> = parts.map(|part| scope.spawn(move || check(part))).collect();
            let checked = parts.into_iter().map(|part| part.join().expect("checks do not panic"));
            checked.flatten().collect()
        })
    }

    /// Puts a checked transaction into the pool.
    fn enter(&self, pooled: Arc<Pooled>, bytes: &Bytes) -> Result<Admitted, SubmitError> {
        // Pool and head change together under this lock, so the account is the pool's own.
        let mut pool = self.pool();
        let account = self.current().account(pooled.sender())?;
        self.check_sender(pooled.sender(), account)?;
        // Of blobs nothing is kept once they are checked.
        let has_blobs = pooled.transaction.is_eip4844();
        let stored = if has_blobs {
            pooled.transaction.inner().encoded_2718().into()
        } else {
            bytes.clone()
        };
        let sequence = pool.insert(&pooled, stored, account, &self.options)?;
        Ok(Admitted { hash: pooled.hash(), sequence })
    }

    /// EIP-3607 with the exception of EIP-7702: code that only delegates may send.
    fn check_sender(&self, sender: Address, account: Account) -> Result<(), SubmitError> {
        if account.code_hash == KECCAK256_EMPTY
            || self.store.reader()?.code(account.code_hash)?.starts_with(&EIP7702_MAGIC)
        {
            Ok(())
        } else {
            Err(SubmitError::SenderHasCode { sender })
        }
    }

    /// Makes everything in the pool's journal durable, unless another writer has done so since
    /// the change with this sequence number.
    pub(super) fn write_journal(&self, sequence: u64) -> Result<(), StoreError> {
        let mut turn = lock(&self.turn);
        if turn.written >= sequence {
            return Ok(());
        }
        self.with_journal(&mut turn, |changes| self.store.write_pool(changes))
    }

    /// Runs a write that includes the pool's journal so far and notes that it happened.
    pub(super) fn with_journal<T>(
        &self,
        turn: &mut Turn,
        write: impl FnOnce(&PoolChanges<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if turn.stopped {
            return Err(StoreError::Stopped);
        }
        let entries = self.pool().journal.take();
        let result = write(&PoolChanges { added: &entries.added, removed: &entries.removed });
        if result.is_ok() {
            turn.written = entries.last;
        } else {
            // Whether the write reached the disk is unknown, so memory may no longer be trusted.
            turn.stopped = true;
        }
        result
    }
}
