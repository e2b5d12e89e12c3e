//! What training and prefill share: the products with the weights, and the rotation.

use std::ops::Range;

use crate::{
    kernel,
    llama::{Group, Llama},
    lora::Lora,
    matrix::{Into, Matrix, MatrixMut, multiply},
};

impl Llama {
    /// `out = [out +] x Wᵀ + s·z Bᵀ` with `z = x Aᵀ`, for all matrices of a group
    /// and all rows of `x`.
    pub(crate) fn group_forward(
        &self,
        lora: Option<&Lora>,
        (layer, group): (usize, Group),
        x: &[f32],
        into: Into,
        (out, z): (&mut [f32], &mut [f32]),
    ) {
        let (outputs, inputs) = self.layout.group_shape(group);
        let rows = x.len() / inputs;
        let w = Matrix::dense(&self.weights[self.layout.group(layer, group)], outputs, inputs);
        let x = Matrix::dense(x, rows, inputs);
        multiply(MatrixMut::dense(out, rows, outputs), into, 1.0, x, w.t());
        let Some(lora) = lora else { return };
        let Some(adapted) = lora.layout().group(layer, group) else { return };
        let rank = lora.layout().options().rank;
        let stacked = adapted.modules.len() * rank;
        let a = Matrix::dense(&lora.parameters()[adapted.a.clone()], stacked, inputs);
        multiply(MatrixMut::dense(z, rows, stacked), Into::Overwrite, 1.0, x, a.t());
        for (i, module) in adapted.modules.iter().enumerate() {
            let b = Matrix::dense(&lora.parameters()[module.b.clone()], module.outputs, rank);
            let column = self.layout.column(group, module.target);
            let out = MatrixMut::new(&mut out[column..], rows, module.outputs, outputs);
            let z = Matrix::new(&z[i * rank..], rows, rank, stacked);
            multiply(out, Into::Add, lora.layout().scale(), z, b.t());
        }
    }

    /// Applies the rotary embedding to the q and k heads of `[q | k | v]`
    /// rows at the given positions; `turn` is 1 forward and −1 backward.
    pub(crate) fn rotate_rows(&self, qkv: &mut [f32], positions: Range<usize>, turn: f32) {
        let config = &self.config;
        let rotated = config.query_width() + config.kv_width();
        let rows = qkv.chunks_exact_mut(rotated + config.kv_width());
        for (row, position) in rows.zip(positions) {
            self.rotate_row(&mut row[..rotated], position, turn);
        }
    }

    /// Applies the rotary embedding to adjacent heads of one position.
    pub(crate) fn rotate_row(&self, heads: &mut [f32], position: usize, turn: f32) {
        let (cosine, sine) = self.rope.at(position);
        for head in heads.chunks_exact_mut(self.config.head_width) {
            kernel::rotate(head, cosine, sine, turn);
        }
    }
}
