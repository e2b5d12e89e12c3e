//! Blocks, headers, receipts and uncles.

use alloy_eips::BlockId;
use alloy_primitives::{B256, U256};
use alloy_rpc_types_eth as rpc;
use ledger::Block;
use serde_json::Value;

use super::{
    Server,
    message::{RpcError, json_of, quantity},
    params::Params,
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
    let Some(block) = server.chain().block(block)? else { return Ok(Value::Null) };
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
    count(server, params.block_number(0)?.into(), |_| 0)
}

/// As [`uncle_count_by_number`], for a hash.
pub(super) fn uncle_count_by_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    count(server, params.hash(0)?.into(), |_| 0)
}

fn count(
    server: &Server,
    block: BlockId,
    of: impl FnOnce(&Block) -> usize,
) -> Result<Value, RpcError> {
    let block = server.chain().block(block)?;
    Ok(block.map_or(Value::Null, |block| quantity(of(&block))))
}
