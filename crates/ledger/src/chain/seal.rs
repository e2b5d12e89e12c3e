//! Sealing: take the best transactions, run them, write the block, then show it.

use std::sync::{Arc, PoisonError};

use alloy_consensus::{Header, transaction::TxHashRef as _};
use alloy_primitives::{B256, Bytes};

use super::{Chain, Head, lock};
use crate::{
    block::Block,
    error::{SealError, SubmitError},
    executor::{Run, Verdict, next_header},
    pool::{Best, Pool, Pooled},
    state::{Changes, StateAt},
    store::PoolChanges,
    trie::Trie,
};

/// Least gas of any transaction.
const TRANSACTION_GAS_MIN: u64 = 21_000;

/// When a block without transactions is worth a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Empty {
    /// Never, unless transactions wait for the base fee to fall.
    Skip,
    /// Always.
    Seal,
}

impl Chain {
    /// Seals a block of the waiting transactions, at `timestamp_s` seconds since 1970 or one
    /// second after the last block, whichever is later. `None` when nothing can be executed.
    ///
    /// The block is on the disk when this returns. An interval producer calls this on its ticks,
    /// an instant one after each submission.
    ///
    /// # Errors
    ///
    /// [`SealError`]; the chain is as before then.
    pub fn seal(&self, timestamp_s: u64) -> Result<Option<Block>, SealError> {
        self.seal_if(timestamp_s, Empty::Skip)
    }

    /// As [`Self::seal`], but seals an empty block when nothing waits: it moves the time that
    /// contracts see.
    ///
    /// # Errors
    ///
    /// As [`Self::seal`].
    pub fn seal_even_empty(&self, timestamp_s: u64) -> Result<Block, SealError> {
        let block = self.seal_if(timestamp_s, Empty::Seal)?;
        block.ok_or(SealError::TimeExhausted { number: self.current().header.number })
    }

    /// Accepts a transaction and seals, with one write instead of two: the instant mode.
    ///
    /// No block is sealed when an earlier nonce is missing; the transaction waits durably then.
    ///
    /// # Errors
    ///
    /// As [`Self::submit`], and [`SubmitError::NotSealed`] when it was accepted but the block
    /// failed.
    pub fn submit_and_seal(
        &self,
        transaction: &Bytes,
        timestamp_s: u64,
    ) -> Result<(B256, Option<Block>), SubmitError> {
        let admitted = self.admit(transaction)?;
        let hash = admitted.hash;
        let sealed = self.seal(timestamp_s);
        if !matches!(sealed, Ok(Some(_))) {
            self.write_journal(admitted.sequence)?;
        }
        match sealed {
            Ok(block) => Ok((hash, block)),
            Err(source) => Err(SubmitError::NotSealed { hash, source: Box::new(source) }),
        }
    }

    fn seal_if(&self, timestamp_s: u64, empty: Empty) -> Result<Option<Block>, SealError> {
        let _next = lock(&self.next);
        let parent = self.current();
        let header = self.next_header(&parent, timestamp_s)?;
        let reader = self.store.reader()?;
        let state = StateAt::new(&reader, parent.header.number);
        self.pool().expire(header.timestamp, self.options.pool_queued_lifetime_s);
        let mut run = Run::begin(&self.rules, state, header)?;
        let tried = self.fill(&mut run, &parent)?;
        if tried.included.is_empty() && empty == Empty::Skip && !tried.waits_for_base_fee {
            tried.rejected.iter().for_each(|pooled| self.pool().remove(pooled));
            return Ok(None);
        }
        let mut trie = parent.state.clone();
        let (block, changes) = run.finish(&mut trie)?;
        self.commit(&block, &changes, &tried, trie)?;
        Ok(Some(block))
    }

    /// Header of the next block, its time strictly after the last one's.
    fn next_header(&self, parent: &Head, timestamp_s: u64) -> Result<Header, SealError> {
        let number = parent.header.number.saturating_add(1);
        let earliest = parent.header.timestamp.checked_add(1);
        let earliest = earliest.ok_or(SealError::TimeExhausted { number })?;
        let time = timestamp_s.max(earliest);
        let Self { rules, options, .. } = self;
        let (to, gas_limit) = (options.fee_recipient, options.block_gas_limit);
        Ok(next_header(rules, &parent.header, time, to, gas_limit))
    }

    /// Offers waiting transactions to the block until it is full or none is left.
    pub(super) fn fill(&self, run: &mut Run<'_>, parent: &Head) -> Result<Tried, SealError> {
        let base_fee = crate::executor::next_base_fee(&self.rules, &parent.header);
        let mut best = Best::new(&self.pool(), base_fee.unwrap_or_default());
        let mut tried = Tried::default();
        while run.gas_left() >= TRANSACTION_GAS_MIN {
            let Some((pooled, arrival)) = best.next(&self.pool()) else { break };
            let (sender, next) = (pooled.sender(), pooled.nonce().saturating_add(1));
            match run.execute(&pooled.transaction)? {
                Verdict::Included => tried.included.push((pooled, arrival)),
                Verdict::Rejected => tried.rejected.push(pooled),
                Verdict::Later | Verdict::BelowBaseFee => continue,
            }
            best.offer(&self.pool(), sender, next);
        }
        tried.waits_for_base_fee = best.waits_for_base_fee();
        Ok(tried)
    }

    /// The one write of a block, then the new head, then the pool without the block.
    fn commit(
        &self,
        block: &Block,
        changes: &Changes,
        tried: &Tried,
        state: Trie,
    ) -> Result<(), SealError> {
        let included = tried.included.iter().map(|(_, arrival)| *arrival);
        self.with_journal(&mut lock(&self.turn), |journal| {
            let removed: Vec<_> = journal.removed.iter().copied().chain(included).collect();
            let pool = PoolChanges { added: journal.added, removed: &removed };
            self.store.write_block(block, changes, &pool)
        })?;
        let head = Arc::new(Head { header: block.header.clone(), state });
        let mut pool = self.pool();
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = head;
        tried.leave(&mut pool, changes);
        debug_assert!(block.transactions.iter().all(|tx| pool.get(*tx.tx_hash()).is_none()));
        Ok(())
    }
}

/// What happened to the transactions that were offered to a block.
#[derive(Debug, Default)]
pub(super) struct Tried {
    /// With their positions in the order of arrival.
    included: Vec<(Arc<Pooled>, u64)>,
    rejected: Vec<Arc<Pooled>>,
    waits_for_base_fee: bool,
}

impl Tried {
    /// Takes what was included or can never be out of the pool, and whatever else the block made
    /// impossible.
    fn leave(&self, pool: &mut Pool, changes: &Changes) {
        for (pooled, _) in &self.included {
            let next = pooled.nonce().saturating_add(1);
            pool.advance(pooled.sender(), next, |gone| gone.hash() == pooled.hash());
        }
        // Authorizations (EIP-7702) use up nonces of accounts that have sent nothing.
        for (address, change) in &changes.accounts {
            let nonce = change.info.map_or(0, |info| info.nonce);
            pool.advance(*address, nonce, |_| false);
        }
        self.rejected.iter().for_each(|pooled| pool.remove(pooled));
    }
}
