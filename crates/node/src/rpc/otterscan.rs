//! `ots_…`: what the Otterscan explorer asks beyond the standard.
//!
//! Nothing is indexed for it. Searches read the chain block by block, from where the page begins
//! to where it is full; whether a block touched an account is one look-up in the history of the
//! state, and only such blocks are executed again.

mod frames;
mod search;

use alloy_eips::BlockId;
use alloy_primitives::{Address, B256, U256};
use alloy_rpc_types_eth as rpc;
use ledger::{Block, Chain};
use serde_json::{Map, Value, json};

use super::{
    Server, blocks,
    message::{RpcError, json_of, quantity},
    params::Params,
    transactions,
};

pub(super) use search::{after as search_after, before as search_before};

/// The version of these methods that the explorer looks for.
pub(super) const API_LEVEL: u64 = 8;
/// Most transactions in one page.
const PAGE_MAX: usize = 1000;

/// Whether there is code at an address after a block.
pub(super) fn has_code(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let code = server.chain().code(params.address(0)?, params.block_or_latest(1)?)?;
    Ok(json!(!code.is_empty()))
}

/// What a failed transaction returned; nothing for the others.
pub(super) fn failure(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let root = frames::of(server.chain(), params.hash(0)?)?;
    let output = root.error.as_ref().and(root.output).unwrap_or_default();
    Ok(json!(output))
}

/// Every call of a transaction, in the order of execution.
pub(super) fn trace(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let root = frames::of(server.chain(), params.hash(0)?)?;
    Ok(frames::flat(&root).map(|(depth, frame)| frames::entry(depth, frame)).collect())
}

/// Transfers of value, creations and destructions inside a transaction.
pub(super) fn operations(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let root = frames::of(server.chain(), params.hash(0)?)?;
    let inner = frames::flat(&root).filter(|(depth, _)| *depth > 0);
    Ok(inner.filter_map(|(_, frame)| frames::operation(frame)).collect())
}

/// Hash of the transaction of a sender with a nonce.
pub(super) fn by_sender_and_nonce(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let found = transactions::by_sender_and_nonce(server, params)?;
    let is_sealed = found.get("blockHash").is_some_and(|hash| !hash.is_null());
    let hash = found.get("hash").filter(|_| is_sealed).cloned();
    Ok(hash.unwrap_or(Value::Null))
}

/// Header, issuance and fees of a block, without its transactions.
pub(super) fn details_by_number(server: &Server, params: &Params) -> Result<Value, RpcError> {
    details(server.chain(), number(params)?)
}

/// As [`details_by_number`], for a hash.
pub(super) fn details_by_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    details(server.chain(), params.hash(0)?.into())
}

fn details(chain: &Chain, block: BlockId) -> Result<Value, RpcError> {
    let Some(block) = chain.block(block)? else { return Ok(Value::Null) };
    let (block_wei, ommers_wei) = chain.issuance_wei(&block);
    let fees = (0..block.receipts.len()).filter_map(|index| block.receipt(index)).map(|receipt| {
        U256::from(receipt.gas_used).saturating_mul(U256::from(receipt.effective_gas_price))
    });
    let fees = fees.fold(U256::ZERO, U256::saturating_add);
    Ok(json!({
        "block": bare(&block)?,
        "issuance": {
            "blockReward": quantity(block_wei),
            "uncleReward": quantity(ommers_wei),
            "issuance": quantity(block_wei.saturating_add(ommers_wei)),
        },
        "totalFees": quantity(fees),
    }))
}

/// A block with the number of its transactions instead of them, and without its bloom.
fn bare(block: &Block) -> Result<Map<String, Value>, RpcError> {
    let shown = json_of(rpc::Block::<Value> {
        header: blocks::header(block),
        uncles: block.ommers.iter().map(alloy_consensus::Header::hash_slow).collect(),
        transactions: rpc::BlockTransactions::Full(Vec::new()),
        withdrawals: block.withdrawals.clone(),
    })?;
    let Value::Object(mut fields) = shown else { return Err(RpcError::internal()) };
    fields.remove("transactions");
    fields.insert("logsBloom".to_owned(), Value::Null);
    fields.insert("transactionCount".to_owned(), json!(block.transactions.len()));
    Ok(fields)
}

/// One page of the transactions of a block, the last ones first, with receipts. Inputs are cut to
/// the selector, logs left out.
pub(super) fn page_of_block(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let Some(block) = server.chain().block(number(params)?)? else {
        return Ok(Value::Null);
    };
    let (page, size) = (index(params.count(1)?), index(params.count(2)?).min(PAGE_MAX));
    let last = block.transactions.len().saturating_sub(page.saturating_mul(size));
    let places = last.saturating_sub(size)..last;
    let mut shown = Vec::new();
    let mut receipts = Vec::new();
    for (transaction, receipt) in
        places.filter_map(|place| Some((block.transaction(place)?, block.receipt(place)?)))
    {
        let mut transaction = json_of(transaction)?;
        if let Some(Value::String(input)) = transaction.get_mut("input") {
            input.truncate(10);
        }
        shown.push(transaction);
        let mut receipt = json_of(receipt)?;
        if let Some(fields) = receipt.as_object_mut() {
            fields.insert("logs".to_owned(), Value::Null);
            fields.insert("logsBloom".to_owned(), Value::Null);
        }
        receipts.push(receipt);
    }
    let mut full = bare(&block)?;
    full.insert("transactions".to_owned(), shown.into());
    Ok(json!({ "fullblock": full, "receipts": receipts }))
}

/// Who created a contract, and in which transaction.
pub(super) fn creator(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (chain, contract) = (server.chain(), params.address(0)?);
    let has_code = |number| -> Result<bool, RpcError> {
        Ok(!chain.code(contract, BlockId::number(number))?.is_empty())
    };
    let (mut first, mut last) = (0, chain.head().number);
    if !has_code(last)? {
        return Ok(Value::Null);
    }
    while first < last {
        let middle = u64::midpoint(first, last);
        if has_code(middle)? { last = middle } else { first = middle.saturating_add(1) }
    }
    let Some(block) = chain.block(BlockId::number(first))? else { return Ok(Value::Null) };
    if block.transactions.is_empty() {
        // The first block has accounts that nobody created.
        return Ok(Value::Null);
    }
    let creation = frames::of_block(chain, &block)?
        .into_iter()
        .find_map(|(hash, root)| Some((hash, created_by(&root, contract)?)));
    Ok(creation.map_or(
        Value::Null,
        |(hash, creator): (B256, Address)| json!({ "hash": hash, "creator": creator }),
    ))
}

fn created_by(root: &frames::Frame, contract: Address) -> Option<Address> {
    frames::flat(root)
        .find(|(_, frame)| frames::is_creation(frame) && frame.to == Some(contract))
        .map(|(_, frame)| frame.from)
}

/// The header of the first parameter: the explorer's test for Erigon.
pub(super) fn header(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let Some(block) = server.chain().block(number(params)?)? else { return Ok(Value::Null) };
    json_of(blocks::header(&block))
}

/// The explorer names blocks by plain numbers.
fn number(params: &Params) -> Result<BlockId, RpcError> {
    match params.count(0) {
        Ok(number) => Ok(BlockId::number(number)),
        Err(_) => Ok(params.block_number(0)?.into()),
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
