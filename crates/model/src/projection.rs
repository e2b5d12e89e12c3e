//! A small stand-in for the gradient of an adapter.
//!
//! For each adapted matrix, `dA · P_in [rank, k]` and `P_out · dB [k, rank]`
//! with fixed random projections of entries `±1/√k`, so that inner products
//! of gradients are kept in expectation (Johnson–Lindenstrauss; for gradients
//! of linear layers, `LoGra`, arXiv 2405.13954).

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use crate::{
    lora::{LoraGradient, LoraLayout},
    matrix::{Into, Matrix, MatrixMut, multiply},
};

/// The random projections of an adapter's layout.
#[derive(Debug, Clone)]
pub struct Projection {
    layout: LoraLayout,
    width: usize,
    /// `P_in [inputs, k]` and `P_out [k, outputs]` of each module.
    matrices: Vec<(Vec<f32>, Vec<f32>)>,
}

/// A projected gradient: for each module of the layout, `dA · P_in` then
/// `P_out · dB`, flat and row-major, `2·rank·k` numbers a module.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectedGradient {
    values: Vec<f32>,
}

impl Projection {
    /// Width `k` that keeps the ranking of similarities at little cost.
    pub const WIDTH: usize = 16;

    /// Projections of width `k = width`, decided by the seed.
    ///
    /// # Panics
    /// If the width is zero.
    pub fn new(layout: &LoraLayout, width: usize, seed: u64) -> Self {
        assert!(width > 0, "a projection needs a width");
        let signs = |stream: u64, length: usize| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(stream);
            let size = 1.0 / (width as f32).sqrt();
            let sign = || if random.next_u32() & 1 == 0 { size } else { -size };
            std::iter::repeat_with(sign).take(length).collect::<Vec<f32>>()
        };
        let matrices = (layout.modules().iter().zip(0..))
            .map(|(module, stream)| {
                let inward = signs(2 * stream, module.inputs * width);
                (inward, signs(2 * stream + 1, width * module.outputs))
            })
            .collect();
        Self { layout: layout.clone(), width, matrices }
    }

    /// Number of values of a projected gradient.
    pub fn total(&self) -> usize {
        2 * self.layout.options().rank * self.width * self.matrices.len()
    }

    /// Projects an exact gradient.
    ///
    /// # Panics
    /// If the gradient belongs to another layout.
    pub fn project(&self, gradient: &LoraGradient) -> ProjectedGradient {
        assert_eq!(gradient.values().len(), self.layout.total(), "gradient of another layout");
        let (rank, k) = (self.layout.options().rank, self.width);
        let mut values = vec![0.0; self.total()];
        let places = values.chunks_exact_mut(2 * rank * k);
        let modules = self.layout.modules().iter().zip(&self.matrices);
        for (place, (module, (inward, outward))) in places.zip(modules) {
            let (a, b) = place.split_at_mut(rank * k);
            let da = Matrix::dense(&gradient.values()[module.a.clone()], rank, module.inputs);
            let inward = Matrix::dense(inward, module.inputs, k);
            multiply(MatrixMut::dense(a, rank, k), Into::Overwrite, 1.0, da, inward);
            let db = Matrix::dense(&gradient.values()[module.b.clone()], module.outputs, rank);
            let outward = Matrix::dense(outward, k, module.outputs);
            multiply(MatrixMut::dense(b, k, rank), Into::Overwrite, 1.0, outward, db);
        }
        ProjectedGradient { values }
    }
}

impl ProjectedGradient {
    /// Flat values.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Takes the flat values out.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }
}
