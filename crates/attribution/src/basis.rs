//! The directions that an influence index looks along.
//!
//! Fitted to gradients `g₁ … g_m` of training examples, each scaled to unit length: the top
//! eigenvectors `v_k` of their second moment `F = (1/m)·Σ g·gᵀ`, found through the `[m, m]` Gram matrix.
//! `F` is also the (empirical) Gauss–Newton curvature, so with damping `λ` the inverse curvature between
//! a record and a query is `Σ_k (v_k·g)(v_k·q) / (Λ_k + λ)`. Both sides carry one square root of it:
//! direction `k` of the basis is `v_k / √(Λ_k + λ)`, and influence becomes a plain dot product.

use primitives::{Digest, keccak256};

use crate::bytes::{Reader, put_words};
use crate::error::IndexError;
use crate::linear::{dot, gram, map_rows, symmetric_eigen};
use crate::options::IndexOptions;

const MAGIC: &[u8; 8] = b"OLBASE01";
const EXPECTED: &str = "a basis";
/// Eigenvalues below this part of the largest carry rounding errors only.
const EIGENVALUE_MIN: f64 = 1e-9;

/// Whitened directions `[rank, dimensions]` in the space of projected adapter gradients.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    dimensions: usize,
    directions: Vec<Vec<f32>>,
    digest: Digest,
}

/// An answer's quantised gradient: one signed byte per dimension of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    values: Vec<i8>,
}

impl Basis {
    /// Fits a basis to gradients of equal, finite length.
    pub(crate) fn fit(gradients: &[&[f32]], options: &IndexOptions) -> Result<Self, IndexError> {
        let units = thin(gradients, options.basis_gradients_max);
        let Some(dimensions) = units.first().map(Vec::len) else {
            return Err(IndexError::NoSignal);
        };
        let count = units.len();
        let eigen = symmetric_eigen(gram(&units, options.workers), count);
        let floor = eigen.values[0] * EIGENVALUE_MIN;
        let kept = eigen.values.iter().take(options.rank).take_while(|value| **value > floor);
        // The Gram matrix has m times the eigenvalues of F.
        let curvatures: Vec<f64> = kept.map(|value| value / count as f64).collect();
        let rank = curvatures.len();
        let damping = options.damping * curvatures.iter().sum::<f64>() / rank.max(1) as f64;
        let directions = map_rows(rank, options.workers, |k| {
            // v_k = Σ_j u_kj·g_j / √(m·Λ_k), then divided by √(Λ_k + λ).
            let length = (curvatures[k] * count as f64).sqrt();
            let scale = 1.0 / (length * (curvatures[k] + damping).sqrt());
            combine(&units, &eigen.vectors[k], scale, dimensions)
        });
        Ok(Self::new(dimensions, directions))
    }

    fn new(dimensions: usize, directions: Vec<Vec<f32>>) -> Self {
        let digest = keccak256(encode(dimensions, &directions));
        Self { dimensions, directions, digest }
    }

    /// Number of directions: bytes per row of the index.
    pub const fn rank(&self) -> usize {
        self.directions.len()
    }

    /// Length of the gradients that it takes.
    pub const fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// keccak-256 of the encoding.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The coordinates of a gradient of length [`Basis::dimensions`].
    pub(crate) fn project(&self, gradient: &[f32]) -> Vec<f64> {
        self.directions.iter().map(|direction| dot(direction, gradient)).collect()
    }

    /// Projects and quantises an answer's gradient; its length does not matter, only its direction.
    ///
    /// # Errors
    /// [`IndexError::Dimensions`] and [`IndexError::NotFinite`] when it is not such a gradient.
    pub fn query(&self, gradient: &[f32]) -> Result<Query, IndexError> {
        check_gradient(0, gradient, self.dimensions)?;
        let coordinates = self.project(gradient);
        let largest = coordinates.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let scale = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        Ok(Query { values: coordinates.iter().map(|x| quantise(x * scale)).collect() })
    }

    /// The bytes that [`Basis::decode`] reads: `"OLBASE01"`, dimensions, rank, then the directions as
    /// 32-bit floats; all little-endian.
    pub fn encode(&self) -> Vec<u8> {
        encode(self.dimensions, &self.directions)
    }

    /// Reads an encoding.
    ///
    /// # Errors
    /// [`IndexError::Malformed`] for anything that [`Basis::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, IndexError> {
        let basis = Self::read(bytes).ok_or(IndexError::Malformed { expected: EXPECTED })?;
        let finite = basis.directions.iter().flatten().all(|entry| entry.is_finite());
        if finite { Ok(basis) } else { Err(IndexError::Malformed { expected: EXPECTED }) }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.array::<8>()? != *MAGIC {
            return None;
        }
        let (dimensions, rank) = (reader.count()?, reader.count()?);
        let direction = |reader: &mut Reader<'_>| -> Option<Vec<f32>> {
            Some(reader.words(dimensions)?.map(f32::from_bits).collect())
        };
        let mut directions = Vec::new();
        for _ in 0..rank {
            directions.push(direction(&mut reader)?);
        }
        let digest = keccak256(bytes);
        let complete = reader.is_done() && dimensions > 0;
        complete.then_some(Self { dimensions, directions, digest })
    }
}

fn encode(dimensions: usize, directions: &[Vec<f32>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + 4 * dimensions * directions.len());
    out.extend(MAGIC);
    let word = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    put_words(&mut out, [word(dimensions), word(directions.len())]);
    put_words(&mut out, directions.iter().flatten().map(|entry| entry.to_bits()));
    out
}

/// The non-zero gradients, evenly thinned to at most `count_max`, each at unit length.
fn thin(gradients: &[&[f32]], count_max: usize) -> Vec<Vec<f32>> {
    let non_zero: Vec<(&[f32], f64)> = gradients
        .iter()
        .map(|gradient| (*gradient, dot(gradient, gradient).sqrt()))
        .filter(|(_, norm)| *norm > 0.0 && norm.is_finite())
        .collect();
    let step = non_zero.len().div_ceil(count_max.max(1)).max(1);
    let unit = |(gradient, norm): &(&[f32], f64)| {
        gradient.iter().map(|x| narrow(f64::from(*x) / norm)).collect()
    };
    non_zero.iter().step_by(step).map(unit).collect()
}

/// `scale · Σ_j weights[j] · rows[j]`.
fn combine(rows: &[Vec<f32>], weights: &[f64], scale: f64, dimensions: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f64; dimensions];
    for (row, weight) in rows.iter().zip(weights) {
        sum.iter_mut().zip(row).for_each(|(sum, entry)| *sum += weight * f64::from(*entry));
    }
    sum.into_iter().map(|entry| narrow(entry * scale)).collect()
}

pub(crate) fn check_gradient(
    position: usize,
    gradient: &[f32],
    expected: usize,
) -> Result<(), IndexError> {
    if gradient.len() != expected {
        return Err(IndexError::Dimensions { position, expected, found: gradient.len() });
    }
    if gradient.iter().all(|entry| entry.is_finite()) {
        return Ok(());
    }
    Err(IndexError::NotFinite { position })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "directions are stored with 24 bits on purpose"
)]
const fn narrow(value: f64) -> f32 {
    value as f32
}

/// The nearest signed byte, −127 … 127.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of a signed byte")]
pub(crate) const fn quantise(value: f64) -> i8 {
    value.round().clamp(-127.0, 127.0) as i8
}

impl Query {
    /// The query that a receipt carries.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { values: bytes.iter().map(|byte| byte.cast_signed()).collect() }
    }

    /// One byte per dimension, two's complement.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.values.iter().map(|value| value.cast_unsigned()).collect()
    }

    /// The signed bytes.
    pub fn values(&self) -> &[i8] {
        &self.values
    }

    /// The sum of squares, an integer.
    pub fn norm_squared(&self) -> u64 {
        self.values.iter().map(|value| u64::from(value.unsigned_abs()).pow(2)).sum()
    }
}
