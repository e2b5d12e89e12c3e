//! Calls of contracts, and the signed transactions that carry them.

use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_eips::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, TxKind};
use primitives::{Key, SignatureError, Wei};

use crate::chain::Fees;

/// Gas of a plain transfer.
const GAS_TRANSFER: u64 = 21_000;

/// What a transaction does, before anybody has signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractCall {
    /// The contract, or the creation of one.
    pub to: TxKind,
    /// OPEN sent along.
    pub value: Wei,
    /// Selector and arguments, or the contract's creation code.
    pub data: Bytes,
    /// More gas than the call can need; what is not used is not paid.
    pub gas_limit: u64,
}

/// What a signature binds a call to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The chain's id (EIP-155).
    pub chain_id: u64,
    /// The sender's transactions before this one.
    pub nonce: u64,
    /// What may be paid per gas.
    pub fees: Fees,
}

/// A transaction ready to be sent, and to be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTransaction {
    /// Its hash.
    pub hash: B256,
    /// Who sent it.
    pub from: Address,
    /// Its place among the sender's transactions.
    pub nonce: u64,
    /// EIP-2718 encoding.
    pub raw: Bytes,
}

impl ContractCall {
    /// Sends OPEN, nothing else.
    pub const fn transfer(to: Address, value: Wei) -> Self {
        Self { to: TxKind::Call(to), value, data: Bytes::new(), gas_limit: GAS_TRANSFER }
    }

    /// The EIP-1559 transaction that carries this call; equal arguments give equal bytes.
    ///
    /// # Errors
    /// As [`Key::sign`].
    pub fn sign(&self, key: &Key, terms: &Terms) -> Result<SignedTransaction, SignatureError> {
        let transaction = TxEip1559 {
            chain_id: terms.chain_id,
            nonce: terms.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: terms.fees.max_fee_per_gas_wei,
            max_priority_fee_per_gas: terms.fees.max_priority_fee_per_gas_wei,
            to: self.to,
            value: self.value.to_u256(),
            access_list: alloy_eips::eip2930::AccessList::default(),
            input: self.data.clone(),
        };
        let signature = key.sign(transaction.signature_hash())?.to_bytes();
        let signature = alloy_primitives::Signature::from_raw_array(&signature)
            .ok()
            .ok_or(SignatureError::Unrecoverable)?;
        let signed = transaction.into_signed(signature);
        Ok(SignedTransaction {
            hash: *signed.hash(),
            from: key.address(),
            nonce: terms.nonce,
            raw: signed.encoded_2718().into(),
        })
    }
}
