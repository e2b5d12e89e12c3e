//! Blocks, headers, receipts and transactions in their wire encoding.

use alloy_consensus::BlockHeader as _;
use alloy_eips::{BlockId, eip2718::Encodable2718 as _, eip7910::EthConfig};
use alloy_primitives::{B256, Bytes, U256};

use super::{Chain, reads::resolve};
use crate::error::{ReadError, StoreError};

impl Chain {
    /// RLP of a block: header, transactions, ommers, withdrawals. `None` for an unknown block.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn raw_block(&self, block: BlockId) -> Result<Option<Bytes>, ReadError> {
        Ok(self.block(block)?.map(|block| block.rlp()))
    }

    /// RLP of a header. `None` for an unknown block.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn raw_header(&self, block: BlockId) -> Result<Option<Bytes>, ReadError> {
        Ok(self.header(block)?.map(|header| alloy_rlp::encode(header.inner()).into()))
    }

    /// EIP-2718 encodings of a block's receipts, with their bloom filters and, before Byzantium,
    /// the state roots between the transactions. `None` for an unknown block.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn raw_receipts(&self, block: BlockId) -> Result<Option<Vec<Bytes>>, ReadError> {
        Ok(self.block(block)?.map(|block| block.receipts_rlp()))
    }

    /// EIP-2718 encoding of a transaction in a block or in the pool, without blobs. `None` for an
    /// unknown transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn raw_transaction(&self, hash: B256) -> Result<Option<Bytes>, StoreError> {
        // The pool first: a transaction leaves it only when its block can be read.
        if let Some(pooled) = self.pool().get(hash) {
            return Ok(Some(pooled.transaction.encoded_2718().into()));
        }
        let reader = self.store.reader()?;
        let Some((number, index)) = reader.place(hash)? else { return Ok(None) };
        let block = reader.block(number)?;
        let transaction = block.as_ref().and_then(|block| block.transactions.get(index));
        Ok(transaction.map(|transaction| transaction.encoded_2718().into()))
    }

    /// What the chain was started from, in geth's `genesis.json` format. `None` in a database that
    /// an older version made.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn genesis_json(&self) -> Result<Option<Bytes>, StoreError> {
        Ok(self.store.reader()?.genesis()?.map(Bytes::from))
    }

    /// The present, the next and the last scheduled fork, seen from the last block (EIP-7910).
    /// `None` before Cancun, where the description begins.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn fork_schedule(&self) -> Result<Option<EthConfig>, StoreError> {
        let reader = self.store.reader()?;
        let missing = || StoreError::Damaged { what: "header" };
        let first = reader.first()?.ok_or_else(missing)?;
        let first = reader.header(first)?.ok_or_else(missing)?;
        let now_s = self.head().timestamp();
        Ok(self.rules.schedule(first.hash(), first.timestamp(), now_s))
    }

    /// Sum of the difficulties from the first block to this one; it stops growing at the merge.
    ///
    /// # Errors
    ///
    /// [`ReadError::UnknownBlock`], or when the database fails.
    pub fn total_difficulty(&self, block: BlockId) -> Result<U256, ReadError> {
        let reader = self.store.reader()?;
        let number = resolve(&reader, block)?;
        Ok(reader.total_difficulty(number)?)
    }
}
