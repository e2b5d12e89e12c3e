//! Accounts, calls and proofs.

use alloy_eips::BlockId;
use alloy_primitives::{Address, U256};
use alloy_rpc_types_eth::{TransactionRequest, state::StateOverride};
use ledger::Chain;
use serde::{Deserializer, de::Error as _};
use serde_json::{Value, json};

use super::message::{Params, RpcError, json_of, quantity};

/// A storage slot: hex of up to 32 bytes, with or without leading zeros.
#[derive(Debug)]
struct Slot {
    number: U256,
    written: String,
}

impl<'de> serde::Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        let digits = written.strip_prefix("0x").unwrap_or(&written);
        if digits.is_empty() || digits.len() > 64 {
            return Err(D::Error::custom("a slot has 1 to 64 hex digits"));
        }
        let number = U256::from_str_radix(digits, 16).map_err(D::Error::custom)?;
        Ok(Self { number, written })
    }
}

pub(super) fn balance(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    Ok(quantity(chain.account(params.required(0)?, block(params, 1)?)?.balance))
}

/// The nonce; with `pending` the waiting transactions count too.
pub(super) fn transaction_count(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let (address, block) = (params.required(0)?, block(params, 1)?);
    if block.is_pending() {
        Ok(quantity(chain.next_nonce(address)?))
    } else {
        Ok(quantity(chain.account(address, block)?.nonce))
    }
}

pub(super) fn code(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    Ok(json!(chain.code(params.required(0)?, block(params, 1)?)?))
}

pub(super) fn storage(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let slot: Slot = params.required(1)?;
    let value = chain.storage(params.required(0)?, slot.number, block(params, 2)?)?;
    Ok(Value::String(format!("{value:#066x}")))
}

/// EIP-1186, for the latest block.
pub(super) fn proof(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let address: Address = params.required(0)?;
    let slots: Vec<Slot> = params.required(1)?;
    let numbers: Vec<_> = slots.iter().map(|slot| slot.number).collect();
    let proof = chain.proof(address, &numbers, block(params, 2)?)?;
    let storage: Vec<_> = slots
        .iter()
        .zip(&proof.slots)
        .map(|(slot, proven)| {
            json!({ "key": slot.written, "value": proven.value, "proof": proven.proof })
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

pub(super) fn call(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let result = chain.call_on(request(params)?, block(params, 1)?, overrides(params)?)?;
    Ok(json!(result.output))
}

pub(super) fn estimate_gas(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let gas = chain.estimate_gas(request(params)?, block(params, 1)?, overrides(params)?)?;
    Ok(quantity(gas))
}

pub(super) fn access_list(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let (list, gas) = chain.access_list(request(params)?, block(params, 1)?)?;
    Ok(json!({ "accessList": json_of(list)?, "gasUsed": quantity(gas) }))
}

fn request(params: &Params) -> Result<TransactionRequest, RpcError> {
    params.required(0)
}

fn overrides(params: &Params) -> Result<StateOverride, RpcError> {
    Ok(params.optional(2)?.unwrap_or_default())
}

/// The block parameter at `index`, the latest block when it is absent.
fn block(params: &Params, index: usize) -> Result<BlockId, RpcError> {
    Ok(params.optional(index)?.unwrap_or_default())
}
