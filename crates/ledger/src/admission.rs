//! The checks of a transaction that need no state: format, signature, fees, gas.

use alloy_consensus::{
    Transaction as _, TxEnvelope,
    transaction::{Recovered, SignerRecoverable as _},
};
use alloy_eips::{
    eip2718::{Decodable2718 as _, Encodable2718 as _},
    eip7825::MAX_TX_GAS_LIMIT_OSAKA,
};
use alloy_hardforks::EthereumHardforks as _;
use alloy_primitives::{Address, U256};
use revm::primitives::eip3860::MAX_INITCODE_SIZE;

mod blobs;

use crate::{error::SubmitError, options::Options, pool::Pooled, rules::Rules};

/// Memory of an entry in the pool beside what the transaction carries; its places in the lists
/// count 512.
const ENTRY_BYTES: usize = 512 + size_of::<Pooled>();

/// Decodes and checks a transaction for the block after `parent`. The signature is recovered here
/// and never again, unless the `sender` is known from an earlier time.
pub(crate) fn admit(
    bytes: &[u8],
    sender: Option<Address>,
    rules: &Rules,
    options: &Options,
    parent: &alloy_consensus::Header,
) -> Result<Pooled, SubmitError> {
    let mut limit = options.transaction_bytes_max;
    if bytes.first() == Some(&blobs::BLOB_TYPE) {
        let params = rules.blob_params(parent.timestamp);
        limit = limit.saturating_add(blobs::blob_bytes_max(params));
    }
    if bytes.len() > limit {
        return Err(SubmitError::Oversized { bytes: bytes.len(), limit });
    }
    let transaction = TxEnvelope::decode_2718_exact(bytes)
        .map_err(|reason| SubmitError::Undecodable { reason })?;
    if let Some(chain_id) = transaction.chain_id()
        && chain_id != rules.chain_id()
    {
        return Err(SubmitError::OtherChain { transaction: chain_id, chain: rules.chain_id() });
    }
    check_fields(&transaction, rules, parent)?;
    check_intrinsic_gas(&transaction, rules, parent)?;
    // What was admitted in an earlier time is stored without its blobs.
    if sender.is_none() && blobs::lacks_blobs(&transaction) {
        return Err(SubmitError::MissingBlobs);
    }
    blobs::check(&transaction, rules, parent)?;
    let transaction = blobs::without_blobs(transaction);
    let sender = match sender {
        Some(sender) => sender,
        None => transaction.recover_signer().ok().ok_or(SubmitError::InvalidSignature)?,
    };
    let gas = U256::from(transaction.gas_limit());
    let cost = gas
        .saturating_mul(U256::from(transaction.max_fee_per_gas()))
        .saturating_add(blobs::cost(&transaction))
        .saturating_add(transaction.value());
    // Lists of addresses and authorizations take up to twice their encoding.
    let bytes = transaction.encode_2718_len().saturating_mul(2).saturating_add(ENTRY_BYTES);
    Ok(Pooled { transaction: Recovered::new_unchecked(transaction, sender), cost, bytes })
}

fn check_fields(
    transaction: &TxEnvelope,
    rules: &Rules,
    parent: &alloy_consensus::Header,
) -> Result<(), SubmitError> {
    let gas_limit = transaction.gas_limit();
    let cap = MAX_TX_GAS_LIMIT_OSAKA;
    if gas_limit > cap && rules.is_osaka_active_at_timestamp(parent.timestamp) {
        return Err(SubmitError::GasLimitTooHigh { gas_limit, cap });
    }
    if gas_limit > parent.gas_limit {
        let limit = parent.gas_limit;
        return Err(SubmitError::ExceedsBlockGasLimit { gas_limit, limit });
    }
    if transaction.nonce() == u64::MAX {
        return Err(SubmitError::NonceMax);
    }
    let fee = transaction.max_fee_per_gas();
    if let Some(tip) = transaction.max_priority_fee_per_gas().filter(|tip| *tip > fee) {
        return Err(SubmitError::TipAboveFee { tip, fee });
    }
    let bytes = transaction.input().len();
    if transaction.is_create() && bytes > MAX_INITCODE_SIZE {
        return Err(SubmitError::InitcodeTooLarge { bytes, limit: MAX_INITCODE_SIZE });
    }
    if transaction.authorization_list().is_some_and(<[_]>::is_empty) {
        return Err(SubmitError::EmptyAuthorizations);
    }
    Ok(())
}

fn check_intrinsic_gas(
    transaction: &TxEnvelope,
    rules: &Rules,
    parent: &alloy_consensus::Header,
) -> Result<(), SubmitError> {
    let lists = transaction.access_list().map(|list| &list.0);
    let accounts = lists.map_or(0, Vec::len);
    let slots = lists.into_iter().flatten().map(|item| item.storage_keys.len()).sum();
    let authorizations = transaction.authorization_list().map_or(0, <[_]>::len);
    let gas = rules.environment(parent).cfg_env.gas_params.initial_tx_gas(
        transaction.input(),
        transaction.is_create(),
        count(accounts),
        count(slots),
        count(authorizations),
        None,
    );
    let gas_limit = transaction.gas_limit();
    let (needed, floor) = (gas.initial_total_gas(), gas.floor_gas());
    if gas_limit < needed {
        Err(SubmitError::IntrinsicGas { gas_limit, needed })
    } else if gas_limit < floor {
        Err(SubmitError::FloorDataGas { gas_limit, needed: floor })
    } else {
        Ok(())
    }
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
