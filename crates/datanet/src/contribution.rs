//! A file as a contribution: what its owner signs, and the check of it.

use primitives::{Address, Contribution, DatanetId, LeafDomain, MerkleTree, Signature, keccak256};

use crate::error::DatanetError;
use crate::reader::ParsedRecord;

/// What `contributor` signs to give the file with these `bytes` and `records` to `datanet`.
///
/// # Errors
/// [`DatanetError::Merkle`] for more records than a tree holds.
pub fn describe(
    datanet: DatanetId,
    contributor: Address,
    bytes: &[u8],
    records: &[ParsedRecord],
    time_s: u64,
) -> Result<Contribution, DatanetError> {
    let leaves = records.iter().map(|parsed| parsed.record.id());
    let root = MerkleTree::new(LeafDomain::Contribution, leaves)?.root();
    let count = u32::try_from(records.len()).unwrap_or(u32::MAX);
    let file = keccak256(bytes);
    Ok(Contribution { datanet, contributor, root, records: count, file, timeS: time_s })
}

/// Checks that `contribution` is about the file with these `bytes` and `records`, and that its
/// contributor signed it for the chain `chain_id` (EIP-712).
///
/// # Errors
/// [`DatanetError::WrongFile`], [`DatanetError::WrongRoot`] and [`DatanetError::Signature`].
pub fn verify(
    contribution: &Contribution,
    signature: &Signature,
    chain_id: u64,
    bytes: &[u8],
    records: &[ParsedRecord],
) -> Result<(), DatanetError> {
    let Contribution { datanet, contributor, timeS, .. } = *contribution;
    let found = describe(datanet, contributor, bytes, records, timeS)?;
    if found.file != contribution.file {
        return Err(DatanetError::WrongFile { found: found.file, expected: contribution.file });
    }
    if found != *contribution {
        return Err(DatanetError::WrongRoot {
            found: found.root,
            found_records: found.records,
            expected: contribution.root,
            expected_records: contribution.records,
        });
    }
    Ok(signature.verify_record(contribution, chain_id, contributor)?)
}
