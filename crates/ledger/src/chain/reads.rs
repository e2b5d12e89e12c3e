//! Reads: blocks, transactions, receipts, logs, accounts, proofs, fees.

use alloy_consensus::{Header, Sealed, transaction::TransactionInfo};
use alloy_eips::{BlockId, BlockNumberOrTag, eip7840::BlobParams};
use alloy_evm::block::calc;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log, Transaction, TransactionReceipt};

use super::Chain;
use crate::{
    block::Block,
    error::{ReadError, StoreError},
    executor::next_base_fee,
    options::Options,
    pool::{PoolContent, PoolStatus, Pooled},
    state::{Account, StateAt},
    store::Reader,
};

impl Chain {
    /// The id that signatures bind to (EIP-155).
    pub fn chain_id(&self) -> u64 {
        self.rules.chain_id()
    }

    /// The settings it was opened with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Header of the last sealed block. It is final at once: there is one producer.
    pub fn head(&self) -> Sealed<Header> {
        self.current().header.clone()
    }

    /// Base fee per gas of the next block, in wei.
    pub fn next_base_fee_wei(&self) -> u64 {
        next_base_fee(&self.rules, &self.current().header).unwrap_or_default()
    }

    /// Blob base fee of the next block, in wei. No blobs are accepted, so it stays at the least.
    pub fn next_blob_base_fee_wei(&self) -> u128 {
        let head = self.head();
        let blobs = self.rules.blob_params(head.timestamp);
        blobs
            .and_then(|blobs| head.next_block_blob_fee(blobs))
            .unwrap_or(alloy_eips::eip4844::BLOB_TX_MIN_BLOB_GASPRICE)
    }

    /// Rules for blobs at a time in seconds since 1970 (EIP-7840), none before Cancun.
    pub fn blob_params(&self, timestamp_s: u64) -> Option<BlobParams> {
        self.rules.blob_params(timestamp_s)
    }

    /// A block, `None` when there is none with that number or hash. `pending` gives the latest.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn block(&self, block: BlockId) -> Result<Option<Block>, ReadError> {
        let reader = self.store.reader()?;
        match resolve(&reader, block) {
            Ok(number) => Ok(reader.block(number)?),
            Err(ReadError::UnknownBlock) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A header, as [`Self::block`] but without reading the transactions.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn header(&self, block: BlockId) -> Result<Option<Sealed<Header>>, ReadError> {
        let reader = self.store.reader()?;
        match resolve(&reader, block) {
            Ok(number) => Ok(reader.header(number)?),
            Err(ReadError::UnknownBlock) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A transaction in a block or in the pool; the latter has no block hash.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn transaction(&self, hash: B256) -> Result<Option<Transaction>, StoreError> {
        // The pool first: a transaction leaves it only when its block can be read.
        if let Some(pooled) = self.pool().get(hash) {
            return Ok(Some(waiting(&pooled)));
        }
        let reader = self.store.reader()?;
        let Some((number, index)) = reader.place(hash)? else { return Ok(None) };
        Ok(reader.block(number)?.and_then(|block| block.transaction(index)))
    }

    /// A receipt, `None` until the transaction is in a block.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn receipt(&self, hash: B256) -> Result<Option<TransactionReceipt>, StoreError> {
        let reader = self.store.reader()?;
        let Some((number, index)) = reader.place(hash)? else { return Ok(None) };
        Ok(reader.block(number)?.and_then(|block| block.receipt(index)))
    }

    /// Every waiting transaction, by sender and nonce.
    pub fn waiting(&self) -> Vec<Transaction> {
        self.pool().iter().map(|pooled| waiting(pooled)).collect()
    }

    /// Number of waiting transactions.
    pub fn waiting_count(&self) -> usize {
        self.pool().len()
    }

    /// Every waiting transaction, pending apart from queued.
    pub fn pool_content(&self) -> PoolContent {
        self.pool().content(None)
    }

    /// As [`Self::pool_content`], of one sender.
    pub fn pool_content_from(&self, sender: Address) -> PoolContent {
        self.pool().content(Some(sender))
    }

    /// How full the pool is.
    pub fn pool_status(&self) -> PoolStatus {
        self.pool().status()
    }

    /// The nonce that the sender's next transaction should have, waiting ones counted.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn next_nonce(&self, sender: Address) -> Result<u64, ReadError> {
        // The pool lock spans both reads: a block sealed in between would count twice or never.
        let pool = self.pool();
        let account = self.account(sender, BlockId::latest())?;
        Ok(pool.next_nonce(sender, account.nonce))
    }

    /// An account after a block; the default one when it does not exist. Any block will do.
    ///
    /// # Errors
    ///
    /// [`ReadError::UnknownBlock`], or when the database fails.
    pub fn account(&self, address: Address, block: BlockId) -> Result<Account, ReadError> {
        let reader = self.store.reader()?;
        let state = StateAt::new(&reader, resolve(&reader, block)?);
        Ok(state.account(address)?.unwrap_or_default())
    }

    /// Code of an account after a block, empty when it has none.
    ///
    /// # Errors
    ///
    /// As [`Self::account`].
    pub fn code(&self, address: Address, block: BlockId) -> Result<Bytes, ReadError> {
        let reader = self.store.reader()?;
        let state = StateAt::new(&reader, resolve(&reader, block)?);
        Ok(state.code(address)?)
    }

    /// A storage slot after a block, zero when it was never set.
    ///
    /// # Errors
    ///
    /// As [`Self::account`].
    pub fn storage(&self, address: Address, slot: U256, block: BlockId) -> Result<U256, ReadError> {
        let reader = self.store.reader()?;
        let state = StateAt::new(&reader, resolve(&reader, block)?);
        Ok(state.storage(address, slot)?)
    }

    /// Whether block `number` changed nonce, balance or code of an account.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn changes_account(&self, address: Address, number: u64) -> Result<bool, StoreError> {
        self.store.reader()?.changes_account(address, number)
    }

    /// What a block paid its producer and those of its ommers beyond the fees, in wei: nothing
    /// since proof of work ended.
    pub fn issuance_wei(&self, block: &Block) -> (u128, u128) {
        let (header, rules) = (block.header.inner(), self.rules.at(block.header.inner()));
        let Some(reward) = calc::base_block_reward(rules, header.number) else { return (0, 0) };
        let of_ommer = |ommer: &Header| calc::ommer_reward(reward, header.number, ommer.number);
        let ommers = block.ommers.iter().map(of_ommer).fold(0, u128::saturating_add);
        (calc::block_reward(reward, block.ommers.len()), ommers)
    }

    /// The logs that a filter selects, in the order of the chain.
    ///
    /// A range that leaves an end open means the latest block there.
    ///
    /// # Errors
    ///
    /// [`ReadError::InvalidRange`] when the range is reversed or beyond the latest block,
    /// [`ReadError::RangeTooWide`] and [`ReadError::TooManyLogs`] at the limits of the options.
    pub fn logs(&self, filter: &Filter) -> Result<Vec<Log>, ReadError> {
        let reader = self.store.reader()?;
        let (first, last) = self.log_range(&reader, filter)?;
        let mut logs = Vec::new();
        for number in first..=last {
            let header = reader.header(number)?.ok_or(ReadError::UnknownBlock)?;
            if !filter.matches_bloom(header.logs_bloom) {
                continue;
            }
            let Some(block) = reader.block(number)? else { continue };
            logs.extend(block.logs().into_iter().filter(|log| filter.matches(&log.inner)));
            let limit = self.options.logs_max;
            if logs.len() > limit {
                return Err(ReadError::TooManyLogs { limit });
            }
        }
        Ok(logs)
    }

    fn log_range(&self, reader: &Reader, filter: &Filter) -> Result<(u64, u64), ReadError> {
        let (from, to) = match filter.block_option {
            FilterBlockOption::AtBlockHash(hash) => {
                let number = resolve(reader, BlockId::hash(hash))?;
                return Ok((number, number));
            }
            FilterBlockOption::Range { from_block, to_block } => (from_block, to_block),
        };
        let number =
            |end: Option<BlockNumberOrTag>| match resolve(reader, end.unwrap_or_default().into()) {
                Err(ReadError::UnknownBlock) => Err(ReadError::InvalidRange),
                number => number,
            };
        let (first, last) = (number(from)?, number(to)?);
        let between = last.checked_sub(first).ok_or(ReadError::InvalidRange)?;
        let (blocks, limit) = (between.saturating_add(1), self.options.log_blocks_max);
        if blocks > limit {
            return Err(ReadError::RangeTooWide { blocks, limit });
        }
        Ok((first, last))
    }
}

/// A waiting transaction as JSON-RPC shows it.
pub(crate) fn waiting(pooled: &Pooled) -> Transaction {
    Transaction::from_transaction(pooled.transaction.clone(), TransactionInfo::default())
}

/// Number of the block that is meant, if it exists in this snapshot.
pub(super) fn resolve(reader: &Reader, block: BlockId) -> Result<u64, ReadError> {
    let latest = reader.head().ok_or(ReadError::UnknownBlock)?;
    let number = match block {
        BlockId::Hash(hash) => reader.number(hash.block_hash)?.ok_or(ReadError::UnknownBlock)?,
        BlockId::Number(BlockNumberOrTag::Number(number)) => number,
        BlockId::Number(BlockNumberOrTag::Earliest) => reader.first()?.unwrap_or_default(),
        // One producer and one write per block: what is sealed is safe and final.
        BlockId::Number(_) => latest,
    };
    if number > latest { Err(ReadError::UnknownBlock) } else { Ok(number) }
}
