//! Blob transactions (EIP-4844): their blobs are checked and dropped.
//!
//! A chain with one producer has no beacon chain beside it that would keep blobs, so their
//! availability cannot be promised. What the execution needs, the versioned hashes, is in the
//! transaction itself; pool, journal and block hold it without its blobs.

use alloy_consensus::{Signed, Transaction as _, TxEip4844, TxEip4844Variant, TxEnvelope};
use alloy_eips::{
    eip4844::{DATA_GAS_PER_BLOB, VERSIONED_HASH_VERSION_KZG, env_settings::EnvKzgSettings},
    eip7594::BlobTransactionSidecarVariant,
    eip7840::BlobParams,
};
use alloy_hardforks::EthereumHardforks as _;
use alloy_primitives::U256;

use crate::{error::SubmitError, rules::Rules};

/// EIP-2718 type of blob transactions.
pub(super) const BLOB_TYPE: u8 = 3;
/// Bytes of a blob with its commitment and cell proofs, and what the lists around them take.
const BLOB_BYTES: usize = 131_072 + 48 + 128 * 48 + 64;

/// Bytes that the blobs of one transaction may add to its length.
pub(super) fn blob_bytes_max(blobs: Option<BlobParams>) -> usize {
    let count = blobs.map_or(0, |blobs| blobs.max_blobs_per_tx);
    usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(BLOB_BYTES)
}

/// Checks a blob transaction for the block after `parent`; any other one is none of its business.
pub(super) fn check(
    transaction: &TxEnvelope,
    rules: &Rules,
    parent: &alloy_consensus::Header,
) -> Result<(), SubmitError> {
    let TxEnvelope::Eip4844(signed) = transaction else { return Ok(()) };
    let time = parent.timestamp;
    let Some(blobs) = rules.blob_params(time) else {
        return Err(SubmitError::TypeNotSupported { kind: BLOB_TYPE });
    };
    let hashes = transaction.blob_versioned_hashes().unwrap_or_default();
    let limit = usize::try_from(blobs.max_blobs_per_tx).unwrap_or(usize::MAX);
    if hashes.is_empty() || hashes.len() > limit {
        return Err(SubmitError::BlobCount { blobs: hashes.len(), limit });
    }
    if let Some(hash) = hashes.iter().find(|hash| hash.first() != Some(&VERSIONED_HASH_VERSION_KZG))
    {
        return Err(SubmitError::BlobHashVersion { hash: *hash });
    }
    let fee = transaction.max_fee_per_blob_gas().unwrap_or_default();
    let base_fee = parent.next_block_blob_fee(blobs).unwrap_or(blobs.min_blob_fee);
    if fee < base_fee {
        return Err(SubmitError::FeeBelowBlobBaseFee { fee, base_fee });
    }
    let TxEip4844Variant::TxEip4844WithSidecar(with_sidecar) = signed.tx() else { return Ok(()) };
    if with_sidecar.sidecar.is_eip7594() && !rules.is_osaka_active_at_timestamp(time) {
        return Err(SubmitError::CellProofsBeforeOsaka);
    }
    check_proofs(&with_sidecar.tx, &with_sidecar.sidecar)
}

fn check_proofs(
    transaction: &TxEip4844,
    sidecar: &BlobTransactionSidecarVariant,
) -> Result<(), SubmitError> {
    let settings = EnvKzgSettings::Default;
    let checked = transaction.validate_blob(sidecar, settings.get());
    checked.map_err(|reason| SubmitError::BlobProof { reason: reason.to_string() })
}

/// The transaction as a block has it.
pub(super) fn without_blobs(transaction: TxEnvelope) -> TxEnvelope {
    let TxEnvelope::Eip4844(signed) = transaction else { return transaction };
    let (variant, signature, hash) = signed.into_parts();
    let plain = TxEip4844Variant::TxEip4844(variant.into());
    TxEnvelope::Eip4844(Signed::new_unchecked(plain, signature, hash))
}

/// Whether the transaction should have come with blobs and has not.
pub(super) fn lacks_blobs(transaction: &TxEnvelope) -> bool {
    transaction.as_eip4844().is_some_and(|signed| signed.tx().sidecar().is_none())
}

/// Most that the blobs can cost, in wei.
pub(super) fn cost(transaction: &TxEnvelope) -> U256 {
    let gas = transaction.blob_versioned_hashes().map_or(0, <[_]>::len);
    let gas = U256::from(gas).saturating_mul(U256::from(DATA_GAS_PER_BLOB));
    gas.saturating_mul(U256::from(transaction.max_fee_per_blob_gas().unwrap_or_default()))
}
