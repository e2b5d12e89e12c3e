//! What the seven records have in common: one encoding, one id, one signing hash.

use alloy_primitives::B256;
use alloy_sol_types::{Eip712Domain, SolStruct, SolValue, eip712_domain};

use crate::error::RecordError;
use crate::{
    Adapter, AttributionReceipt, Claim, Completion, Contribution, Payout, RecordShare, Snapshot,
};

/// The EIP-712 domain of this product on the chain `chain_id`.
///
/// A signature made for one chain means nothing on another.
pub fn domain(chain_id: u64) -> Eip712Domain {
    eip712_domain! { name: "OpenLedger", version: "1", chain_id: chain_id, }
}

/// A record with one canonical encoding.
pub trait ChainRecord: Sized {
    /// Name of the record's type, as errors show it.
    const TYPE_NAME: &'static str;

    /// The record's id: EIP-712 `hashStruct`, which includes the type's own hash.
    fn id(&self) -> B256;

    /// What is signed on chain `chain_id`: EIP-712 `keccak256(0x1901 ‖ domain ‖ hashStruct)`.
    fn signing_hash(&self, chain_id: u64) -> B256;

    /// The Solidity ABI encoding (`abi.encode`).
    fn encode(&self) -> Vec<u8>;

    /// Reads an encoding.
    ///
    /// # Errors
    /// [`RecordError::Encoding`] when the bytes are not exactly what [`ChainRecord::encode`] writes.
    fn decode(bytes: &[u8]) -> Result<Self, RecordError>;
}

macro_rules! chain_record {
    ($($record:ident),*) => {$(
        impl ChainRecord for $record {
            const TYPE_NAME: &'static str = stringify!($record);

            fn id(&self) -> B256 {
                self.eip712_hash_struct()
            }

            fn signing_hash(&self, chain_id: u64) -> B256 {
                self.eip712_signing_hash(&domain(chain_id))
            }

            fn encode(&self) -> Vec<u8> {
                self.abi_encode()
            }

            fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
                let encoding = |source| RecordError::Encoding { record: Self::TYPE_NAME, source };
                let record = Self::abi_decode_validate(bytes).map_err(encoding)?;
                if record.abi_encode() == bytes {
                    return Ok(record);
                }
                Err(encoding(alloy_sol_types::Error::ReserMismatch))
            }
        }
    )*};
}

chain_record!(
    Contribution,
    Snapshot,
    Adapter,
    Completion,
    RecordShare,
    AttributionReceipt,
    Payout,
    Claim
);
