//! `testing_buildBlockV1`, and the block that would come next.

use alloy_eips::{eip2718::Encodable2718 as _, eip4895::Withdrawal};
use alloy_primitives::{Address, B256, Bytes, U64};
use ledger::{Block, BuildAttributes, Built, Chain};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Server,
    message::{RpcError, quantity},
    params::Params,
};
use crate::clock::now_s;

/// Most bytes that a producer may add to a header.
const EXTRA_DATA_MAX: usize = 32;

/// What the new block is for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    timestamp: U64,
    prev_randao: B256,
    suggested_fee_recipient: Address,
    #[serde(default)]
    withdrawals: Option<Vec<Withdrawal>>,
    #[serde(default)]
    parent_beacon_block_root: Option<B256>,
    #[serde(default)]
    target_gas_limit: Option<U64>,
}

/// Builds a block on the parent of the first parameter for the attributes of the second, of the
/// transactions of the third or, when it is null, of those that wait. The chain stays as it is.
pub(super) fn build_block(server: &Server, params: &Params) -> Result<Value, RpcError> {
    if !server.options.testing {
        return Err(RpcError::unknown_method("testing_buildBlockV1"));
    }
    let attributes: Attributes = params.required(1)?;
    let transactions: Option<Vec<Bytes>> = params.optional(2)?;
    let extra_data: Bytes = params.optional(3)?.unwrap_or_default();
    if extra_data.len() > EXTRA_DATA_MAX {
        return Err(RpcError::invalid_params("extra data is longer than 32 bytes"));
    }
    let attributes = BuildAttributes {
        timestamp_s: attributes.timestamp.to(),
        prev_randao: Some(attributes.prev_randao),
        fee_recipient: Some(attributes.suggested_fee_recipient),
        withdrawals: attributes.withdrawals.unwrap_or_default().into(),
        parent_beacon_block_root: attributes.parent_beacon_block_root.unwrap_or_default(),
        gas_limit: attributes.target_gas_limit.map(|limit| limit.to()),
        extra_data,
    };
    let built = server.chain().build(params.hash(0)?, &attributes, transactions.as_deref())?;
    Ok(shown(&built))
}

/// The block that waiting transactions would make now.
pub(super) fn next_block(chain: &Chain) -> Result<Block, RpcError> {
    let head = chain.head();
    let timestamp_s = now_s().max(head.timestamp.saturating_add(1));
    let attributes = BuildAttributes { timestamp_s, ..BuildAttributes::default() };
    Ok(chain.build(head.hash(), &attributes, None)?.block)
}

fn shown(built: &Built) -> Value {
    let Built { block, value_wei, requests } = built;
    let header = block.header.inner();
    let transactions: Vec<_> = block
        .transactions
        .iter()
        .map(|transaction| Bytes::from(transaction.inner().encoded_2718()))
        .collect();
    let mut payload = json!({
        "parentHash": header.parent_hash,
        "feeRecipient": header.beneficiary,
        "stateRoot": header.state_root,
        "receiptsRoot": header.receipts_root,
        "logsBloom": header.logs_bloom,
        "prevRandao": header.mix_hash,
        "blockNumber": quantity(header.number),
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "timestamp": quantity(header.timestamp),
        "extraData": header.extra_data,
        "baseFeePerGas": quantity(header.base_fee_per_gas.unwrap_or_default()),
        "blockHash": block.hash(),
        "transactions": transactions,
    });
    let since_fork = [
        ("withdrawals", block.withdrawals.as_ref().map(|withdrawals| json!(withdrawals))),
        ("blobGasUsed", header.blob_gas_used.map(quantity)),
        ("excessBlobGas", header.excess_blob_gas.map(quantity)),
    ];
    if let Some(fields) = payload.as_object_mut() {
        let present = since_fork.into_iter().filter_map(|(key, value)| Some((key, value?)));
        fields.extend(present.map(|(key, value)| (key.to_owned(), value)));
    }
    json!({
        "executionPayload": payload,
        "blockValue": value_wei,
        "blobsBundle": { "commitments": [], "proofs": [], "blobs": [] },
        "executionRequests": requests,
        "shouldOverrideBuilder": false,
    })
}
