//! Which function answers which method.

use std::time::Duration;

use alloy_primitives::{B256, keccak256};
use serde_json::{Value, json};

use super::{
    Server, blocks, calls, config, fees, filters,
    message::{RpcError, json_of, quantity},
    otterscan,
    params::Params,
    raw, simulate, state, testing, trace, transactions, txpool,
};

/// How long `eth_sendRawTransactionSync` waits unless told otherwise, and at most.
const SYNC_WAIT_DEFAULT_MS: u64 = 2_000;
const SYNC_WAIT_MAX_MS: u64 = 30_000;

/// A function that answers a method.
type Handler = fn(&Server, &Params) -> Result<Value, RpcError>;

/// Every method: its name, the most parameters that it takes, its function. Sorted by name.
#[rustfmt::skip]
const METHODS: &[(&str, usize, Handler)] = &[
    ("debug_getRawBlock", 1, raw::block),
    ("debug_getRawHeader", 1, raw::header),
    ("debug_getRawReceipts", 1, raw::receipts),
    ("debug_getRawTransaction", 1, transactions::raw),
    ("debug_traceBlock", 2, trace::block),
    ("debug_traceBlockByHash", 2, trace::block_by_hash),
    ("debug_traceBlockByNumber", 2, trace::block_by_number),
    ("debug_traceCall", 3, trace::call),
    ("debug_traceTransaction", 2, trace::transaction),
    ("erigon_getHeaderByNumber", 1, otterscan::header),
    ("eth_accounts", 0, |_, _| Ok(json!([]))),
    ("eth_baseFee", 0, |server, _| Ok(quantity(server.chain().next_base_fee_wei()))),
    ("eth_blobBaseFee", 0, |server, _| Ok(quantity(server.chain().next_blob_base_fee_wei()))),
    ("eth_blockNumber", 0, |server, _| Ok(quantity(server.chain().head().number))),
    ("eth_call", 4, calls::call),
    ("eth_capabilities", 0, |server, _| Ok(config::capabilities(server.chain()))),
    ("eth_chainId", 0, |server, _| Ok(quantity(server.chain().chain_id()))),
    ("eth_config", 0, config::forks),
    ("eth_createAccessList", 4, calls::access_list),
    ("eth_estimateGas", 4, calls::estimate_gas),
    ("eth_feeHistory", 3, fees::history),
    ("eth_fillTransaction", 1, transactions::fill),
    ("eth_gasPrice", 0, fees::gas_price),
    ("eth_getBalance", 2, state::balance),
    ("eth_getBlockByHash", 2, blocks::by_hash),
    ("eth_getBlockByNumber", 2, blocks::by_number),
    ("eth_getBlockReceipts", 1, blocks::receipts),
    ("eth_getBlockTransactionCountByHash", 1, blocks::transaction_count_by_hash),
    ("eth_getBlockTransactionCountByNumber", 1, blocks::transaction_count_by_number),
    ("eth_getCode", 2, state::code),
    ("eth_getFilterChanges", 1, filters::changes),
    ("eth_getFilterLogs", 1, filters::logs),
    ("eth_getHeaderByHash", 1, blocks::header_by_hash),
    ("eth_getHeaderByNumber", 1, blocks::header_by_number),
    ("eth_getLogs", 1, filters::query),
    ("eth_getProof", 3, calls::proof),
    ("eth_getRawTransactionByBlockHashAndIndex", 2, transactions::raw_by_block_hash),
    ("eth_getRawTransactionByBlockNumberAndIndex", 2, transactions::raw_by_block_number),
    ("eth_getRawTransactionByHash", 1, transactions::raw),
    ("eth_getStorageAt", 3, state::storage),
    ("eth_getStorageValues", 2, state::storage_values),
    ("eth_getTransactionByBlockHashAndIndex", 2, transactions::by_block_hash),
    ("eth_getTransactionByBlockNumberAndIndex", 2, transactions::by_block_number),
    ("eth_getTransactionByHash", 1, transactions::by_hash),
    ("eth_getTransactionBySenderAndNonce", 2, transactions::by_sender_and_nonce),
    ("eth_getTransactionCount", 2, state::transaction_count),
    ("eth_getTransactionReceipt", 1, transactions::receipt),
    ("eth_getUncleByBlockHashAndIndex", 2, blocks::uncle_by_hash),
    ("eth_getUncleByBlockNumberAndIndex", 2, blocks::uncle_by_number),
    ("eth_getUncleCountByBlockHash", 1, blocks::uncle_count_by_hash),
    ("eth_getUncleCountByBlockNumber", 1, blocks::uncle_count_by_number),
    ("eth_maxPriorityFeePerGas", 0, fees::tip),
    ("eth_newBlockFilter", 0, filters::new_block_filter),
    ("eth_newFilter", 1, filters::new_log_filter),
    ("eth_newPendingTransactionFilter", 1, filters::new_waiting_filter),
    // Those of the node's own accounts: it signs for nobody over JSON-RPC.
    ("eth_pendingTransactions", 0, |_, _| Ok(json!([]))),
    ("eth_protocolVersion", 0, |_, _| Ok(json!("0x44"))),
    ("eth_sendRawTransaction", 1, send),
    ("eth_sendRawTransactionSync", 2, send_and_wait),
    ("eth_simulateV1", 2, simulate::simulate),
    ("eth_syncing", 0, |_, _| Ok(json!(false))),
    ("eth_uninstallFilter", 1, filters::uninstall),
    ("net_listening", 0, |_, _| Ok(json!(true))),
    ("net_peerCount", 0, |_, _| Ok(quantity(0_u8))),
    ("net_version", 0, |server, _| Ok(json!(server.chain().chain_id().to_string()))),
    ("ots_getApiLevel", 0, |_, _| Ok(json!(otterscan::API_LEVEL))),
    ("ots_getBlockDetails", 1, otterscan::details_by_number),
    ("ots_getBlockDetailsByHash", 1, otterscan::details_by_hash),
    ("ots_getBlockTransactions", 3, otterscan::page_of_block),
    ("ots_getContractCreator", 1, otterscan::creator),
    ("ots_getInternalOperations", 1, otterscan::operations),
    ("ots_getTransactionBySenderAndNonce", 2, otterscan::by_sender_and_nonce),
    ("ots_getTransactionError", 1, otterscan::failure),
    ("ots_hasCode", 2, otterscan::has_code),
    ("ots_searchTransactionsAfter", 3, otterscan::search_after),
    ("ots_searchTransactionsBefore", 3, otterscan::search_before),
    ("ots_traceTransaction", 1, otterscan::trace),
    ("rpc_modules", 0, |_, _| Ok(modules())),
    ("testing_buildBlockV1", 4, testing::build_block),
    ("txpool_content", 0, txpool::content),
    ("txpool_contentFrom", 1, txpool::content_from),
    ("txpool_inspect", 0, txpool::inspect),
    ("txpool_status", 0, |server, _| Ok(txpool::status(server))),
    ("web3_clientVersion", 0, |_, _| Ok(json!(concat!("openledger/", env!("CARGO_PKG_VERSION"))))),
    ("web3_sha3", 1, |_, params| Ok(json!(keccak256(params.bytes(0)?)))),
];

/// Answers one request.
pub(super) fn call(server: &Server, method: &str, params: &Params) -> Result<Value, RpcError> {
    let found = METHODS.binary_search_by_key(&method, |(name, _, _)| name);
    let entry = found.ok().and_then(|index| METHODS.get(index));
    let (_, most, answer) = entry.ok_or_else(|| RpcError::unknown_method(method))?;
    params.at_most(*most)?;
    answer(server, params)
}

/// The namespaces and their version.
fn modules() -> Value {
    let names = METHODS.iter().filter_map(|(name, _, _)| name.split_once('_'));
    names
        .map(|(module, _)| (module.to_owned(), json!("1.0")))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn send(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let hash: B256 = server.producer.submit(&params.bytes(0)?)?;
    Ok(json!(hash))
}

/// EIP-7966: sends, and answers with the receipt.
fn send_and_wait(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let wait_ms = params.optional(1)?.unwrap_or(SYNC_WAIT_DEFAULT_MS).min(SYNC_WAIT_MAX_MS);
    let hash = server.producer.submit(&params.bytes(0)?)?;
    server.producer.wait(hash, Duration::from_millis(wait_ms));
    match server.chain().receipt(hash)? {
        Some(receipt) => json_of(receipt),
        None => Err(RpcError::not_included(hash)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_sorted_so_that_they_are_found() {
        assert!(METHODS.is_sorted_by(|(one, _, _), (next, _, _)| one < next));
    }
}
