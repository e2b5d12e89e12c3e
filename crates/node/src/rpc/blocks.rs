//! Blocks, headers, receipts and uncles.

use alloy_consensus::{Header, Sealable as _};
use alloy_eips::BlockId;
use alloy_primitives::{B256, U256};
use alloy_rpc_types_eth as rpc;
use ledger::Block;
use serde_json::Value;

use super::{
    Server,
    message::{RpcError, json_of, quantity},
    params::Params,
    testing,
};

/// The block of the first parameter, with hashes of its transactions or, when the second is true,
/// with the transactions.
pub(super) fn by_number(server: &Server, params: &Params) -> Result<Value, RpcError> {
    shown(server, params.block_number(0)?.into(), params.required(1)?)
}

/// As [`by_number`], for a hash.
pub(super) fn by_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    shown(server, params.hash(0)?.into(), params.required(1)?)
}

fn shown(server: &Server, block: BlockId, full: bool) -> Result<Value, RpcError> {
    if block.is_pending() {
        return Ok(without_seal(of_block(testing::next_block(server.chain())?, full)?));
    }
    server.chain().block(block)?.map_or(Ok(Value::Null), |block| of_block(block, full))
}

/// A block that is not sealed has no hash, no nonce, and its transactions have no place yet.
fn without_seal(mut block: Value) -> Value {
    let Some(fields) = block.as_object_mut() else { return block };
    for key in ["hash", "nonce", "miner"] {
        fields.insert(key.to_owned(), Value::Null);
    }
    let transactions = fields.get_mut("transactions").and_then(Value::as_array_mut);
    for transaction in transactions.into_iter().flatten().filter_map(Value::as_object_mut) {
        transaction.insert("blockHash".to_owned(), Value::Null);
    }
    block
}

fn of_block(block: Block, full: bool) -> Result<Value, RpcError> {
    let transactions = if full {
        let indices = 0..block.transactions.len();
        rpc::BlockTransactions::Full(indices.filter_map(|index| block.transaction(index)).collect())
    } else {
        rpc::BlockTransactions::Hashes(hashes(&block))
    };
    json_of(rpc::Block {
        header: header(&block),
        uncles: block.ommers.iter().map(Header::hash_slow).collect(),
        transactions,
        withdrawals: block.withdrawals,
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
fn hashes(block: &Block) -> Vec<B256> {
    block.transactions.iter().map(|transaction| *transaction.inner().tx_hash()).collect()
}

/// The header of the first parameter.
pub(super) fn header_by_number(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let block = params.block_number(0)?;
    if block.is_pending() { Ok(Value::Null) } else { bare_header(server, block.into()) }
}

/// As [`header_by_number`], for a hash.
pub(super) fn header_by_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    bare_header(server, params.hash(0)?.into())
}

fn bare_header(server: &Server, block: BlockId) -> Result<Value, RpcError> {
    let header = server.chain().header(block)?;
    json_of(header.map(|header| rpc::Header {
        hash: header.hash(),
        inner: header.into_inner(),
        total_difficulty: None,
        size: None,
    }))
}

/// All receipts of the block of the first parameter.
pub(super) fn receipts(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let Some(block) = server.chain().block(params.block(0)?)? else { return Ok(Value::Null) };
    let receipts = (0..block.receipts.len()).filter_map(|index| block.receipt(index));
    json_of(receipts.collect::<Vec<_>>())
}

/// Number of transactions in the block of the first parameter.
pub(super) fn transaction_count_by_number(
    server: &Server,
    params: &Params,
) -> Result<Value, RpcError> {
    count(server, params.block_number(0)?.into(), |block| block.transactions.len())
}

/// As [`transaction_count_by_number`], for a hash.
pub(super) fn transaction_count_by_hash(
    server: &Server,
    params: &Params,
) -> Result<Value, RpcError> {
    count(server, params.hash(0)?.into(), |block| block.transactions.len())
}

/// Number of uncles of the block of the first parameter.
pub(super) fn uncle_count_by_number(server: &Server, params: &Params) -> Result<Value, RpcError> {
    count(server, params.block_number(0)?.into(), |block| block.ommers.len())
}

/// As [`uncle_count_by_number`], for a hash.
pub(super) fn uncle_count_by_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    count(server, params.hash(0)?.into(), |block| block.ommers.len())
}

fn count(
    server: &Server,
    block: BlockId,
    of: impl FnOnce(&Block) -> usize,
) -> Result<Value, RpcError> {
    let block = server.chain().block(block)?;
    Ok(block.map_or(Value::Null, |block| quantity(of(&block))))
}

/// The uncle at the index of the second parameter in the block of the first, as a block.
pub(super) fn uncle_by_number(server: &Server, params: &Params) -> Result<Value, RpcError> {
    uncle(server, params.block_number(0)?.into(), params.quantity(1)?)
}

/// As [`uncle_by_number`], for a hash.
pub(super) fn uncle_by_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    uncle(server, params.hash(0)?.into(), params.quantity(1)?)
}

fn uncle(server: &Server, block: BlockId, index: u64) -> Result<Value, RpcError> {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    let block = server.chain().block(block)?;
    let Some(header) = block.and_then(|block| block.ommers.get(index).cloned()) else {
        return Ok(Value::Null);
    };
    let block = Block {
        header: header.seal_slow(),
        transactions: Vec::new(),
        receipts: Vec::new(),
        ommers: Vec::new(),
        withdrawals: None,
    };
    json_of(rpc::Block {
        header: self::header(&block),
        uncles: Vec::new(),
        transactions: rpc::BlockTransactions::<rpc::Transaction>::Uncle,
        withdrawals: None,
    })
}
