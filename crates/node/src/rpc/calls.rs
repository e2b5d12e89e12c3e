//! Calls, estimates, access lists and proofs: what is computed on a state without changing it.

use alloy_rpc_types_eth::{BlockOverrides, TransactionRequest, state::StateOverride};
use ledger::Overrides;
use serde_json::{Map, Value, json};

use super::{
    Server,
    message::{RpcError, json_of, quantity},
    params::{Params, Slot},
    state::SLOTS_MAX,
};

/// Request, block, accounts and fields of the block that are different.
pub(super) fn call(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (request, block) = (params.required(0)?, params.block_or_latest(1)?);
    let result = server.chain().call_on(request, block, overrides(params)?)?;
    Ok(json!(result.output))
}

/// As [`call`].
pub(super) fn estimate_gas(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let (request, block) = (params.required(0)?, params.block_or_latest(1)?);
    Ok(quantity(server.chain().estimate_gas(request, block, overrides(params)?)?))
}

/// As [`call`]; a failure of the execution is part of the answer.
pub(super) fn access_list(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let request: TransactionRequest = params.required(0)?;
    let block = params.block_or_latest(1)?;
    let found = server.chain().access_list(request, block, overrides(params)?)?;
    let mut answer = Map::new();
    answer.insert("accessList".to_owned(), json_of(found.list)?);
    if let Some(failure) = found.failure {
        answer.insert("error".to_owned(), failure.into());
    }
    answer.insert("gasUsed".to_owned(), quantity(found.gas_used));
    Ok(answer.into())
}

/// EIP-1186: an account and slots of it with their proofs, after any block.
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

/// Accounts of the third parameter, fields of the block of the fourth.
fn overrides(params: &Params) -> Result<Overrides, RpcError> {
    let state: StateOverride = params.optional(2)?.unwrap_or_default();
    let block: BlockOverrides = params.optional(3)?.unwrap_or_default();
    one_block_only(&block)?;
    Ok(Overrides { state, block })
}

/// Refuses the overrides that only make sense where blocks are built.
pub(super) fn one_block_only(block: &BlockOverrides) -> Result<(), RpcError> {
    if block.beacon_root.is_some() {
        let message = "block override \"beaconRoot\" is not supported for this RPC method";
        return Err(RpcError::server(message));
    }
    Ok(())
}
