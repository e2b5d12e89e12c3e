//! Accounts and their storage.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use serde_json::{Map, Value, json};

use super::{
    Server,
    message::{RpcError, quantity},
    params::Params,
};

/// Most slots in one request.
pub(super) const SLOTS_MAX: usize = 1024;

pub(super) fn balance(server: &Server, params: &Params) -> Result<Value, RpcError> {
    Ok(quantity(server.chain().account(params.address(0)?, params.block_or_latest(1)?)?.balance))
}

/// The nonce; with `pending` the waiting transactions count too.
pub(super) fn transaction_count(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (address, block) = (params.address(0)?, params.block_or_latest(1)?);
    if block.is_pending() {
        Ok(quantity(server.chain().next_nonce(address)?))
    } else {
        Ok(quantity(server.chain().account(address, block)?.nonce))
    }
}

pub(super) fn code(server: &Server, params: &Params) -> Result<Value, RpcError> {
    Ok(json!(server.chain().code(params.address(0)?, params.block_or_latest(1)?)?))
}

pub(super) fn storage(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (address, slot) = (params.address(0)?, params.slot(1)?);
    let value = server.chain().storage(address, slot.number, params.block_or_latest(2)?)?;
    Ok(Value::String(format!("{value:#066x}")))
}

/// Slots of several accounts in one request.
pub(super) fn storage_values(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let wanted: BTreeMap<Address, Vec<B256>> = params.required(0)?;
    let slots: usize = wanted.values().map(Vec::len).sum();
    if slots == 0 {
        return Err(RpcError::invalid_params("empty request"));
    }
    if slots > SLOTS_MAX {
        let message = format!("too many slots (max {SLOTS_MAX}, got {slots})");
        return Err(RpcError::invalid_params(message));
    }
    let block = params.block_or_latest(1)?;
    let mut found = Map::new();
    for (address, slots) in wanted {
        let value = |slot: B256| -> Result<Value, RpcError> {
            Ok(json!(B256::from(server.chain().storage(address, slot.into(), block)?)))
        };
        let values = slots.into_iter().map(value).collect::<Result<Vec<_>, _>>()?;
        found.insert(format!("{address:#x}"), values.into());
    }
    Ok(found.into())
}
