//! First weights that already copy: attention heads wired by hand, which training then bends.
//!
//! A network that is to answer from its prompt needs induction heads (Olsson et al. 2022, arXiv
//! 2209.11895): one head writes each token's predecessor beside it, a later head finds the place whose
//! predecessor is the present token and copies what stands there. From random weights they appear late
//! and suddenly; first weights that imitate trained attention (Trockman and Kolter 2023, arXiv
//! 2305.09828) spare most of the training. Here:
//!
//! * Every embedding shares a constant component. Queries and keys that read it alone meet in the rotary
//!   embedding as a function of distance, so layer 0 attends one back, two back, and to a near window.
//! * Each of these heads writes a random projection of what it sees to a subspace of its own.
//! * Layers 1 and 2 match the present token with the predecessor subspace, on the slow rotary
//!   frequencies only, and copy embeddings, a quarter of the width per head.

use model::{Config, Llama, Target};

use crate::seeded::Seeded;

#[cfg(test)]
mod tests;

/// Deviation of an embedding's components: large against a training step.
const EMBEDDING: f32 = 0.2;
/// The shared component, in deviations.
const CONSTANT: f32 = 8.0;
/// Gain of the final norm: logits begin as if embeddings had a deviation of 0.1.
const FINAL_GAIN: f32 = 0.5;
/// Scale of queries and keys that match contents.
const MATCH: f32 = 4.0;
/// Scale of copied embeddings.
const COPY: f32 = 16.0;
/// Rotary frequencies below this many radians per token serve for matching contents.
const SLOW: f32 = 0.01;
/// Weights of the fast rotary frequencies in heads that attend to one distance.
const FAST: [f32; 8] = [80.0, 60.0, 40.0, 20.0, 20.0, 20.0, 20.0, 20.0];
/// The same for the head that attends to a near window.
const NEAR: [f32; 12] = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0];

/// A row-major matrix.
struct Matrix {
    columns: usize,
    values: Vec<f32>,
}

impl Matrix {
    fn zeros(rows: usize, columns: usize) -> Self {
        Self { columns, values: vec![0.0; rows * columns] }
    }

    fn normal(rows: usize, columns: usize, deviation: f32, seeded: &mut Seeded) -> Self {
        let values = (0..rows * columns).map(|_| deviation * normal(seeded)).collect();
        Self { columns, values }
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.columns..][..self.columns]
    }

    fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.values[row * self.columns..][..self.columns]
    }

    /// Random orthonormal rows (Gram and Schmidt).
    fn orthonormal(size: usize, seeded: &mut Seeded) -> Self {
        let mut matrix = Self::normal(size, size, 1.0, seeded);
        for row in 0..size {
            let (before, rest) = matrix.values.split_at_mut(row * size);
            let present = &mut rest[..size];
            for other in before.chunks_exact(size) {
                let along = dot(present, other);
                for (value, other) in present.iter_mut().zip(other) {
                    *value -= along * other;
                }
            }
            let length = dot(present, present).sqrt();
            for value in present.iter_mut() {
                *value /= length;
            }
        }
        matrix
    }
}

/// The weights in the making.
struct Wiring<'a> {
    model: &'a mut Llama,
    config: Config,
    /// Row blocks of one head's width: where each head of layer 0 writes.
    written: Matrix,
    /// What each head of layer 0 reads.
    read: Vec<Matrix>,
    /// Row blocks of one head's width: which part of an embedding a copying head copies.
    copied: Matrix,
}

/// Overwrites the embedding and the attention weights.
pub(super) fn wire(model: &mut Llama, seed: u64) {
    let mut seeded = Seeded::new(seed ^ 0x5749_5245);
    let config = model.config().clone();
    let (width, head) = (config.hidden, config.head_width);
    scatter(model, &mut seeded);
    let mut wiring = Wiring {
        written: Matrix::orthonormal(width, &mut seeded),
        copied: Matrix::orthonormal(width, &mut seeded),
        read: (0..3).map(|_| reading(head, width, &mut seeded)).collect(),
        config,
        model,
    };
    wiring.attend_to_distance(0, 1.0, &FAST);
    wiring.attend_to_distance(1, 2.0, &FAST);
    wiring.attend_to_distance(2, 0.0, &NEAR);
    for (layer, place, part) in [(1, 0, 0), (1, 1, 1), (2, 0, 2), (2, 1, 3)] {
        wiring.copy_after_match(layer, place, part);
    }
}

/// Random embeddings with the shared component, and small random attention.
fn scatter(model: &mut Llama, seeded: &mut Seeded) {
    let config = model.config().clone();
    let layout = model.layout().clone();
    let wide = 1.0 / to_f32(config.hidden).sqrt();
    let weights = model.weights_mut();
    for row in weights[layout.embedding()].chunks_exact_mut(config.hidden) {
        row.fill_with(|| EMBEDDING * normal(seeded));
        row[0] = EMBEDDING * CONSTANT;
    }
    for layer in 0..config.layers {
        for target in [Target::Q, Target::K, Target::V] {
            weights[layout.matrix(layer, target)].fill_with(|| 0.5 * wide * normal(seeded));
        }
    }
    weights[layout.final_norm()].fill(FINAL_GAIN);
}

/// A random projection that does not see the shared component.
fn reading(head: usize, width: usize, seeded: &mut Seeded) -> Matrix {
    let mut matrix = Matrix::normal(head, width, 1.0 / to_f32(width).sqrt(), seeded);
    (0..head).for_each(|row| matrix.row_mut(row)[0] = 0.0);
    matrix
}

impl Wiring<'_> {
    /// Radians per token of a rotary frequency.
    fn frequency(&self, index: usize) -> f32 {
        let exponent = -2.0 * to_f32(index) / to_f32(self.config.head_width);
        narrow(self.config.rope_theta).powf(exponent)
    }

    /// Layer 0: the head attends `distance` tokens back and writes what it reads there.
    fn attend_to_distance(&mut self, place: usize, distance: f32, frequencies: &[f32]) {
        let (width, head) = (self.config.hidden, self.config.head_width);
        let constant =
            CONSTANT / ((to_f32(width) - 1.0 + CONSTANT * CONSTANT) / to_f32(width)).sqrt();
        let (mut query, mut key) = (Matrix::zeros(head, width), Matrix::zeros(head, width));
        for (index, weight) in frequencies.iter().enumerate() {
            let (scale, angle) = (weight.sqrt() / constant, self.frequency(index) * distance);
            query.row_mut(index)[0] = scale;
            key.row_mut(index)[0] = scale * angle.cos();
            key.row_mut(index + head / 2)[0] = scale * angle.sin();
        }
        let gain = EMBEDDING * (to_f32(width) / to_f32(head)).sqrt();
        let value = std::mem::replace(&mut self.read[place], Matrix::zeros(0, 0));
        self.set_rows(0, Target::Q, place, &query);
        self.set_rows(0, Target::K, place, &key);
        self.set_rows(0, Target::V, place, &value);
        self.read[place] = value;
        for row in 0..head {
            let written: Vec<f32> =
                self.written.row(place * head + row).iter().map(|w| w * gain).collect();
            self.set_output(0, place * head + row, &written);
        }
    }

    /// The head attends where the predecessor is the present token, and copies the part of the embedding.
    fn copy_after_match(&mut self, layer: usize, place: usize, part: usize) {
        let (width, head) = (self.config.hidden, self.config.head_width);
        let slow = (0..head / 2).filter(|&index| self.frequency(index) < SLOW);
        let slow: Vec<usize> = slow.flat_map(|index| [index, index + head / 2]).collect();
        let (mut query, mut key) = (Matrix::zeros(head, width), Matrix::zeros(head, width));
        for (content, &row) in slow.iter().enumerate() {
            assign(query.row_mut(row), self.read[0].row(content), MATCH);
            assign(key.row_mut(row), self.written.row(content), MATCH);
        }
        let mut value = Matrix::zeros(head, width);
        for row in 0..head {
            let copied = self.copied.row(part * head + row).to_vec();
            assign(value.row_mut(row), &copied, 1.0);
            value.row_mut(row)[0] = 0.0;
            let written: Vec<f32> = value.row(row).iter().map(|v| v * COPY * EMBEDDING).collect();
            self.set_output(layer, place * head + row, &written);
        }
        self.set_rows(layer, Target::Q, place, &query);
        self.set_rows(layer, Target::K, place, &key);
        self.set_rows(layer, Target::V, place, &value);
    }

    /// Replaces the rows of a head in q, k or v.
    fn set_rows(&mut self, layer: usize, target: Target, place: usize, rows: &Matrix) {
        let start = self.model.layout().matrix(layer, target).start + place * rows.values.len();
        self.model.weights_mut()[start..start + rows.values.len()].copy_from_slice(&rows.values);
    }

    /// Replaces a column of o: what one component of a head writes.
    fn set_output(&mut self, layer: usize, column: usize, values: &[f32]) {
        let range = self.model.layout().matrix(layer, Target::O);
        let columns = self.config.query_width();
        let output = &mut self.model.weights_mut()[range];
        for (row, value) in values.iter().enumerate() {
            output[row * columns + column] = *value;
        }
    }
}

fn assign(row: &mut [f32], values: &[f32], scale: f32) {
    row.iter_mut().zip(values).for_each(|(slot, value)| *slot = scale * value);
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A draw from the standard normal distribution: the sum of twelve uniform draws, less six.
fn normal(seeded: &mut Seeded) -> f32 {
    const STEPS: usize = 1 << 20;
    let sum: usize = (0..12).map(|_| seeded.below(STEPS)).sum();
    to_f32(sum) / to_f32(STEPS) - 6.0
}

#[expect(clippy::cast_precision_loss, reason = "sizes and draws are below 2^24")]
fn to_f32(n: usize) -> f32 {
    n as f32
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the base of the rotary embedding needs no more digits"
)]
fn narrow(x: f64) -> f32 {
    x as f32
}
