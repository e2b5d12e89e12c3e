//! An influence index as it is published, read only as far as a fraud proof needs it.
//!
//! ```text
//! index  = header ‖ rows
//! header = "OLINFL01" ‖ rank (u32) ‖ rows (u32) ‖ basis digest (32) ‖ references digest (32)
//! row    = record (32) ‖ contributor (20) ‖ cluster (4) ‖ position (8) ‖ shift (1)
//!            ‖ null mean (8) ‖ null deviation (8) ‖ values (rank × i8)
//! leaf   = keccak256(header) ‖ row
//! ```
//!
//! Integers are little-endian. The format is the `attribution` crate's; the contract reads the same
//! bytes.

use alloy_primitives::{Address, B256, Bytes, keccak256};
use primitives::{LeafDomain, MerkleTree, RecordId};

use super::RowProof;
use crate::error::DisputeError;

const MAGIC: &[u8; 8] = b"OLINFL01";
const HEADER_BYTES: usize = 80;
/// Bytes of a leaf before its values.
const VALUES_AT: usize = 113;
/// Bytes of the header's hash, which a leaf has before its row.
const HASH_BYTES: usize = 32;
const SHIFT_MAX: u8 = 24;

/// One row of an index, as a leaf of its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexRow<'a>(&'a [u8]);

impl<'a> IndexRow<'a> {
    /// The row in these bytes of a leaf; none when they are too short or their shift is too large.
    pub fn read(leaf: &'a [u8]) -> Option<Self> {
        let row = Self(leaf);
        (leaf.len() >= VALUES_AT && row.shift() <= SHIFT_MAX).then_some(row)
    }

    /// The record.
    pub fn record(&self) -> RecordId {
        B256::from_slice(self.part(32, 64))
    }

    /// Who is paid for it.
    pub fn contributor(&self) -> Address {
        Address::from_slice(self.part(64, 84))
    }

    /// The dot product of its values and the query's, shifted left by the row's shift; none when
    /// the query has not one byte per value.
    pub fn score(&self, query: &[u8]) -> Option<i128> {
        let values = self.0.get(VALUES_AT..)?;
        if values.len() != query.len() {
            return None;
        }
        let products = values.iter().zip(query).map(|(value, asked)| {
            i128::from(value.cast_signed()).saturating_mul(asked.cast_signed().into())
        });
        let sum = products.fold(0_i128, i128::saturating_add);
        Some(sum.saturating_mul(1_i128.checked_shl(self.shift().into())?))
    }

    fn shift(&self) -> u8 {
        self.0.get(96).copied().unwrap_or(u8::MAX)
    }

    /// A part of the leaf that its length covers.
    fn part(&self, from: usize, to: usize) -> &'a [u8] {
        self.0.get(from..to).unwrap_or_default()
    }
}

/// A published influence index, with the tree over its leaves.
#[derive(Debug, Clone)]
pub struct PublishedIndex {
    header: Bytes,
    rank: usize,
    leaves: Vec<Vec<u8>>,
    tree: MerkleTree,
}

impl PublishedIndex {
    /// Reads published bytes.
    ///
    /// # Errors
    /// [`DisputeError::Index`] for anything that is no index.
    pub fn read(bytes: &[u8]) -> Result<Self, DisputeError> {
        let read = || {
            let (header, rows) = bytes.split_at_checked(HEADER_BYTES)?;
            let count = |at: usize| {
                let end = at.checked_add(4)?;
                let bytes: [u8; 4] = header.get(at..end)?.try_into().ok()?;
                usize::try_from(u32::from_le_bytes(bytes)).ok()
            };
            let (rank, count) = (count(8)?, count(12)?);
            let row_bytes = VALUES_AT.checked_sub(HASH_BYTES)?.checked_add(rank)?;
            let is_index =
                header.starts_with(MAGIC) && rows.len() == count.checked_mul(row_bytes)?;
            let hash = keccak256(header);
            let leaves = rows.chunks_exact(row_bytes).map(|row| [hash.as_slice(), row].concat());
            let leaves: Vec<Vec<u8>> = leaves.collect();
            let are_rows = leaves.iter().all(|leaf| IndexRow::read(leaf).is_some());
            let tree = MerkleTree::new(LeafDomain::InfluenceIndex, &leaves).ok()?;
            let header = Bytes::copy_from_slice(header);
            (is_index && are_rows).then_some(Self { header, rank, leaves, tree })
        };
        read().ok_or(DisputeError::Index)
    }

    /// Its Merkle root.
    pub fn root(&self) -> B256 {
        self.tree.root()
    }

    /// Its header.
    pub const fn header(&self) -> &Bytes {
        &self.header
    }

    /// Values per row.
    pub const fn rank(&self) -> usize {
        self.rank
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = IndexRow<'_>> {
        self.leaves.iter().map(|leaf| IndexRow(leaf))
    }

    /// One row; none past the last.
    pub fn row(&self, row: u32) -> Option<IndexRow<'_>> {
        let leaf = self.leaves.get(usize::try_from(row).ok()?)?;
        Some(IndexRow(leaf))
    }

    /// One row with its proof; none past the last.
    pub fn proof(&self, row: u32) -> Option<RowProof> {
        let place = usize::try_from(row).ok()?;
        let leaf = Bytes::copy_from_slice(self.leaves.get(place)?);
        let siblings = self.tree.proof(place).ok()?.siblings;
        Some(RowProof { row, leaf, siblings })
    }
}
