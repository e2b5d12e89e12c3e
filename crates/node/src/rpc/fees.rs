//! What gas costs.

use alloy_consensus::Transaction as _;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_rpc_types_eth::FeeHistory;
use ledger::{Block, Chain, ReadError};
use serde_json::Value;

use super::{
    Server,
    message::{RpcError, json_of, quantity},
    params::Params,
};

/// Suggested tip per gas in wei while recent blocks show none. Blocks are rarely full, so that any
/// tip gets in.
const TIP_DEFAULT_WEI: u128 = 1_000_000;
/// Highest suggested tip per gas, in wei.
const TIP_MAX_WEI: u128 = 500_000_000_000;
/// Tips below say nothing: their senders do not bid.
const TIP_IGNORED_WEI: u128 = 2;
/// Recent blocks that a suggestion looks at.
const SAMPLED_BLOCKS: u64 = 20;
/// Lowest tips of each of them that count.
const SAMPLED_TIPS: usize = 3;
/// Percentile of these tips that is suggested.
const SAMPLED_PERCENTILE: usize = 60;
/// Most blocks in one fee history.
const HISTORY_BLOCKS_MAX: u64 = 1024;
/// Most percentiles in one fee history.
const PERCENTILES_MAX: usize = 100;

/// `eth_gasPrice`: a price per gas that the next block takes.
pub(super) fn gas_price(server: &Server, _params: &Params) -> Result<Value, RpcError> {
    let base_fee = u128::from(server.chain().next_base_fee_wei());
    Ok(quantity(tip_wei(server.chain())?.saturating_add(base_fee)))
}

/// `eth_maxPriorityFeePerGas`.
pub(super) fn tip(server: &Server, _params: &Params) -> Result<Value, RpcError> {
    Ok(quantity(tip_wei(server.chain())?))
}

/// The 60th percentile of the lowest tips that got into recent blocks, in wei per gas.
pub(super) fn tip_wei(chain: &Chain) -> Result<u128, ReadError> {
    let last = chain.head().number;
    let first = last.saturating_sub(SAMPLED_BLOCKS - 1);
    let mut sampled = Vec::new();
    for number in first..=last {
        let Some(block) = chain.block(BlockId::number(number))? else { continue };
        let base_fee = block.header.base_fee_per_gas.unwrap_or_default();
        let others = block
            .transactions
            .iter()
            .filter(|transaction| transaction.signer() != block.header.beneficiary)
            .filter_map(|transaction| transaction.effective_tip_per_gas(base_fee));
        let mut tips: Vec<_> = others.filter(|tip| *tip >= TIP_IGNORED_WEI).collect();
        tips.sort_unstable();
        sampled.extend(tips.into_iter().take(SAMPLED_TIPS));
    }
    sampled.sort_unstable();
    let position = sampled.len().saturating_sub(1).saturating_mul(SAMPLED_PERCENTILE) / 100;
    Ok(sampled.get(position).map_or(TIP_DEFAULT_WEI, |tip| (*tip).min(TIP_MAX_WEI)))
}

/// `eth_feeHistory`: number of blocks, last block, percentiles of the tips.
pub(super) fn history(server: &Server, params: &Params) -> Result<Value, RpcError> {
    let chain = server.chain();
    let percentiles = percentiles(params)?;
    let last = last_block(chain, params.block_number(1)?)?;
    let blocks = params.count(0)?.min(HISTORY_BLOCKS_MAX).min(last.saturating_add(1));
    if blocks == 0 {
        return json_of(FeeHistory::default());
    }
    let first = last.saturating_add(1).saturating_sub(blocks);
    let mut history = FeeHistory { oldest_block: first, ..FeeHistory::default() };
    let mut rewards = Vec::new();
    for number in first..=last {
        let block = chain.block(BlockId::number(number))?.ok_or(ReadError::UnknownBlock)?;
        let header = block.header.inner();
        let blobs = chain.blob_params(header.timestamp);
        history.base_fee_per_gas.push(header.base_fee_per_gas.unwrap_or_default().into());
        let blob_fee = blobs.and_then(|blobs| header.blob_fee(blobs)).unwrap_or_default();
        history.base_fee_per_blob_gas.push(blob_fee);
        history.gas_used_ratio.push(ratio(header.gas_used, header.gas_limit));
        let blob_gas_max = blobs.map_or(0, |blobs| blobs.max_blob_gas_per_block());
        let blob_gas_used = header.blob_gas_used.unwrap_or_default();
        history.blob_gas_used_ratio.push(ratio(blob_gas_used, blob_gas_max));
        rewards.push(tips_at(&block, &percentiles));
    }
    let (base_fee, blob_fee) = next_fees(chain, last)?;
    history.base_fee_per_gas.push(base_fee);
    history.base_fee_per_blob_gas.push(blob_fee);
    history.reward = (!percentiles.is_empty()).then_some(rewards);
    json_of(history)
}

/// Number of the last block; a future one is refused.
fn last_block(chain: &Chain, newest: BlockNumberOrTag) -> Result<u64, RpcError> {
    let head = chain.head().number;
    if let Some(requested) = newest.as_number().filter(|number| *number > head) {
        let message = format!("request beyond head block: requested {requested}, head {head}");
        return Err(RpcError::server(message));
    }
    Ok(chain.header(newest.into())?.ok_or(ReadError::UnknownBlock)?.number)
}

/// Fees per gas and per blob gas of the block after `last`, in wei.
fn next_fees(chain: &Chain, last: u64) -> Result<(u128, u128), RpcError> {
    let Some(next) = chain.header(BlockId::number(last.saturating_add(1)))? else {
        return Ok((chain.next_base_fee_wei().into(), chain.next_blob_base_fee_wei()));
    };
    let blobs = chain.blob_params(next.timestamp);
    let blob_fee = blobs.and_then(|blobs| next.blob_fee(blobs)).unwrap_or_default();
    Ok((next.base_fee_per_gas.unwrap_or_default().into(), blob_fee))
}

fn percentiles(params: &Params) -> Result<Vec<f64>, RpcError> {
    let percentiles: Vec<f64> = params.optional(2)?.unwrap_or_default();
    if percentiles.len() > PERCENTILES_MAX {
        return Err(RpcError::server(format!("over the query limit {PERCENTILES_MAX}")));
    }
    let in_range = percentiles.iter().all(|percentile| (0.0..=100.0).contains(percentile));
    let rise = percentiles.is_sorted_by(|one, next| one < next);
    if in_range && rise {
        return Ok(percentiles);
    }
    Err(RpcError::server("invalid reward percentile: they must rise from 0 to 100"))
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
