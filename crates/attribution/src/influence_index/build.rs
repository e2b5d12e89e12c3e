//! From gradients to rows.

use primitives::{Address, Digest, RecordId, keccak256};

use super::row::{Row, SHIFT_MAX};
use super::{InfluenceIndex, dot_blocks};
use crate::basis::{Basis, Query, check_gradient, quantise};
use crate::error::IndexError;
use crate::linear::map_rows;
use crate::options::IndexOptions;
use crate::rule::normalised;

/// One record to index.
#[derive(Debug, Clone)]
pub struct RowInput {
    /// The record.
    pub record: RecordId,
    /// Who is paid for it.
    pub contributor: Address,
    /// Its cluster of near-copies.
    pub cluster: u32,
    /// When it was committed: a smaller number is earlier.
    pub position: u64,
    /// Gradient of the log-probability of the record's answers in the adapter's (projected)
    /// parameters: the sum over wordings of it, each divided by its number of answer tokens, and each
    /// asked without records in the prompt, as the query will be.
    pub gradient: Vec<f32>,
}

/// A committed query that is unrelated to most records; tells chance from influence.
///
/// Best made from wordings that no row was made from, one per record: a row's own gradient has shaped
/// the basis, so that what is chance in it looks smaller than in a new question.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The row whose fact it asks for, if any; that row's cluster does not count it.
    pub row: Option<u32>,
    /// Its answer's gradient, made as for [`RowInput::gradient`].
    pub gradient: Vec<f32>,
}

/// Everything that an index is built from.
#[derive(Debug, Clone)]
pub struct TrainingGradients {
    /// One per record of the snapshot, in its order.
    pub rows: Vec<RowInput>,
    /// More gradients to fit the basis to, such as those of labels sampled from the model or of single
    /// training examples; may be empty.
    pub sampled: Vec<Vec<f32>>,
    /// The reference queries; when empty, every row's own gradient serves as one.
    pub references: Vec<Reference>,
}

impl TrainingGradients {
    fn check(&self) -> Result<(), IndexError> {
        let expected = self.rows.first().ok_or(IndexError::Empty)?.gradient.len();
        let rows = self.rows.iter().map(|row| &row.gradient);
        let references = self.references.iter().map(|reference| &reference.gradient);
        for (position, gradient) in rows.chain(&self.sampled).chain(references).enumerate() {
            check_gradient(position, gradient, expected)?;
        }
        let rows = self.rows.len();
        match self.references.iter().filter_map(|r| r.row).find(|row| *row as usize >= rows) {
            Some(row) => Err(IndexError::ReferenceRow { row, rows }),
            None => Ok(()),
        }
    }

    /// The reference queries with the cluster that each is about.
    fn references(&self, basis: &Basis) -> Result<Vec<(Option<u32>, Query)>, IndexError> {
        if self.references.is_empty() {
            let own = |row: &RowInput| Ok((Some(row.cluster), basis.query(&row.gradient)?));
            return self.rows.iter().map(own).collect();
        }
        let given = |reference: &Reference| {
            let row = reference.row.and_then(|row| self.rows.get(row as usize));
            Ok((row.map(|row| row.cluster), basis.query(&reference.gradient)?))
        };
        self.references.iter().map(given).collect()
    }
}

impl InfluenceIndex {
    /// Fits a basis and builds the index of a snapshot.
    ///
    /// # Errors
    /// [`IndexError`] when there are no records, when gradients differ in length, are not finite or all
    /// zero, or when a reference names a row that does not exist.
    pub fn build(
        gradients: &TrainingGradients,
        options: &IndexOptions,
    ) -> Result<(Self, Basis), IndexError> {
        gradients.check()?;
        let rows = gradients.rows.iter().map(|row| row.gradient.as_slice());
        let fitted: Vec<&[f32]> = rows.chain(gradients.sampled.iter().map(Vec::as_slice)).collect();
        let basis = Basis::fit(&fitted, options)?;
        let coordinates = map_rows(gradients.rows.len(), options.workers, |row| {
            basis.project(&gradients.rows[row].gradient)
        });
        let references = gradients.references(&basis)?;
        let exponents = Exponents::of(&coordinates);
        let row = |(input, coordinates): (&RowInput, &Vec<f64>)| {
            let (values, shift) = exponents.quantise(coordinates);
            let (null_mean, null_sd) = null(input.cluster, &values, shift, &references);
            Row {
                record: input.record,
                contributor: input.contributor,
                cluster: input.cluster,
                position: input.position,
                shift,
                null_mean,
                null_sd,
                values,
            }
        };
        let rows = gradients.rows.iter().zip(&coordinates).map(row).collect();
        Ok((Self::new(basis.rank(), basis.digest(), digest(&references), rows), basis))
    }
}

fn digest(references: &[(Option<u32>, Query)]) -> Digest {
    let mut bytes = Vec::new();
    for (cluster, query) in references {
        bytes.extend(cluster.map_or([0xff; 8], |cluster| u64::from(cluster).to_le_bytes()));
        bytes.extend(query.to_bytes());
    }
    keccak256(bytes)
}

/// Mean and standard deviation of one row's normalised scores over the references about other clusters.
fn null(cluster: u32, values: &[i8], shift: u8, references: &[(Option<u32>, Query)]) -> (i64, u64) {
    let unrelated = references.iter().filter(|(about, _)| *about != Some(cluster));
    let scores: Vec<i64> = unrelated
        .map(|(_, query)| {
            normalised(i64::from(dot_blocks(values, query.values())) << shift, query.norm_squared())
        })
        .collect();
    let count = i128::try_from(scores.len()).unwrap_or(i128::MAX).max(1);
    let mean = scores.iter().map(|score| i128::from(*score)).sum::<i128>() / count;
    let variance =
        scores.iter().map(|score| (i128::from(*score) - mean).pow(2)).sum::<i128>() / count;
    let sd = u64::try_from(variance.unsigned_abs().isqrt()).unwrap_or(u64::MAX);
    (i64::try_from(mean).unwrap_or(i64::MAX), sd.max(1))
}

/// The range of power-of-two scales of the rows.
struct Exponents {
    smallest: i32,
}

impl Exponents {
    fn of(rows: &[Vec<f64>]) -> Self {
        let exponents = || rows.iter().filter_map(|row| exponent(row));
        let largest = exponents().max().unwrap_or(0);
        let smallest = exponents().min().unwrap_or(0);
        Self { smallest: smallest.max(largest - i32::from(SHIFT_MAX)) }
    }

    fn quantise(&self, row: &[f64]) -> (Vec<i8>, u8) {
        let exponent = exponent(row).unwrap_or(self.smallest).max(self.smallest);
        let scale = power_of_two(-exponent);
        let shift = u8::try_from(exponent - self.smallest).unwrap_or(SHIFT_MAX);
        (row.iter().map(|x| quantise(x * scale)).collect(), shift)
    }
}

/// The smallest `e` with `|x| ≤ 127·2^e` for all entries; `None` for a row of zeros.
fn exponent(row: &[f64]) -> Option<i32> {
    const MANTISSA_BITS: u32 = 52;
    const BIAS: i32 = 1023;
    let largest = row.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if largest < f64::MIN_POSITIVE {
        return None;
    }
    let floor_log2 = i32::try_from(largest.to_bits() >> MANTISSA_BITS).ok()? - BIAS;
    let tight = floor_log2 - 6;
    Some(if largest * power_of_two(-tight) <= 127.0 { tight } else { tight + 1 })
}

/// `2^exponent` for the exponents of normal numbers.
fn power_of_two(exponent: i32) -> f64 {
    let biased = u64::try_from(exponent.clamp(-1022, 1023) + 1023).unwrap_or(0);
    f64::from_bits(biased << 52)
}
