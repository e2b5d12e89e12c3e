//! Blocks, transactions and receipts.

use alloy_eips::{BlockId, eip2718::Encodable2718 as _};
use alloy_primitives::{B256, Bytes, U64, U256};
use alloy_rpc_types_eth as rpc;
use ledger::{Block, Chain};
use serde_json::{Value, json};

use super::message::{Params, RpcError, json_of, quantity};

/// The block of the first parameter, with hashes of its transactions or, when the second is true,
/// with the transactions.
pub(super) fn block(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let full = params.optional(1)?.unwrap_or(false);
    let Some(block) = find(chain, params)? else { return Ok(Value::Null) };
    let transactions = if full {
        let indices = 0..block.transactions.len();
        rpc::BlockTransactions::Full(indices.filter_map(|index| block.transaction(index)).collect())
    } else {
        rpc::BlockTransactions::Hashes(hashes(&block))
    };
    json_of(rpc::Block {
        header: header(&block),
        uncles: Vec::new(),
        transactions,
        withdrawals: block.header.withdrawals_root.map(|_| Vec::new().into()),
    })
}

/// A header with the size of its block.
pub(super) fn header(block: &Block) -> rpc::Header {
    rpc::Header {
        hash: block.hash(),
        inner: block.header.inner().clone(),
        total_difficulty: None,
        size: Some(U256::from(block.rlp_bytes())),
    }
}

/// Hashes of the transactions in a block.
pub(super) fn hashes(block: &Block) -> Vec<B256> {
    block.transactions.iter().map(|transaction| *transaction.inner().tx_hash()).collect()
}

/// All receipts of the block of the first parameter.
pub(super) fn receipts(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let Some(block) = find(chain, params)? else { return Ok(Value::Null) };
    let receipts: Vec<_> =
        (0..block.receipts.len()).filter_map(|index| block.receipt(index)).collect();
    json_of(receipts)
}

/// Number of transactions in the block of the first parameter.
pub(super) fn transaction_count(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let block = find(chain, params)?;
    Ok(block.map_or(Value::Null, |block| quantity(block.transactions.len())))
}

/// Zero for a block that exists: this chain has no uncles.
pub(super) fn uncle_count(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let header = chain.header(params.required::<BlockId>(0)?)?;
    Ok(header.map_or(Value::Null, |_| quantity(0u8)))
}

/// The transaction with the hash of the first parameter, waiting or in a block.
pub(super) fn transaction(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    json_of(chain.transaction(params.required(0)?)?)
}

/// The transaction at the index of the second parameter in the block of the first.
pub(super) fn transaction_at(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let index = usize::try_from(params.required::<U64>(1)?.to::<u64>()).unwrap_or(usize::MAX);
    json_of(find(chain, params)?.and_then(|block| block.transaction(index)))
}

/// EIP-2718 bytes of the transaction with the hash of the first parameter.
pub(super) fn raw_transaction(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let transaction = chain.transaction(params.required(0)?)?;
    Ok(transaction.map_or(Value::Null, |transaction| {
        json!(Bytes::from(transaction.inner.inner().encoded_2718()))
    }))
}

/// The receipt of the transaction with the hash of the first parameter.
pub(super) fn receipt(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    json_of(chain.receipt(params.required(0)?)?)
}

fn find(chain: &Chain, params: &Params) -> Result<Option<Block>, RpcError> {
    Ok(chain.block(params.required::<BlockId>(0)?)?)
}
