//! Calls as transactions of a block: with an empty signature, and therefore a hash of their own.

use alloy_consensus::{
    Eip658Value, Receipt, ReceiptEnvelope, ReceiptWithBloom, Signed, TxEnvelope, TxLegacy, TxType,
    TypedTransaction, transaction::Recovered,
};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, Log, Signature, U256, keccak256};
use alloy_rlp::Encodable;

/// A call with its place in the transactions trie.
#[derive(Debug)]
pub(super) struct Unsigned {
    pub(super) transaction: Recovered<TxEnvelope>,
    /// EIP-2718 bytes.
    pub(super) encoded: Vec<u8>,
}

impl Unsigned {
    pub(super) fn new(typed: TypedTransaction, from: Address) -> Self {
        let none = Signature::new(U256::ZERO, U256::ZERO, false);
        let encoded = match &typed {
            TypedTransaction::Legacy(legacy) => encode_legacy(legacy),
            typed => TxEnvelope::new_unhashed(typed.clone(), none).encoded_2718(),
        };
        let hash = keccak256(&encoded);
        let envelope = match typed {
            TypedTransaction::Legacy(tx) => Signed::new_unchecked(tx, none, hash).into(),
            TypedTransaction::Eip2930(tx) => Signed::new_unchecked(tx, none, hash).into(),
            TypedTransaction::Eip1559(tx) => Signed::new_unchecked(tx, none, hash).into(),
            TypedTransaction::Eip4844(tx) => Signed::new_unchecked(tx, none, hash).into(),
            TypedTransaction::Eip7702(tx) => Signed::new_unchecked(tx, none, hash).into(),
        };
        Self { transaction: Recovered::new_unchecked(envelope, from), encoded }
    }
}

/// A legacy transaction without signature has `v = 0`, which no signed one can have.
fn encode_legacy(legacy: &TxLegacy) -> Vec<u8> {
    let zero = U256::ZERO;
    let fields: [&dyn Encodable; 9] = [
        &legacy.nonce,
        &legacy.gas_price,
        &legacy.gas_limit,
        &legacy.to,
        &legacy.value,
        &legacy.input,
        &zero,
        &zero,
        &zero,
    ];
    let mut encoded = Vec::new();
    alloy_rlp::encode_list::<_, dyn Encodable>(&fields, &mut encoded);
    encoded
}

/// The receipt of a transaction of this type.
pub(super) fn receipt(
    kind: TxType,
    status: Eip658Value,
    cumulative_gas_used: u64,
    logs: Vec<Log>,
) -> ReceiptEnvelope {
    let receipt = ReceiptWithBloom::from(Receipt { status, cumulative_gas_used, logs });
    match kind {
        TxType::Legacy => ReceiptEnvelope::Legacy(receipt),
        TxType::Eip2930 => ReceiptEnvelope::Eip2930(receipt),
        TxType::Eip1559 => ReceiptEnvelope::Eip1559(receipt),
        TxType::Eip4844 => ReceiptEnvelope::Eip4844(receipt),
        TxType::Eip7702 => ReceiptEnvelope::Eip7702(receipt),
    }
}
