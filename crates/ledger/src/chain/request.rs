//! From a request, in which most fields may be missing, to a transaction that can run.

use alloy_consensus::{
    TxEip1559, TxEip2930, TxEip4844, TxEip4844Variant, TxEip7702, TxLegacy, TypedTransaction,
};
use alloy_eips::{eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_evm::FromRecoveredTx as _;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_rpc_types_eth::TransactionRequest;
use revm::context::TxEnv;

use crate::error::CallError;

/// The last nonce that a transaction can have (EIP-2681).
pub(super) const NONCE_MAX: u64 = u64::MAX - 1;

/// Values for fields that a request leaves out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Defaults {
    pub(super) nonce: u64,
    pub(super) gas_limit: u64,
    /// Whether blocks have a base fee: without one, only a gas price makes sense.
    pub(super) has_base_fee: bool,
    pub(super) chain_id: u64,
}

/// The transaction that a request describes, of the newest type that its fields allow.
///
/// Missing fees are zero, a missing recipient creates a contract.
///
/// # Errors
///
/// [`CallError::Invalid`] for fields that contradict each other or the chain.
pub(super) fn typed(
    request: TransactionRequest,
    defaults: Defaults,
) -> Result<TypedTransaction, CallError> {
    check(&request, defaults.chain_id)?;
    let has_price = request.gas_price.is_some() || !defaults.has_base_fee;
    let gas_price = request.gas_price.unwrap_or_default();
    let fields = Fields {
        chain_id: defaults.chain_id,
        nonce: request.nonce.unwrap_or(defaults.nonce),
        gas_limit: request.gas.unwrap_or(defaults.gas_limit),
        to: request.to.unwrap_or(TxKind::Create),
        value: request.value.unwrap_or_default(),
        input: request.input.into_input().unwrap_or_default(),
        access_list: request.access_list,
        max_fee_per_gas: request.max_fee_per_gas.unwrap_or(gas_price),
        max_priority_fee_per_gas: request.max_priority_fee_per_gas.unwrap_or(gas_price),
    };
    if let Some(authorizations) = request.authorization_list {
        return fields.set_code(authorizations);
    }
    if let Some(hashes) = request.blob_versioned_hashes {
        return fields.blob(hashes, request.max_fee_per_blob_gas.unwrap_or_default());
    }
    let Fields { chain_id, nonce, gas_limit, to, value, input, .. } = fields;
    Ok(match fields.access_list {
        Some(access_list) if has_price => TypedTransaction::Eip2930(TxEip2930 {
            chain_id,
            nonce,
            gas_price,
            gas_limit,
            to,
            value,
            access_list,
            input,
        }),
        None if has_price => {
            let chain_id = None;
            let price = TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input };
            TypedTransaction::Legacy(price)
        }
        access_list => TypedTransaction::Eip1559(TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: fields.max_fee_per_gas,
            max_priority_fee_per_gas: fields.max_priority_fee_per_gas,
            to,
            value,
            access_list: access_list.unwrap_or_default(),
            input,
        }),
    })
}

/// The transaction as the EVM takes it. A signature is not needed.
pub(super) fn environment(transaction: &TypedTransaction, from: Address) -> TxEnv {
    match transaction {
        TypedTransaction::Legacy(legacy) => TxEnv::from_recovered_tx(legacy, from),
        TypedTransaction::Eip2930(listed) => TxEnv::from_recovered_tx(listed, from),
        TypedTransaction::Eip1559(dynamic) => TxEnv::from_recovered_tx(dynamic, from),
        TypedTransaction::Eip4844(blob) => TxEnv::from_recovered_tx(blob.tx(), from),
        TypedTransaction::Eip7702(delegating) => TxEnv::from_recovered_tx(delegating, from),
    }
}

/// What the newer types have in common.
struct Fields {
    chain_id: u64,
    nonce: u64,
    gas_limit: u64,
    to: TxKind,
    value: U256,
    input: Bytes,
    access_list: Option<AccessList>,
    max_fee_per_gas: u128,
    max_priority_fee_per_gas: u128,
}

impl Fields {
    /// An EIP-7702 transaction.
    fn set_code(
        self,
        authorization_list: Vec<SignedAuthorization>,
    ) -> Result<TypedTransaction, CallError> {
        Ok(TypedTransaction::Eip7702(TxEip7702 {
            to: self.recipient("set code")?,
            chain_id: self.chain_id,
            nonce: self.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: self.max_fee_per_gas,
            max_priority_fee_per_gas: self.max_priority_fee_per_gas,
            value: self.value,
            access_list: self.access_list.unwrap_or_default(),
            authorization_list,
            input: self.input,
        }))
    }

    /// An EIP-4844 transaction.
    fn blob(
        self,
        blob_versioned_hashes: Vec<B256>,
        max_fee_per_blob_gas: u128,
    ) -> Result<TypedTransaction, CallError> {
        Ok(TypedTransaction::Eip4844(TxEip4844Variant::TxEip4844(TxEip4844 {
            to: self.recipient("blob")?,
            chain_id: self.chain_id,
            nonce: self.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: self.max_fee_per_gas,
            max_priority_fee_per_gas: self.max_priority_fee_per_gas,
            value: self.value,
            access_list: self.access_list.unwrap_or_default(),
            blob_versioned_hashes,
            max_fee_per_blob_gas,
            input: self.input,
        })))
    }

    fn recipient(&self, kind: &str) -> Result<Address, CallError> {
        let missing = || invalid(format!("a {kind} transaction cannot create a contract"));
        self.to.to().copied().ok_or_else(missing)
    }
}

fn check(request: &TransactionRequest, chain_id: u64) -> Result<(), CallError> {
    if let Err(error) = request.input.unique_input() {
        return Err(invalid(error.to_string()));
    }
    let has_fees = request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some();
    if request.gas_price.is_some() && has_fees {
        let reason = "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified";
        return Err(invalid(reason));
    }
    match request.chain_id {
        Some(other) if other != chain_id => {
            Err(invalid(format!("chainId does not match node's (have={other}, want={chain_id})")))
        }
        _ => Ok(()),
    }
}

fn invalid(reason: impl Into<String>) -> CallError {
    CallError::Invalid { reason: reason.into() }
}
