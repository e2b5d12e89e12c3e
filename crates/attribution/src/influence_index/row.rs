//! One record's line in the influence index.

use primitives::{Address, RecordId};

use crate::bytes::Reader;

/// Largest shift of a row's scores; smaller gradients than 2⁻²⁴ of the largest count as zero.
pub(crate) const SHIFT_MAX: u8 = 24;

/// What the index knows about one record.
///
/// Its encoding, integers little-endian:
/// ```text
/// record (32) ‖ contributor (20) ‖ cluster (u32) ‖ position (u64) ‖ shift (u8)
///   ‖ null_mean (i64) ‖ null_sd (u64) ‖ values (rank × i8)
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The record.
    pub record: RecordId,
    /// Who is paid for it.
    pub contributor: Address,
    /// Its cluster of near-copies; records of equal number are copies of each other.
    pub cluster: u32,
    /// When it was committed: a smaller number is earlier.
    pub position: u64,
    /// A unit of `values` is worth `2^shift` units of score, 0 ..= 24.
    pub shift: u8,
    /// Mean normalised score over the reference queries about other clusters.
    pub null_mean: i64,
    /// Standard deviation of the same; at least 1.
    pub null_sd: u64,
    /// The quantised whitened gradient.
    pub values: Vec<i8>,
}

impl Row {
    pub(crate) fn encode_into(&self, out: &mut Vec<u8>) {
        out.extend(self.record);
        out.extend(self.contributor);
        out.extend(self.cluster.to_le_bytes());
        out.extend(self.position.to_le_bytes());
        out.push(self.shift);
        out.extend(self.null_mean.to_le_bytes());
        out.extend(self.null_sd.to_le_bytes());
        out.extend(self.values.iter().map(|value| value.cast_unsigned()));
    }

    pub(crate) fn read(reader: &mut Reader<'_>, rank: usize) -> Option<Self> {
        let row = Self {
            record: reader.array::<32>()?.into(),
            contributor: reader.array::<20>()?.into(),
            cluster: reader.u32()?,
            position: reader.array().map(u64::from_le_bytes)?,
            shift: reader.array::<1>()?[0],
            null_mean: reader.array().map(i64::from_le_bytes)?,
            null_sd: reader.array().map(u64::from_le_bytes)?,
            values: reader.take(rank)?.iter().map(|byte| byte.cast_signed()).collect(),
        };
        (row.shift <= SHIFT_MAX && row.null_sd >= 1).then_some(row)
    }

    /// The row in the bytes of a leaf, whose first 32 name the index's header.
    pub(crate) fn from_leaf(leaf: &[u8], rank: usize) -> Option<Self> {
        let mut reader = Reader::new(leaf);
        reader.take(32)?;
        let row = Self::read(&mut reader, rank)?;
        reader.is_done().then_some(row)
    }
}
