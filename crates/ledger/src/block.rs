//! A sealed block and the forms in which wallets read it.

use alloy_consensus::{
    BlockBody, BlockHeader, Header, ReceiptEnvelope, Sealed, Transaction as _, TxEnvelope,
    transaction::{Recovered, TransactionInfo, TxHashRef as _},
};
use alloy_eips::{eip2718::Encodable2718 as _, eip4895::Withdrawals};
use alloy_primitives::{B256, Bytes};
use alloy_rpc_types_eth::{Log, Transaction, TransactionReceipt};

/// A block with the receipts of its transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Header and its hash.
    pub header: Sealed<Header>,
    /// Transactions and who signed them, in the order of execution.
    pub transactions: Vec<Recovered<TxEnvelope>>,
    /// One receipt per transaction.
    pub receipts: Vec<ReceiptEnvelope>,
    /// Headers of stale siblings of ancestors, before the merge; empty since.
    pub ommers: Vec<Header>,
    /// Payments from the beacon chain (EIP-4895), `None` before Shanghai.
    pub withdrawals: Option<Withdrawals>,
}

impl Block {
    /// Height; the genesis block has 0.
    pub fn number(&self) -> u64 {
        self.header.number()
    }

    /// Hash of the header.
    pub fn hash(&self) -> B256 {
        self.header.hash()
    }

    /// Length of the RLP encoding in bytes.
    pub fn rlp_bytes(&self) -> usize {
        alloy_rlp::Encodable::length(&self.consensus())
    }

    /// RLP encoding: header, transactions, ommers and, since Shanghai, withdrawals.
    pub fn rlp(&self) -> Bytes {
        alloy_rlp::encode(self.consensus()).into()
    }

    /// EIP-2718 encoding of each receipt, with its bloom filter, as in the receipts trie.
    pub fn receipts_rlp(&self) -> Vec<Bytes> {
        self.receipts.iter().map(|receipt| receipt.encoded_2718().into()).collect()
    }

    pub(crate) fn consensus(&self) -> alloy_consensus::Block<TxEnvelope> {
        let body = BlockBody {
            transactions: self.transactions.iter().map(|tx| tx.inner().clone()).collect(),
            ommers: self.ommers.clone(),
            withdrawals: self.withdrawals.clone(),
        };
        alloy_consensus::Block::new(self.header.inner().clone(), body)
    }

    /// The transaction at `index`, as JSON-RPC shows it.
    pub fn transaction(&self, index: usize) -> Option<Transaction> {
        let transaction = self.transactions.get(index)?;
        let information = TransactionInfo {
            hash: Some(*transaction.tx_hash()),
            index: u64::try_from(index).ok(),
            block_hash: Some(self.hash()),
            block_number: Some(self.number()),
            base_fee: self.header.base_fee_per_gas(),
            block_timestamp: Some(self.header.timestamp()),
        };
        Some(Transaction::from_transaction(transaction.clone(), information))
    }

    /// The receipt of the transaction at `index`, as JSON-RPC shows it.
    pub fn receipt(&self, index: usize) -> Option<TransactionReceipt> {
        let transaction = self.transactions.get(index)?;
        let receipt = self.receipts.get(index)?;
        let gas_before = index
            .checked_sub(1)
            .and_then(|before| self.receipts.get(before))
            .map_or(0, ReceiptEnvelope::cumulative_gas_used);
        let mut logs = self.logs_of(index).into_iter();
        let sender = transaction.signer();
        let created = transaction.kind().is_create().then(|| sender.create(transaction.nonce()));
        Some(TransactionReceipt {
            inner: receipt.clone().map_logs(|log| {
                let plain = Log { inner: log, ..Log::default() };
                logs.next().unwrap_or(plain)
            }),
            transaction_hash: *transaction.tx_hash(),
            transaction_index: u64::try_from(index).ok(),
            block_hash: Some(self.hash()),
            block_number: Some(self.number()),
            gas_used: receipt.cumulative_gas_used().saturating_sub(gas_before),
            effective_gas_price: transaction.effective_gas_price(self.header.base_fee_per_gas()),
            blob_gas_used: transaction.blob_gas_used(),
            blob_gas_price: None,
            from: sender,
            to: transaction.to(),
            contract_address: created,
        })
    }

    /// All logs, with their places.
    pub fn logs(&self) -> Vec<Log> {
        (0..self.receipts.len()).flat_map(|index| self.logs_of(index)).collect()
    }

    fn logs_of(&self, index: usize) -> Vec<Log> {
        let before: usize = self.receipts.iter().take(index).map(|r| r.logs().len()).sum();
        let Some((receipt, transaction)) =
            self.receipts.get(index).zip(self.transactions.get(index))
        else {
            return Vec::new();
        };
        let first = u64::try_from(before).unwrap_or(u64::MAX);
        (first..)
            .zip(receipt.logs())
            .map(|(log_index, log)| Log {
                inner: log.clone(),
                block_hash: Some(self.hash()),
                block_number: Some(self.number()),
                block_timestamp: Some(self.header.timestamp()),
                transaction_hash: Some(*transaction.tx_hash()),
                transaction_index: u64::try_from(index).ok(),
                log_index: Some(log_index),
                removed: false,
            })
            .collect()
    }
}

/// Transactions as stored: sender, then the EIP-2718 bytes, each with its length.
pub(crate) fn encode_body(transactions: &[Recovered<TxEnvelope>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for transaction in transactions {
        bytes.extend_from_slice(transaction.signer().as_slice());
        put(&mut bytes, &transaction.encoded_2718());
    }
    bytes
}

/// Receipts as stored: EIP-2718 bytes, each with its length.
pub(crate) fn encode_receipts(receipts: &[ReceiptEnvelope]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for receipt in receipts {
        put(&mut bytes, &receipt.encoded_2718());
    }
    bytes
}

/// Reverses [`encode_body`]; `None` when the bytes are damaged.
pub(crate) fn decode_body(mut bytes: &[u8]) -> Option<Vec<Recovered<TxEnvelope>>> {
    let mut transactions = Vec::new();
    while let Some((sender, rest)) = bytes.split_first_chunk::<20>() {
        bytes = rest;
        let transaction = take(&mut bytes)?;
        transactions.push(Recovered::new_unchecked(transaction, sender.into()));
    }
    bytes.is_empty().then_some(transactions)
}

/// Reverses [`encode_receipts`]; `None` when the bytes are damaged.
pub(crate) fn decode_receipts(mut bytes: &[u8]) -> Option<Vec<ReceiptEnvelope>> {
    let mut receipts = Vec::new();
    while !bytes.is_empty() {
        receipts.push(take(&mut bytes)?);
    }
    Some(receipts)
}

fn put(bytes: &mut Vec<u8>, item: &[u8]) {
    let length = u32::try_from(item.len()).expect("the pool admits far shorter transactions");
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(item);
}

fn take<T: alloy_eips::eip2718::Decodable2718>(bytes: &mut &[u8]) -> Option<T> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (item, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *bytes = rest;
    T::decode_2718_exact(item).ok()
}
