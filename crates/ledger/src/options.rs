//! What an operator may choose.

use alloy_primitives::Address;

/// Settings of a [`Chain`](crate::Chain). The rules of the network are in the
/// [`Genesis`](crate::Genesis); these may change between two starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Gas limit that blocks move towards, by at most 1/1024 each (EIP-1559 header rule).
    pub block_gas_limit: u64,
    /// Receives the priority fees. The base fee is burnt.
    pub fee_recipient: Address,
    /// Most transactions that may wait in the pool.
    pub pool_transactions_max: usize,
    /// Most transactions of one sender that may wait in the pool.
    pub pool_transactions_per_sender_max: usize,
    /// Most transactions in the pool that wait behind a gap in their sender's nonces.
    pub pool_queued_max: usize,
    /// Most such transactions of one sender.
    pub pool_queued_per_sender_max: usize,
    /// How long such a transaction may wait, in seconds of block time.
    pub pool_queued_lifetime_s: u64,
    /// Most memory of the transactions in the pool, in bytes.
    pub pool_bytes_max: usize,
    /// Longest encoded transaction that the pool takes, in bytes.
    pub transaction_bytes_max: usize,
    /// Percentage by which both fees of a replacement must exceed the replaced transaction's.
    pub replacement_percent: u32,
    /// Threads that check the signatures of one batch.
    pub signature_workers: usize,
    /// Gas that a call, an estimate or a whole simulation may use.
    pub call_gas_limit: u64,
    /// Most blocks that one log query may span.
    pub log_blocks_max: u64,
    /// Most logs that one query may return.
    pub logs_max: usize,
    /// Most memory that the traces of one request may record, in bytes.
    pub trace_bytes_max: usize,
    /// Most memory for the pages of the database, in bytes. A state of a million accounts has some
    /// 200 MiB of them, which a block of transfers between any of them touches all over.
    pub cache_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            block_gas_limit: 60_000_000,
            fee_recipient: Address::ZERO,
            pool_transactions_max: 50_000,
            pool_transactions_per_sender_max: 4_096,
            pool_queued_max: 8_192,
            pool_queued_per_sender_max: 1_024,
            pool_queued_lifetime_s: 3 * 60 * 60,
            pool_bytes_max: 256 * 1024 * 1024,
            transaction_bytes_max: 128 * 1024,
            replacement_percent: 10,
            signature_workers: 4,
            call_gas_limit: 50_000_000,
            log_blocks_max: 1_000_000,
            logs_max: 100_000,
            trace_bytes_max: 256 * 1024 * 1024,
            cache_bytes: 512 * 1024 * 1024,
        }
    }
}
