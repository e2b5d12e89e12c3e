//! `eth_simulateV1`: blocks that might follow.

use alloy_consensus::{
    Typed2718 as _,
    transaction::{TransactionInfo, TxHashRef as _},
};
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::U256;
use alloy_rpc_types_eth::{self as rpc, BlockOverrides, TransactionRequest, state::StateOverride};
use ledger::{
    CallError, SimulateBlock, SimulateError, SimulateRequest, SimulatedBlock, SimulatedCall,
    TransactionFault,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Server,
    message::{RpcError, json_of, quantity},
    params::Params,
};
use crate::error::chain as causes;

/// The first parameter.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Payload {
    block_state_calls: Vec<StateCalls>,
    trace_transfers: bool,
    validation: bool,
    return_full_transactions: bool,
}

/// One block of the first parameter.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct StateCalls {
    block_overrides: Option<Header>,
    state_overrides: Option<StateOverride>,
    calls: Option<Vec<TransactionRequest>>,
}

/// Fields of a header, and the withdrawals that a block may have.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Header {
    withdrawals: Option<Vec<Withdrawal>>,
    #[serde(flatten)]
    fields: BlockOverrides,
}

/// Blocks on top of the block of the second parameter.
pub(super) fn simulate(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let payload: Payload = params.required(0)?;
    let full = payload.return_full_transactions;
    let request = SimulateRequest {
        blocks: payload.block_state_calls.into_iter().map(block).collect(),
        validation: payload.validation,
        trace_transfers: payload.trace_transfers,
    };
    let blocks = server.chain().simulate(request, params.block_or_latest(1)?)?;
    blocks.into_iter().map(|block| shown(block, full)).collect()
}

fn block(block: StateCalls) -> SimulateBlock {
    let header = block.block_overrides.unwrap_or_default();
    SimulateBlock {
        header: header.fields,
        withdrawals: header.withdrawals.unwrap_or_default(),
        state: block.state_overrides.unwrap_or_default(),
        calls: block.calls.unwrap_or_default(),
    }
}

fn shown(block: SimulatedBlock, full: bool) -> Result<Value, RpcError> {
    let transactions: Vec<Value> = if full {
        (0..block.transactions.len())
            .filter_map(|index| transaction(&block, index))
            .collect::<Result<_, _>>()?
    } else {
        block.transactions.iter().map(|transaction| json!(transaction.tx_hash())).collect()
    };
    let calls: Vec<Value> = block.calls.into_iter().map(call).collect::<Result<_, _>>()?;
    let mut shown = json_of(rpc::Block::<Value> {
        header: rpc::Header {
            hash: block.header.hash(),
            inner: block.header.into_inner(),
            total_difficulty: None,
            size: Some(U256::from(block.rlp_bytes)),
        },
        uncles: Vec::new(),
        transactions: rpc::BlockTransactions::Full(transactions),
        withdrawals: block.withdrawals.map(Into::into),
    })?;
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("calls".to_owned(), calls.into());
    }
    Ok(shown)
}

fn transaction(block: &SimulatedBlock, index: usize) -> Option<Result<Value, RpcError>> {
    let transaction = block.transactions.get(index)?;
    let information = TransactionInfo {
        hash: Some(*transaction.tx_hash()),
        index: u64::try_from(index).ok(),
        block_hash: Some(block.header.hash()),
        block_number: Some(block.header.number),
        base_fee: block.header.base_fee_per_gas,
        block_timestamp: Some(block.header.timestamp),
    };
    let is_legacy = transaction.is_legacy();
    let shown = json_of(rpc::Transaction::from_transaction(transaction.clone(), information));
    Some(shown.map(|mut shown| {
        // A signed legacy transaction cannot have this parity, an unsigned one has no other.
        if let (true, Some(fields)) = (is_legacy, shown.as_object_mut()) {
            fields.insert("v".to_owned(), quantity(0_u8));
        }
        shown
    }))
}

fn call(call: SimulatedCall) -> Result<Value, RpcError> {
    let mut shown = json!({
        "logs": json_of(call.logs)?,
        "gasUsed": quantity(call.gas_used),
        "maxUsedGas": quantity(call.max_gas_used),
        "status": quantity(u8::from(call.outcome.is_ok())),
        "returnData": "0x",
    });
    match call.outcome {
        Ok(output) => shown["returnData"] = json!(output),
        Err(error) => {
            let message = error.to_string();
            shown["error"] = match error {
                CallError::Reverted { output } => {
                    json!({ "message": message, "code": 3, "data": output })
                }
                _ => json!({ "message": message, "code": -32_015 }),
            };
        }
    }
    Ok(shown)
}

impl From<SimulateError> for RpcError {
    fn from(error: SimulateError) -> Self {
        let code = match &error {
            SimulateError::Empty => -32_602,
            SimulateError::TooManyBlocks { .. } => -38_026,
            SimulateError::BlockOrder { .. } => -38_020,
            SimulateError::TimeOrder { .. } => -38_021,
            SimulateError::BlockGasLimit { .. } => -38_015,
            SimulateError::Transaction { fault, .. } => match fault {
                TransactionFault::NonceTooLow => -38_010,
                TransactionFault::NonceTooHigh => -38_011,
                TransactionFault::FeeBelowBaseFee => -38_012,
                TransactionFault::IntrinsicGas => -38_013,
                TransactionFault::InsufficientFunds => -38_014,
                TransactionFault::InitcodeTooLarge => -38_025,
                TransactionFault::InvalidFees => -32_602,
                TransactionFault::Other => -32_603,
            },
            SimulateError::System { .. } => {
                tracing::error!(cause = %causes(&error), "system calls failed in a simulation");
                -32_603
            }
            SimulateError::Call(_) => -32_000,
        };
        match error {
            SimulateError::Call(error) => error.into(),
            error => Self::coded(code, error.to_string()),
        }
    }
}
