//! Which function answers which method.

use std::time::Duration;

use alloy_primitives::{B256, Bytes, keccak256};
use serde_json::{Value, json};

use super::{
    Server, blocks, fees, filters,
    message::{Params, RpcError, json_of, quantity},
    state,
};

/// How long `eth_sendRawTransactionSync` waits unless told otherwise, and at most.
const SYNC_WAIT_DEFAULT_MS: u64 = 2_000;
const SYNC_WAIT_MAX_MS: u64 = 30_000;

/// Answers one request.
pub(super) fn call(server: &Server, method: &str, params: &Params) -> Result<Value, RpcError> {
    let chain = &*server.producer.chain;
    match method {
        "eth_chainId" => Ok(quantity(chain.chain_id())),
        "eth_blockNumber" => Ok(quantity(chain.head().number)),
        "eth_accounts" => Ok(json!([])),
        "eth_syncing" => Ok(json!(false)),
        "net_version" => Ok(json!(chain.chain_id().to_string())),
        "net_listening" => Ok(json!(true)),
        "web3_clientVersion" => Ok(json!(concat!("openledger/", env!("CARGO_PKG_VERSION")))),
        "web3_sha3" => Ok(json!(keccak256(params.required::<Bytes>(0)?))),
        "eth_sendRawTransaction" => send(server, params),
        "eth_sendRawTransactionSync" => send_and_wait(server, params),
        "eth_newFilter" => filters::new_log_filter(server, params),
        "eth_newBlockFilter" => filters::new_block_filter(server),
        "eth_newPendingTransactionFilter" => filters::new_waiting_filter(server),
        "eth_getFilterChanges" => filters::changes(server, params),
        "eth_getFilterLogs" => filters::logs(server, params),
        "eth_uninstallFilter" => filters::uninstall(server, params),
        _ => read(server, method, params),
    }
}

/// The methods that only look.
fn read(server: &Server, method: &str, params: &Params) -> Result<Value, RpcError> {
    let chain = &*server.producer.chain;
    match method {
        "eth_getBlockByNumber" | "eth_getBlockByHash" => blocks::block(chain, params),
        "eth_getBlockReceipts" => blocks::receipts(chain, params),
        "eth_getBlockTransactionCountByNumber" | "eth_getBlockTransactionCountByHash" => {
            blocks::transaction_count(chain, params)
        }
        "eth_getUncleCountByBlockNumber" | "eth_getUncleCountByBlockHash" => {
            blocks::uncle_count(chain, params)
        }
        "eth_getTransactionByHash" => blocks::transaction(chain, params),
        "eth_getTransactionByBlockNumberAndIndex" | "eth_getTransactionByBlockHashAndIndex" => {
            blocks::transaction_at(chain, params)
        }
        "eth_getRawTransactionByHash" => blocks::raw_transaction(chain, params),
        "eth_getTransactionReceipt" => blocks::receipt(chain, params),
        "eth_getLogs" => json_of(chain.logs(&params.required(0)?)?),
        "eth_getBalance" => state::balance(chain, params),
        "eth_getTransactionCount" => state::transaction_count(chain, params),
        "eth_getCode" => state::code(chain, params),
        "eth_getStorageAt" => state::storage(chain, params),
        "eth_getProof" => state::proof(chain, params),
        "eth_call" => state::call(chain, params),
        "eth_estimateGas" => state::estimate_gas(chain, params),
        "eth_createAccessList" => state::access_list(chain, params),
        "eth_gasPrice" => Ok(quantity(fees::gas_price_wei(chain))),
        "eth_maxPriorityFeePerGas" => Ok(quantity(fees::TIP_WEI)),
        "eth_blobBaseFee" => Ok(quantity(chain.next_blob_base_fee_wei())),
        "eth_feeHistory" => fees::history(chain, params),
        _ => Err(RpcError::unknown_method(method)),
    }
}

fn send(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let hash: B256 = server.producer.submit(&params.required(0)?)?;
    Ok(json!(hash))
}

fn send_and_wait(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let wait_ms = params.optional(1)?.unwrap_or(SYNC_WAIT_DEFAULT_MS).min(SYNC_WAIT_MAX_MS);
    let hash = server.producer.submit(&params.required(0)?)?;
    server.producer.wait(hash, Duration::from_millis(wait_ms));
    match server.producer.chain.receipt(hash)? {
        Some(receipt) => json_of(receipt),
        None => Err(RpcError::not_included(hash)),
    }
}
