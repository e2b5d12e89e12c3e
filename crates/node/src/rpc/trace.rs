//! `debug_trace…`: executions step by step.

use alloy_consensus::TxEnvelope;
use alloy_eips::BlockId;
use alloy_primitives::B256;
use alloy_rlp::Decodable as _;
use alloy_rpc_types_trace::geth::{
    GethDebugTracingCallOptions, GethDebugTracingOptions, GethTrace,
};
use ledger::TraceError;
use serde_json::{Value, json};

use super::{
    Server, calls,
    message::{RpcError, json_of},
    params::Params,
};
use crate::error::chain as causes;

/// The transaction of the first parameter.
pub(super) fn transaction(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let trace = server.chain().trace_transaction(params.hash(0)?, options(params, 1)?)?;
    json_of(trace)
}

/// The request of the first parameter after the block of the second.
pub(super) fn call(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let options: GethDebugTracingCallOptions = params.optional(2)?.unwrap_or_default();
    if let Some(block) = &options.block_overrides {
        calls::one_block_only(block)?;
    }
    let block = params.block_or_latest(1)?;
    json_of(server.chain().trace_call(params.required(0)?, block, options)?)
}

/// Every transaction of the block with the number of the first parameter.
pub(super) fn block_by_number(server: &Server, params: &Params) -> Result<Value, RpcError> {
    traces(server, params.block_number(0)?.into(), params)
}

/// As [`block_by_number`], for a hash.
pub(super) fn block_by_hash(server: &Server, params: &Params) -> Result<Value, RpcError> {
    traces(server, params.hash(0)?.into(), params)
}

/// As [`block_by_number`], for the RLP of a block of the chain.
pub(super) fn block(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let bytes = params.bytes(0)?;
    let block = alloy_consensus::Block::<TxEnvelope>::decode(&mut bytes.as_ref());
    let block = block
        .map_err(|error| RpcError::invalid_params(format!("could not decode block: {error}")))?;
    traces(server, block.header.hash_slow().into(), params)
}

fn traces(server: &Server, block: BlockId, params: &Params) -> Result<Value, RpcError> {
    let traces = server.chain().trace_block(block, options(params, 1)?)?;
    let shown =
        |(hash, trace): (B256, GethTrace)| Ok(json!({ "txHash": hash, "result": json_of(trace)? }));
    traces.into_iter().map(shown).collect()
}

fn options(params: &Params, index: usize) -> Result<GethDebugTracingOptions, RpcError> {
    Ok(params.optional(index)?.unwrap_or_default())
}

impl From<TraceError> for RpcError {
    fn from(error: TraceError) -> Self {
        match error {
            TraceError::Call(error) => error.into(),
            TraceError::System { .. } => {
                tracing::error!(cause = %causes(&error), "a block cannot be executed again");
                Self::internal()
            }
            error => Self::server(error.to_string()),
        }
    }
}
