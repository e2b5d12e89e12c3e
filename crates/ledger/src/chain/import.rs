//! Blocks from outside: check, execute, compare, write, show.

use std::{
    io::Read,
    sync::{Arc, PoisonError},
};

use alloy_consensus::{BlockHeader as _, Header, Sealed, Transaction as _};
use alloy_evm::block::{BlockExecutionError, BlockValidationError};
use alloy_hardforks::EthereumHardforks as _;
use alloy_primitives::B256;

use super::{Chain, Head, lock};
use crate::{
    block::Block,
    error::{Field, ImportError, ImportFailure, InvalidBlock, StoreError},
    executor::{Extras, Run, failed},
    import::{
        GENERATIONS, Imported, Parent, RawBlock, Relatives, Stream, check_body, check_header,
        check_ommers, invalid,
    },
    state::{Changes, StateAt},
    store::Reader,
    trie::Trie,
};

/// New blocks after which an import makes them durable.
const GROUP: u64 = 16;

impl Chain {
    /// Executes the RLP blocks of `source` on top of the chain, one after the other, as
    /// `geth export` writes them, and calls `progress` after each.
    ///
    /// Every block is checked against the rules of its fork, before and after its execution. All
    /// are on the disk when this returns, and groups of 16 before; after a crash the chain
    /// has the blocks up to one of them, whole. Blocks that the chain has already are passed over,
    /// so that an import which was interrupted can be given the same file again.
    ///
    /// # Errors
    ///
    /// [`ImportError`] with the reason, and how far the import came: the blocks before the refused
    /// one stay, of itself nothing does.
    pub fn import(
        &self,
        source: impl Read,
        mut progress: impl FnMut(&Imported),
    ) -> Result<Imported, ImportError> {
        let head = self.head();
        let (number, head_hash) = (head.number(), head.hash());
        let mut done = Imported { head: number, head_hash, ..Imported::default() };
        let imported = self.import_all(source, &mut done, &mut progress);
        // What came before a refused block stays, so it must be on the disk in any case.
        let flushed = self.sync_blocks().map_err(ImportFailure::from);
        let outcome = imported.and(flushed);
        let head = self.head();
        (done.head, done.head_hash) = (head.number(), head.hash());
        match outcome {
            Ok(()) => Ok(done),
            Err(reason) => Err(ImportError { done, reason: Box::new(reason) }),
        }
    }

    fn import_all(
        &self,
        source: impl Read,
        done: &mut Imported,
        progress: &mut impl FnMut(&Imported),
    ) -> Result<(), ImportFailure> {
        let mut stream = Stream::new(source);
        while let Some(block) = stream.next()? {
            let number = block.header.number;
            match self.import_block(block)? {
                None => done.known = done.known.saturating_add(1),
                Some(block) => {
                    let count = u64::try_from(block.transactions.len()).unwrap_or(u64::MAX);
                    done.new = done.new.saturating_add(1);
                    done.transactions = done.transactions.saturating_add(count);
                    done.gas = done.gas.saturating_add(block.header.gas_used());
                    (done.head, done.head_hash) = (number, block.hash());
                    if done.new.is_multiple_of(GROUP) {
                        self.sync_blocks()?;
                    }
                }
            }
            done.bytes = stream.position();
            progress(done);
        }
        Ok(())
    }

    /// Makes every block so far durable.
    pub(crate) fn sync_blocks(&self) -> Result<(), StoreError> {
        self.with_journal(&mut lock(&self.turn), |journal| self.store.write_pool(journal))
    }

    /// Adds one block, durable with the next sync; `None` when the chain has it already.
    pub(crate) fn import_block(&self, block: RawBlock) -> Result<Option<Block>, ImportFailure> {
        let _next = lock(&self.next);
        let parent = self.current();
        let reader = self.store.reader()?;
        let (number, head) = (block.header.number, parent.header.number());
        if number <= head {
            return is_known(&reader, &block.header).map(|()| None);
        }
        if number != head.saturating_add(1) {
            return Err(ImportFailure::Gap { number, head });
        }
        let (block, changes, state) = self.executed(&reader, &parent, block)?;
        let mut turn = lock(&self.turn);
        if turn.stopped {
            return Err(StoreError::Stopped.into());
        }
        if let Err(error) = self.store.add_block(&block, &changes) {
            turn.stopped = true;
            return Err(error.into());
        }
        drop(turn);
        let head = Arc::new(Head { header: block.header.clone(), state });
        let mut pool = self.pool();
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = head;
        for transaction in &block.transactions {
            let next = transaction.nonce().saturating_add(1);
            // What is in the block leaves the stored pool with the next write.
            pool.advance(transaction.signer(), next, |_| false);
        }
        for (address, change) in &changes.accounts {
            pool.advance(*address, change.info.map_or(0, |info| info.nonce), |_| false);
        }
        drop(pool);
        Ok(Some(block))
    }

    /// The block after its execution on `parent`, if it is valid.
    fn executed(
        &self,
        reader: &Reader,
        parent: &Head,
        block: RawBlock,
    ) -> Result<(Block, Changes, Trie), ImportFailure> {
        let rules = &self.rules;
        let total_difficulty = reader.total_difficulty(parent.header.number())?;
        check_header(rules, Parent { header: &parent.header, total_difficulty }, &block.header)?;
        let transactions = check_body(rules, &block)?;
        let RawBlock { header, body } = block;
        if !body.ommers.is_empty() {
            check_ommers(rules, header.number, &body.ommers, &relatives(reader, &parent.header)?)?;
        }
        let extras = Extras { ommers: &body.ommers, withdrawals: body.withdrawals.as_ref() };
        let state = StateAt::new(reader, parent.header.number());
        let mut run = Run::begin_with(rules, state, header.clone(), extras)?;
        if !rules.is_byzantium_active_at_block(header.number) {
            run.state_roots_in_receipts(&parent.state);
        }
        for (index, transaction) in transactions.iter().enumerate() {
            let executed = run.execute_strictly(transaction);
            executed.map_err(|error| refused(header.number, index, error))?;
        }
        let mut trie = parent.state.clone();
        let (block, changes) = run.finish(&mut trie)?;
        check_outcome(&header, block.header.inner())?;
        Ok((block, changes, trie))
    }
}

/// Refuses a block that is not the one that the chain has with its number.
fn is_known(reader: &Reader, header: &Header) -> Result<(), ImportFailure> {
    let missing = StoreError::Damaged { what: "header" };
    let (number, offered) = (header.number, header.hash_slow());
    let known = reader.hash(number)?.ok_or(missing)?;
    if known == offered {
        return Ok(());
    }
    Err(ImportFailure::OtherBlock { number, known, offered })
}

/// The blocks that the ommers of the block after `parent` may be related to.
fn relatives(reader: &Reader, parent: &Sealed<Header>) -> Result<Relatives, StoreError> {
    let mut relatives = Relatives::default();
    let oldest = parent.number().saturating_sub(GENERATIONS.saturating_sub(1));
    for number in (oldest..=parent.number()).rev() {
        let Some(header) = reader.header(number)? else { break };
        let ommers = reader.ommers(&header)?;
        relatives.named.extend(ommers.iter().map(Header::hash_slow));
        relatives.ancestors.push((header.hash(), header.into_inner()));
    }
    Ok(relatives)
}

/// Compares what follows from the execution with what the block says.
fn check_outcome(stated: &Header, executed: &Header) -> Result<(), InvalidBlock> {
    let number = stated.number;
    let text =
        |hash: &Option<B256>| hash.map_or_else(|| "absent".to_owned(), |hash| hash.to_string());
    let fields = [
        (Field::GasUsed, executed.gas_used.to_string(), stated.gas_used.to_string()),
        (Field::LogsBloom, executed.logs_bloom.to_string(), stated.logs_bloom.to_string()),
        (Field::ReceiptsRoot, executed.receipts_root.to_string(), stated.receipts_root.to_string()),
        (Field::RequestsHash, text(&executed.requests_hash), text(&stated.requests_hash)),
        (Field::StateRoot, executed.state_root.to_string(), stated.state_root.to_string()),
    ];
    match fields.into_iter().find(|(_, expected, found)| expected != found) {
        Some((field, expected, found)) => Err(invalid(number, field, expected, found)),
        None => Ok(()),
    }
}

/// Why a transaction cannot be in the block.
fn refused(number: u64, index: usize, error: BlockExecutionError) -> ImportFailure {
    let reason = match &error {
        BlockExecutionError::Validation(BlockValidationError::InvalidTx { error, .. }) => {
            error.to_string()
        }
        BlockExecutionError::Validation(error) => error.to_string(),
        BlockExecutionError::Internal(_) => return failed(number, error).into(),
    };
    invalid(number, Field::Transaction { index }, "a valid transaction", reason).into()
}
