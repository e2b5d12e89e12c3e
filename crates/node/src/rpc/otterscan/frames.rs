//! Calls inside a transaction.

use alloy_eips::BlockId;
use alloy_primitives::{B256, U256};
use alloy_rpc_types_trace::geth::{CallConfig, GethDebugTracingOptions, GethTrace};
use ledger::{Block, Chain};
use serde_json::{Value, json};

use crate::rpc::message::{RpcError, quantity};

/// A call with the calls in it.
pub(super) use alloy_rpc_types_trace::geth::CallFrame as Frame;

/// The outermost call of a transaction.
pub(super) fn of(chain: &Chain, hash: B256) -> Result<Frame, RpcError> {
    frame(chain.trace_transaction(hash, options())?)
}

/// The outermost call of each transaction of a block, with its hash.
pub(super) fn of_block(chain: &Chain, block: &Block) -> Result<Vec<(B256, Frame)>, RpcError> {
    let traces = chain.trace_block(BlockId::hash(block.hash()), options())?;
    traces.into_iter().map(|(hash, trace)| Ok((hash, frame(trace)?))).collect()
}

fn options() -> GethDebugTracingOptions {
    GethDebugTracingOptions::call_tracer(CallConfig::default())
}

fn frame(trace: GethTrace) -> Result<Frame, RpcError> {
    match trace {
        GethTrace::CallTracer(frame) => Ok(frame),
        _ => Err(RpcError::internal()),
    }
}

/// Every call with its depth, in the order of execution.
pub(super) fn flat(root: &Frame) -> impl Iterator<Item = (usize, &Frame)> {
    let mut open = vec![(0_usize, root)];
    std::iter::from_fn(move || {
        let (depth, frame) = open.pop()?;
        open.extend(frame.calls.iter().rev().map(|inner| (depth.saturating_add(1), inner)));
        Some((depth, frame))
    })
}

/// Whether a call creates a contract.
pub(super) fn is_creation(frame: &Frame) -> bool {
    matches!(frame.typ.as_str(), "CREATE" | "CREATE2")
}

/// A call as `ots_traceTransaction` lists it.
pub(super) fn entry(depth: usize, frame: &Frame) -> Value {
    let has_value = !matches!(frame.typ.as_str(), "STATICCALL" | "DELEGATECALL");
    json!({
        "type": frame.typ,
        "depth": depth,
        "from": frame.from,
        "to": frame.to,
        "value": has_value.then(|| quantity(frame.value.unwrap_or_default())),
        "input": frame.input,
        "output": frame.output.clone().unwrap_or_default(),
    })
}

/// A call as `ots_getInternalOperations` lists it, if it moves value or makes or ends a contract.
pub(super) fn operation(frame: &Frame) -> Option<Value> {
    let value = frame.value.unwrap_or_default();
    let kind = match frame.typ.as_str() {
        "CALL" if value > U256::ZERO => 0,
        "SELFDESTRUCT" => 1,
        "CREATE" => 2,
        "CREATE2" => 3,
        _ => return None,
    };
    Some(json!({ "type": kind, "from": frame.from, "to": frame.to, "value": quantity(value) }))
}
