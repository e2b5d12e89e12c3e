//! Causal grouped-query attention over blocks of queries, forward and backward.
//!
//! The weights of a block are recomputed in the backward pass from the scores
//! and their log-sum (`FlashAttention`, arXiv 2205.14135), so the memory is
//! `block × length` whatever the number of heads and layers.

use crate::{
    config::Config,
    kernel,
    matrix::{Into, Matrix, MatrixMut, multiply},
};

/// Queries per block.
pub(crate) const BLOCK: usize = 64;

/// One block of queries of one head, with the keys and values that it may see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a> {
    /// `[rows, head_width]`
    pub(crate) query: Matrix<'a>,
    /// `[seen, head_width]`
    pub(crate) key: Matrix<'a>,
    /// `[seen, head_width]`
    pub(crate) value: Matrix<'a>,
    /// Number of queries.
    pub(crate) rows: usize,
    /// Number of keys that the last query of the block sees.
    pub(crate) seen: usize,
    /// `1/√head_width`
    pub(crate) scale: f32,
}

impl Block<'_> {
    /// `out = softmax(scale·Q Kᵀ) V`; `scores` needs `rows·seen` floats.
    pub(crate) fn forward(self, out: MatrixMut<'_>, logsum: &mut [f32], scores: &mut [f32]) {
        let scores = &mut scores[..self.rows * self.seen];
        self.scores(scores);
        let first = self.seen - self.rows + 1;
        kernel::softmax_causal(scores, self.seen, first, self.scale, logsum);
        multiply(
            out,
            Into::Overwrite,
            1.0,
            Matrix::dense(scores, self.rows, self.seen),
            self.value,
        );
    }

    fn scores(self, scores: &mut [f32]) {
        let scores = MatrixMut::dense(scores, self.rows, self.seen);
        multiply(scores, Into::Overwrite, 1.0, self.query, self.key.t());
    }
}

/// Where heads lie in a row `[q | k | v]`.
#[derive(Debug, Clone, Copy)]
struct Rows {
    heads: usize,
    per_kv: usize,
    width: usize,
    key: usize,
    value: usize,
    stride: usize,
}

impl Rows {
    fn new(config: &Config) -> Self {
        let key = config.query_width();
        let value = key + config.kv_width();
        Self {
            heads: config.heads,
            per_kv: config.heads / config.kv_heads,
            width: config.head_width,
            key,
            value,
            stride: value + config.kv_width(),
        }
    }

    fn key(self, head: usize) -> usize {
        self.key + head / self.per_kv * self.width
    }

    fn value(self, head: usize) -> usize {
        self.value + head / self.per_kv * self.width
    }

    fn block(self, qkv: &[f32], head: usize, first: usize, last: usize) -> Block<'_> {
        let rows = last - first;
        let query = &qkv[first * self.stride + head * self.width..];
        Block {
            query: Matrix::new(query, rows, self.width, self.stride),
            key: Matrix::new(&qkv[self.key(head)..], last, self.width, self.stride),
            value: Matrix::new(&qkv[self.value(head)..], last, self.width, self.stride),
            rows,
            seen: last,
            scale: 1.0 / (self.width as f32).sqrt(),
        }
    }
}

/// The blocks of a sequence: `(first query, one past the last)`.
fn blocks(length: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..length).step_by(BLOCK).map(move |first| (first, (first + BLOCK).min(length)))
}

/// Attention of a whole sequence onto itself.
///
/// Shapes: `qkv [length, query + 2·kv]`, `out [length, query]`,
/// `logsum [heads, length]`, `scores` at least `BLOCK·length`.
pub(crate) fn forward(
    config: &Config,
    length: usize,
    qkv: &[f32],
    out: &mut [f32],
    logsum: &mut [f32],
    scores: &mut [f32],
) {
    let rows = Rows::new(config);
    let width = config.query_width();
    for head in 0..rows.heads {
        let logsum = &mut logsum[head * length..(head + 1) * length];
        for (first, last) in blocks(length) {
            let out = &mut out[first * width + head * rows.width..];
            rows.block(qkv, head, first, last).forward(
                MatrixMut::new(out, last - first, rows.width, width),
                &mut logsum[first..last],
                scores,
            );
        }
    }
}

/// What [`forward`] left, and the gradient that arrives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tape<'a> {
    /// `[length, query + 2·kv]`
    pub(crate) qkv: &'a [f32],
    /// `[length, query]`
    pub(crate) out: &'a [f32],
    /// `[heads, length]`
    pub(crate) logsum: &'a [f32],
    /// Gradient by `out`, `[length, query]`.
    pub(crate) dout: &'a [f32],
}

/// Gradient by `qkv`, into `dqkv`; `scratch` at least `2·BLOCK·length`.
pub(crate) fn backward(
    config: &Config,
    length: usize,
    tape: Tape<'_>,
    dqkv: &mut [f32],
    scratch: &mut [f32],
) {
    let rows = Rows::new(config);
    dqkv[..length * rows.stride].fill(0.0);
    for head in 0..rows.heads {
        for (first, last) in blocks(length) {
            backward_block(config, tape, head, (first, last), dqkv, (scratch, length));
        }
    }
}

fn backward_block(
    config: &Config,
    tape: Tape<'_>,
    head: usize,
    (first, last): (usize, usize),
    dqkv: &mut [f32],
    (scratch, length): (&mut [f32], usize),
) {
    let rows = Rows::new(config);
    let (n, width, stride) = (last - first, config.query_width(), rows.stride);
    let block = rows.block(tape.qkv, head, first, last);
    let start = first * width + head * rows.width;
    let dout = Matrix::new(&tape.dout[start..], n, rows.width, width);

    let (p, dp) = scratch.split_at_mut(BLOCK * length);
    let (p, dp) = (&mut p[..n * last], &mut dp[..n * last]);
    block.scores(p);
    let logsum = &tape.logsum[head * length + first..head * length + last];
    kernel::softmax_again(p, last, first + 1, block.scale, logsum);

    let mut pull = [0.0; BLOCK];
    for (i, pull) in pull[..n].iter_mut().enumerate() {
        let row = start + i * width..start + i * width + rows.width;
        *pull = kernel::dot(&tape.dout[row.clone()], &tape.out[row]);
    }
    multiply(MatrixMut::dense(dp, n, last), Into::Overwrite, 1.0, dout, block.value.t());
    kernel::softmax_backward(dp, p, last, &pull[..n]);

    let (p, ds) = (Matrix::dense(p, n, last), Matrix::dense(dp, n, last));
    let dvalue = MatrixMut::new(&mut dqkv[rows.value(head)..], last, rows.width, stride);
    multiply(dvalue, Into::Add, 1.0, p.t(), dout);
    let dkey = MatrixMut::new(&mut dqkv[rows.key(head)..], last, rows.width, stride);
    multiply(dkey, Into::Add, block.scale, ds.t(), block.query);
    let dquery = &mut dqkv[first * stride + head * rows.width..];
    let dquery = MatrixMut::new(dquery, n, rows.width, stride);
    multiply(dquery, Into::Overwrite, block.scale, ds, block.key);
}
