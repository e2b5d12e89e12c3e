//! Accounts, calls and proofs.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use alloy_rpc_types_eth::{TransactionRequest, state::StateOverride};
use serde_json::{Map, Value, json};

use super::{
    Server,
    message::{RpcError, json_of, quantity},
    params::{Params, Slot},
};

/// Most slots in one request.
const SLOTS_MAX: usize = 1024;

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

/// EIP-1186, for the latest block.
pub(super) fn proof(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let address = params.address(0)?;
    let slots = params.required::<Vec<String>>(1)?;
    if slots.len() > SLOTS_MAX {
        let message = format!("too many slots (max {SLOTS_MAX}, got {})", slots.len());
        return Err(RpcError::invalid_params(message));
    }
    let slots = slots.iter().map(|slot| Slot::parse(slot)).collect::<Result<Vec<_>, _>>()?;
    let numbers: Vec<_> = slots.iter().map(|slot| slot.number).collect();
    let proof = server.chain().proof(address, &numbers, params.block_or_latest(2)?)?;
    let storage: Vec<_> = slots
        .iter()
        .zip(&proof.slots)
        .map(|(slot, proven)| {
            json!({ "key": slot.shown(), "value": proven.value, "proof": proven.proof })
        })
        .collect();
    Ok(json!({
        "address": address,
        "accountProof": proof.proof,
        "balance": proof.account.balance,
        "codeHash": proof.account.code_hash,
        "nonce": quantity(proof.account.nonce),
        "storageHash": proof.storage_root,
        "storageProof": storage,
    }))
}

pub(super) fn call(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let result =
        server.chain().call_on(request(params)?, params.block_or_latest(1)?, overrides(params)?)?;
    Ok(json!(result.output))
}

pub(super) fn estimate_gas(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let gas = server.chain().estimate_gas(
        request(params)?,
        params.block_or_latest(1)?,
        overrides(params)?,
    )?;
    Ok(quantity(gas))
}

pub(super) fn access_list(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (list, gas) = server.chain().access_list(request(params)?, params.block_or_latest(1)?)?;
    Ok(json!({ "accessList": json_of(list)?, "gasUsed": quantity(gas) }))
}

fn request(params: &Params) -> Result<TransactionRequest, RpcError> {
    params.required(0)
}

fn overrides(params: &Params) -> Result<StateOverride, RpcError> {
    Ok(params.optional(2)?.unwrap_or_default())
}
