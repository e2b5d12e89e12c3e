//! Transactions and their receipts, in blocks and in the pool.

use alloy_consensus::{SignableTransaction as _, Transaction as _, TxEnvelope};
use alloy_eips::{BlockId, eip2718::Encodable2718 as _};
use alloy_primitives::{Address, Bytes, Signature, U256};
use alloy_rpc_types_eth::{Transaction, TransactionRequest};
use ledger::{Chain, Overrides};
use serde_json::{Value, json};

use super::{
    Server, fees,
    message::{RpcError, json_of},
    params::Params,
};

/// The transaction with the hash of the first parameter, waiting or in a block.
pub(super) fn by_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    server.chain().transaction(params.hash(0)?)?.map_or(Ok(Value::Null), shown)
}

/// As wallets read it. What waits has no block: its places are null.
pub(super) fn shown(transaction: Transaction) -> Result<Value, RpcError> {
    let waits = transaction.block_hash.is_none();
    let mut value = json_of(transaction)?;
    if let (true, Some(fields)) = (waits, value.as_object_mut()) {
        fields.insert("blockTimestamp".to_owned(), Value::Null);
    }
    Ok(value)
}

/// The transaction at the index of the second parameter in the block of the first.
pub(super) fn by_block_number(server: &Server, params: &Params) -> Result<Value, RpcError> {
    json_of(at(server.chain(), params.block_number(0)?.into(), params.quantity(1)?)?)
}

/// As [`by_block_number`], for a hash.
pub(super) fn by_block_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    json_of(at(server.chain(), params.hash(0)?.into(), params.quantity(1)?)?)
}

fn at(chain: &Chain, block: BlockId, index: u64) -> Result<Option<Transaction>, RpcError> {
    let Ok(index) = usize::try_from(index) else { return Ok(None) };
    Ok(chain.block(block)?.and_then(|block| block.transaction(index)))
}

/// EIP-2718 bytes of the transaction with the hash of the first parameter.
pub(super) fn raw(server: &Server, params: &Params) -> Result<Value, RpcError> {
    Ok(json!(server.chain().raw_transaction(params.hash(0)?)?))
}

/// As [`by_block_number`], as EIP-2718 bytes.
pub(super) fn raw_by_block_number(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let found = at(server.chain(), params.block_number(0)?.into(), params.quantity(1)?)?;
    Ok(encoded(found))
}

/// As [`raw_by_block_number`], for a hash.
pub(super) fn raw_by_block_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    Ok(encoded(at(server.chain(), params.hash(0)?.into(), params.quantity(1)?)?))
}

fn encoded(transaction: Option<Transaction>) -> Value {
    transaction.map_or(Value::Null, |transaction| {
        json!(Bytes::from(transaction.inner.inner().encoded_2718()))
    })
}

/// The receipt of the transaction with the hash of the first parameter.
pub(super) fn receipt(server: &Server, params: &Params) -> Result<Value, RpcError> {
    json_of(server.chain().receipt(params.hash(0)?)?)
}

/// The transaction of a sender with a nonce, waiting or in a block.
///
/// A sender's nonce never falls, so the block is found by bisection over the history.
pub(super) fn by_sender_and_nonce(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (sender, nonce) = (params.address(0)?, params.quantity(1)?);
    let chain = server.chain();
    let waiting = chain.waiting().into_iter().find(|waiting| is(waiting, sender, nonce));
    if let Some(waiting) = waiting {
        return shown(waiting);
    }
    let used_after = |number| -> Result<bool, RpcError> {
        Ok(chain.account(sender, BlockId::number(number))?.nonce > nonce)
    };
    let (mut first, mut last) = (0, chain.head().number);
    if !used_after(last)? {
        return Ok(Value::Null);
    }
    while first < last {
        let middle = u64::midpoint(first, last);
        if used_after(middle)? { last = middle } else { first = middle.saturating_add(1) }
    }
    let Some(block) = chain.block(BlockId::number(first))? else { return Ok(Value::Null) };
    let mut transactions =
        (0..block.transactions.len()).filter_map(|index| block.transaction(index));
    json_of(transactions.find(|transaction| is(transaction, sender, nonce)))
}

fn is(transaction: &Transaction, sender: Address, nonce: u64) -> bool {
    transaction.inner.signer() == sender && transaction.nonce() == nonce
}

/// `eth_fillTransaction`: the request with everything that signing needs, as it would be sent with
/// a signature of zeros.
pub(super) fn fill(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let mut request: TransactionRequest = params.required(0)?;
    let chain = server.chain();
    let sender = request.from.unwrap_or_default();
    if let Some(other) = request.chain_id.filter(|id| *id != chain.chain_id()) {
        let message =
            format!("chainId does not match node's (have={other}, want={})", chain.chain_id());
        return Err(RpcError::server(message));
    }
    request.chain_id = Some(chain.chain_id());
    if request.nonce.is_none() {
        request.nonce = Some(chain.next_nonce(sender)?);
    }
    request.value = request.value.or(Some(U256::ZERO));
    if request.gas_price.is_none() {
        let tip = request.max_priority_fee_per_gas.unwrap_or(fees::tip_wei(chain)?);
        let headroom = u128::from(chain.next_base_fee_wei()).saturating_mul(2);
        request.max_priority_fee_per_gas = Some(tip);
        request.max_fee_per_gas =
            request.max_fee_per_gas.or_else(|| Some(headroom.saturating_add(tip)));
    }
    if request.gas.is_none() {
        let gas = chain.estimate_gas(request.clone(), BlockId::pending(), Overrides::default())?;
        request.gas = Some(gas);
    }
    request.trim_conflicting_keys();
    let unsigned = request.build_typed_tx().map_err(|request| {
        let missing = request.missing_keys().err().map(|(_, keys)| keys.join(", "));
        let missing = missing.unwrap_or_default();
        RpcError::invalid_params(format!("transaction cannot be built, missing: {missing}"))
    })?;
    let unsigned: TxEnvelope =
        unsigned.into_signed(Signature::new(U256::ZERO, U256::ZERO, false)).into();
    Ok(json!({ "raw": Bytes::from(unsigned.encoded_2718()), "tx": json_of(unsigned)? }))
}
