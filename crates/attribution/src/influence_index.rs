//! One small integer row per record, committed by a Merkle root.

mod build;
mod row;

use primitives::{Digest, LeafDomain, MerkleProof, MerkleTree, keccak256};

pub use build::{Reference, RowInput, TrainingGradients};
pub use row::Row;

use crate::basis::Query;
use crate::bytes::{Reader, put_words};
use crate::error::IndexError;

const MAGIC: &[u8; 8] = b"OLINFL01";
const EXPECTED: &str = "an influence index";

/// The rows of all records of a snapshot, in its order.
///
/// ```text
/// header = "OLINFL01" ‖ rank (u32) ‖ rows (u32) ‖ basis digest (32) ‖ references digest (32)
/// leaf i = keccak256(header) (32) ‖ row i (see Row)
/// root   = Merkle root over the leaves in the domain InfluenceIndex
/// ```
/// Integers are little-endian. Each leaf names the header's hash, so one leaf with its proof is enough
/// to check one score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfluenceIndex {
    rank: usize,
    basis: Digest,
    references: Digest,
    rows: Vec<Row>,
    /// Row values again, end to end: `[rows, rank]`.
    matrix: Vec<i8>,
}

impl InfluenceIndex {
    fn new(rank: usize, basis: Digest, references: Digest, rows: Vec<Row>) -> Self {
        let matrix = rows.iter().flat_map(|row| row.values.iter().copied()).collect();
        Self { rank, basis, references, rows, matrix }
    }

    /// Bytes per row and per query.
    pub const fn rank(&self) -> usize {
        self.rank
    }

    /// The rows, one per record of the snapshot.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Digest of the [`crate::Basis`] that queries must be made with.
    pub const fn basis(&self) -> Digest {
        self.basis
    }

    /// keccak-256 of the quantised reference queries that the null statistics rest on.
    pub const fn references(&self) -> Digest {
        self.references
    }

    /// The integer score of every row: the dot product of its values and the query's, shifted left by
    /// the row's shift. Dimensions that the query lacks count as zero.
    ///
    /// Blocks of sixteen products are summed at a time, which the compiler turns into vector
    /// instructions; integers add up the same in any order.
    pub fn score_all(&self, query: &Query) -> Vec<i64> {
        let values = query.values();
        let products = self.matrix.chunks_exact(self.rank.max(1));
        let rows = self.rows.iter().zip(products);
        rows.map(|(row, line)| i64::from(dot_blocks(line, values)) << row.shift).collect()
    }

    fn header(&self) -> Vec<u8> {
        let word = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let mut out = MAGIC.to_vec();
        put_words(&mut out, [word(self.rank), word(self.rows.len())]);
        out.extend(self.basis);
        out.extend(self.references);
        out
    }

    /// The bytes of leaf `row`; `None` past the last row.
    pub fn leaf(&self, row: u32) -> Option<Vec<u8>> {
        let row = self.rows.get(row as usize)?;
        Some(leaf(keccak256(self.header()), row))
    }

    /// The Merkle tree over the leaves.
    ///
    /// # Errors
    /// [`IndexError::Tree`] past 2³² rows.
    pub fn tree(&self) -> Result<MerkleTree, IndexError> {
        let header = keccak256(self.header());
        let leaves = self.rows.iter().map(|row| leaf(header, row));
        MerkleTree::new(LeafDomain::InfluenceIndex, leaves)
            .map_err(|source| IndexError::Tree { source })
    }

    /// The root that an [`primitives::Adapter`] commits to.
    ///
    /// # Errors
    /// As [`InfluenceIndex::tree`].
    pub fn root(&self) -> Result<Digest, IndexError> {
        Ok(self.tree()?.root())
    }

    /// The Merkle proof of one row.
    ///
    /// # Errors
    /// [`IndexError::Tree`] past the last row.
    pub fn proof(&self, row: u32) -> Result<MerkleProof, IndexError> {
        self.tree()?.proof(row as usize).map_err(|source| IndexError::Tree { source })
    }

    /// The bytes that are published: the header, then every row.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.header();
        self.rows.iter().for_each(|row| row.encode_into(&mut out));
        out
    }

    /// Reads published bytes.
    ///
    /// # Errors
    /// [`IndexError::Malformed`] for anything that [`InfluenceIndex::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, IndexError> {
        Self::read(bytes).ok_or(IndexError::Malformed { expected: EXPECTED })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.array::<8>()? != *MAGIC {
            return None;
        }
        let (rank, count) = (reader.count()?, reader.count()?);
        let basis = reader.array::<32>()?.into();
        let references = reader.array::<32>()?.into();
        let mut rows = Vec::new();
        for _ in 0..count {
            rows.push(Row::read(&mut reader, rank)?);
        }
        reader.is_done().then(|| Self::new(rank, basis, references, rows))
    }
}

fn leaf(header: Digest, row: &Row) -> Vec<u8> {
    let mut out = header.to_vec();
    row.encode_into(&mut out);
    out
}

/// The dot product as it is defined.
pub(crate) fn dot_plain(row: &[i8], query: &[i8]) -> i32 {
    row.iter().zip(query).map(|(row, query)| i32::from(*row) * i32::from(*query)).sum()
}

/// [`dot_plain`] in blocks; |sum| ≤ 127²·rank < 2³¹ for every rank below 133,000.
fn dot_blocks(row: &[i8], query: &[i8]) -> i32 {
    const LANES: usize = 16;
    let length = row.len().min(query.len());
    let (row_blocks, query_blocks) =
        (row[..length].chunks_exact(LANES), query[..length].chunks_exact(LANES));
    let tail = dot_plain(row_blocks.remainder(), query_blocks.remainder());
    let mut lanes = [0_i32; LANES];
    for (row, query) in row_blocks.zip(query_blocks) {
        for lane in 0..LANES {
            let product = i16::from(row[lane]).wrapping_mul(i16::from(query[lane]));
            lanes[lane] = lanes[lane].wrapping_add(i32::from(product));
        }
    }
    lanes.iter().fold(tail, |sum, lane| sum.wrapping_add(*lane))
}

#[cfg(test)]
mod tests;
