//! The checks of a transaction that need no state: format, signature, fees, gas.

use alloy_consensus::{
    Transaction as _, TxEnvelope,
    transaction::{Recovered, SignerRecoverable as _},
};
use alloy_eips::{Typed2718 as _, eip2718::Decodable2718 as _, eip7825::MAX_TX_GAS_LIMIT_OSAKA};
use alloy_evm::FromRecoveredTx as _;
use alloy_hardforks::EthereumHardforks as _;
use alloy_primitives::U256;
use revm::{context::TxEnv, primitives::eip3860::MAX_INITCODE_SIZE};

use crate::{error::SubmitError, options::Options, pool::Pooled, rules::Rules};

/// Decodes and checks a transaction for the block after `parent`.
pub(crate) fn admit(
    bytes: &[u8],
    rules: &Rules,
    options: &Options,
    parent: &alloy_consensus::Header,
) -> Result<Pooled, SubmitError> {
    let limit = options.transaction_bytes_max;
    if bytes.len() > limit {
        return Err(SubmitError::Oversized { bytes: bytes.len(), limit });
    }
    let transaction = TxEnvelope::decode_2718_exact(bytes)
        .map_err(|reason| SubmitError::Undecodable { reason })?;
    if transaction.is_eip4844() {
        return Err(SubmitError::TypeNotSupported { kind: transaction.ty() });
    }
    if let Some(chain_id) = transaction.chain_id()
        && chain_id != rules.chain_id()
    {
        return Err(SubmitError::OtherChain { transaction: chain_id, chain: rules.chain_id() });
    }
    check_fields(&transaction, rules, parent)?;
    let sender = transaction.recover_signer().ok().ok_or(SubmitError::InvalidSignature)?;
    let transaction = Recovered::new_unchecked(transaction, sender);
    check_intrinsic_gas(&transaction, rules, parent)?;
    let gas = U256::from(transaction.gas_limit());
    let cost = gas
        .saturating_mul(U256::from(transaction.max_fee_per_gas()))
        .saturating_add(transaction.value());
    Ok(Pooled { transaction, cost })
}

fn check_fields(
    transaction: &TxEnvelope,
    rules: &Rules,
    parent: &alloy_consensus::Header,
) -> Result<(), SubmitError> {
    let gas_limit = transaction.gas_limit();
    let mut cap = parent.gas_limit;
    if rules.is_osaka_active_at_timestamp(parent.timestamp) {
        cap = cap.min(MAX_TX_GAS_LIMIT_OSAKA);
    }
    if gas_limit > cap {
        return Err(SubmitError::GasLimitTooHigh { gas_limit, cap });
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
    transaction: &Recovered<TxEnvelope>,
    rules: &Rules,
    parent: &alloy_consensus::Header,
) -> Result<(), SubmitError> {
    let environment = rules.environment(parent);
    let fields = TxEnv::from_recovered_tx(transaction.inner(), transaction.signer());
    let gas = environment.cfg_env.gas_params.initial_tx_gas_for_tx(&fields, None);
    let needed = gas.initial_total_gas().max(gas.floor_gas());
    let gas_limit = transaction.gas_limit();
    if gas_limit < needed {
        return Err(SubmitError::IntrinsicGas { gas_limit, needed });
    }
    Ok(())
}
