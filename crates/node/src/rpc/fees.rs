//! What gas costs.

use alloy_consensus::Transaction as _;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::U64;
use alloy_rpc_types_eth::FeeHistory;
use ledger::{Block, Chain, ReadError};
use serde_json::Value;

use super::message::{Params, RpcError, json_of};

/// Suggested tip per gas, in wei. Blocks are rarely full, so that any tip gets in; this one pays
/// for some rises of the base fee between signing and sealing.
pub(super) const TIP_WEI: u64 = 1_000_000_000;
/// Most blocks in one fee history.
const HISTORY_BLOCKS_MAX: u64 = 1024;
/// Most percentiles in one fee history.
const PERCENTILES_MAX: usize = 100;

/// A price per gas that the next block takes, in wei.
pub(super) fn gas_price_wei(chain: &Chain) -> u64 {
    chain.next_base_fee_wei().saturating_add(TIP_WEI)
}

/// `eth_feeHistory`: number of blocks, last block, percentiles of the tips.
pub(super) fn history(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let blocks = params.required::<U64>(0)?.to::<u64>().min(HISTORY_BLOCKS_MAX);
    let newest: BlockNumberOrTag = params.required(1)?;
    let percentiles = percentiles(params)?;
    let last = chain.header(newest.into())?.ok_or(ReadError::UnknownBlock)?.number;
    if blocks == 0 {
        return json_of(FeeHistory::default());
    }
    let first = last.saturating_add(1).saturating_sub(blocks);
    let mut history = FeeHistory { oldest_block: first, ..FeeHistory::default() };
    let mut rewards = Vec::new();
    for number in first..=last {
        let block = chain.block(BlockId::number(number))?.ok_or(ReadError::UnknownBlock)?;
        history.base_fee_per_gas.push(block.header.base_fee_per_gas.unwrap_or_default().into());
        history.base_fee_per_blob_gas.push(1);
        history.gas_used_ratio.push(ratio(block.header.gas_used, block.header.gas_limit));
        history.blob_gas_used_ratio.push(0.0);
        rewards.push(tips_at(&block, &percentiles));
    }
    let next = match chain.header(BlockId::number(last.saturating_add(1)))? {
        Some(header) => header.base_fee_per_gas.unwrap_or_default(),
        None => chain.next_base_fee_wei(),
    };
    history.base_fee_per_gas.push(next.into());
    history.base_fee_per_blob_gas.push(1);
    history.reward = (!percentiles.is_empty()).then_some(rewards);
    json_of(history)
}

fn percentiles(params: &Params) -> Result<Vec<f64>, RpcError> {
    let percentiles: Vec<f64> = params.optional(2)?.unwrap_or_default();
    let rising = percentiles.is_sorted() && percentiles.iter().all(|p| (0.0..=100.0).contains(p));
    if rising && percentiles.len() <= PERCENTILES_MAX {
        Ok(percentiles)
    } else {
        Err(RpcError::invalid_params("percentiles must rise from 0 to 100, at most 100 of them"))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for display")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Tips per gas, in wei, that were paid at these percentiles of the gas used.
fn tips_at(block: &Block, percentiles: &[f64]) -> Vec<u128> {
    let base_fee = block.header.base_fee_per_gas.unwrap_or_default();
    let mut before = 0;
    let mut tips: Vec<(u128, u64)> = Vec::with_capacity(block.transactions.len());
    for (transaction, receipt) in block.transactions.iter().zip(&block.receipts) {
        let used = receipt.cumulative_gas_used();
        let tip = transaction.effective_tip_per_gas(base_fee).unwrap_or_default();
        tips.push((tip, used.saturating_sub(before)));
        before = used;
    }
    tips.sort_unstable();
    percentiles.iter().map(|percentile| tip_at(&tips, block.header.gas_used, *percentile)).collect()
}

fn tip_at(tips: &[(u128, u64)], gas_used: u64, percentile: f64) -> u128 {
    let mut gas = 0u64;
    for (tip, used) in tips {
        gas = gas.saturating_add(*used);
        if ratio(gas, gas_used) * 100.0 >= percentile {
            return *tip;
        }
    }
    tips.last().map_or(0, |(tip, _)| *tip)
}
