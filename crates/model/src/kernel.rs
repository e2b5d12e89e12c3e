//! Element-wise loops, each compiled for several vector widths.
//!
//! A sum always runs over a fixed number of lanes and is folded in one fixed
//! order, so the width of the machine's vectors does not change a bit of it.
#![expect(
    clippy::inline_always,
    reason = "a helper must be compiled inside the vector width of its caller"
)]

/// Number of partial sums of every reduction.
const LANES: usize = 32;

/// Rows of a matrix that are multiplied at once, to keep the sums independent.
const TILE: usize = 4;

/// Compiles each function for AVX-512, for AVX2 and for the baseline, and
/// chooses at run time.
macro_rules! kernels {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn portable($($arg: $ty),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
            fn avx512($($arg: $ty),*) $(-> $ret)? { portable($($arg),*) }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($arg: $ty),*) $(-> $ret)? { portable($($arg),*) }

            #[cfg(target_arch = "x86_64")]
            {
                if has_avx512() {
                    // SAFETY: the processor has every feature the function was compiled for.
                    return unsafe { avx512($($arg),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the processor has every feature the function was compiled for.
                    return unsafe { avx2($($arg),*) };
                }
            }
            portable($($arg),*)
        }
    )*};
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
}

/// `eˣ` to about 2 ulp, without a branch, for any finite `x` (saturating).
#[inline(always)]
fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5·2²³: adding it rounds to an integer
    let x = x.clamp(-87.0, 88.0);
    let n = x.mul_add(std::f32::consts::LOG2_E, ROUND) - ROUND;
    let r = n.mul_add(-0.693_145_75, x); // ln 2, in two parts
    let r = n.mul_add(-1.428_606_8e-6, r);
    let mut p = 1.987_569_1e-4_f32; // Cephes' polynomial for expf
    p = p.mul_add(r, 1.398_199_9e-3);
    p = p.mul_add(r, 8.333_452e-3);
    p = p.mul_add(r, 4.166_579_6e-2);
    p = p.mul_add(r, 0.166_666_65);
    p = p.mul_add(r, 0.5);
    let p = p.mul_add(r * r, r) + 1.0;
    #[expect(clippy::cast_possible_truncation, reason = "n is an integer between -126 and 127")]
    let exponent = n as i32;
    #[expect(clippy::cast_sign_loss, reason = "the sum is between 1 and 254")]
    let bits = ((exponent + 127) as u32) << 23;
    p * f32::from_bits(bits)
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Adds the upper half to the lower.
#[inline(always)]
fn halve<const N: usize, const HALF: usize>(lanes: [f32; N]) -> [f32; HALF] {
    std::array::from_fn(|i| lanes[i] + lanes[i + HALF])
}

/// The first steps of [`fold`].
#[inline(always)]
fn fold_to_four(lanes: [f32; LANES]) -> [f32; 4] {
    halve(halve::<16, 8>(halve(lanes)))
}

/// Folds the lanes pairwise, always in the same order.
#[inline(always)]
fn fold(lanes: [f32; LANES]) -> f32 {
    let [a, b, c, d] = fold_to_four(lanes);
    (a + c) + (b + d)
}

#[inline(always)]
fn dot_inline(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for i in 0..LANES {
            lanes[i] = a[i].mul_add(b[i], lanes[i]);
        }
    }
    fold(lanes) + dot_rest(a_rest, b_rest)
}

/// Dot products of the rows `w` with `x`, each with the bits of [`dot`].
#[inline(always)]
fn dot_tile(w: [&[f32]; TILE], x: &[f32]) -> [f32; TILE] {
    let mut lanes = [[0.0; LANES]; TILE];
    let (x_chunks, x_rest) = x.as_chunks::<LANES>();
    let [a, b, c, d] = w.map(|row| row.as_chunks::<LANES>().0);
    for ((((x, a), b), c), d) in x_chunks.iter().zip(a).zip(b).zip(c).zip(d) {
        for i in 0..LANES {
            lanes[0][i] = a[i].mul_add(x[i], lanes[0][i]);
            lanes[1][i] = b[i].mul_add(x[i], lanes[1][i]);
            lanes[2][i] = c[i].mul_add(x[i], lanes[2][i]);
            lanes[3][i] = d[i].mul_add(x[i], lanes[3][i]);
        }
    }
    let quarters = lanes.map(fold_to_four);
    let sums = quarters.map(|[a, b, c, d]| (a + c) + (b + d));
    if x_rest.is_empty() {
        return sums;
    }
    let rest = w.map(|row| dot_rest(&row[x.len() - x_rest.len()..], x_rest));
    std::array::from_fn(|i| sums[i] + rest[i])
}

/// The last columns, fewer than the lanes, one after the other.
#[inline(always)]
fn dot_rest(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| a.mul_add(*b, sum))
}

/// The rows of a tile.
#[inline(always)]
fn tile_rows(w: &[f32], inputs: usize) -> [&[f32]; TILE] {
    std::array::from_fn(|i| &w[i * inputs..(i + 1) * inputs])
}

#[inline(always)]
fn max_inline(row: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for i in 0..LANES {
            lanes[i] = if chunk[i] > lanes[i] { chunk[i] } else { lanes[i] };
        }
    }
    let largest = |a: f32, &b: &f32| if b > a { b } else { a };
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, largest)
}

/// Replaces `row` by `exp(scale·row − shift)` and returns the sum.
#[inline(always)]
fn exp_sum(row: &mut [f32], scale: f32, shift: f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = row.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for i in 0..LANES {
            chunk[i] = exp(chunk[i].mul_add(scale, -shift));
            lanes[i] += chunk[i];
        }
    }
    for (value, lane) in rest.iter_mut().zip(&mut lanes) {
        *value = exp(value.mul_add(scale, -shift));
        *lane += *value;
    }
    fold(lanes)
}

kernels! {
    /// `a · b`.
    fn dot(a: &[f32], b: &[f32]) -> f32 {
        dot_inline(a, b)
    }

    /// `y += scale · x`.
    fn add_scaled(y: &mut [f32], scale: f32, x: &[f32]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = scale.mul_add(x, *y);
        }
    }

    /// `yᵢ = W xᵢ` for some rows `x [n, inputs]`, `y [n, outputs]`, with `W [outputs, inputs]`.
    ///
    /// A row has the same bits whatever the other rows are.
    fn matrix_rows(y: &mut [f32], w: &[f32], x: &[f32], inputs: usize) {
        let outputs = w.len() / inputs;
        let tiles = w.chunks_exact(TILE * inputs);
        let rest = (outputs - outputs % TILE, tiles.remainder());
        for (tile, w) in tiles.enumerate() {
            let (w, column) = (tile_rows(w, inputs), tile * TILE);
            for (y, x) in y.chunks_exact_mut(outputs).zip(x.chunks_exact(inputs)) {
                y[column..column + TILE].copy_from_slice(&dot_tile(w, x));
            }
        }
        for (y, x) in y.chunks_exact_mut(outputs).zip(x.chunks_exact(inputs)) {
            for (y, w) in y[rest.0..].iter_mut().zip(rest.1.chunks_exact(inputs)) {
                *y = dot_inline(w, x);
            }
        }
    }

    /// `y += scale · B z`, with `B [y.len(), z.len()]` and a short `z`.
    fn add_low_rank(y: &mut [f32], b: &[f32], z: &[f32], scale: f32) {
        let (z_chunks, z_rest) = z.as_chunks::<8>();
        for (y, b) in y.iter_mut().zip(b.chunks_exact(z.len())) {
            let mut lanes = [0.0; 8];
            let (b_chunks, b_rest) = b.as_chunks::<8>();
            for (b, z) in b_chunks.iter().zip(z_chunks) {
                for i in 0..8 {
                    lanes[i] = b[i].mul_add(z[i], lanes[i]);
                }
            }
            for ((lane, &b), &z) in lanes.iter_mut().zip(b_rest).zip(z_rest) {
                *lane = b.mul_add(z, *lane);
            }
            let [a, b, c, d, e, f, g, h] = lanes;
            *y = (((a + b) + (c + d)) + ((e + f) + (g + h))).mul_add(scale, *y);
        }
    }

    /// `out = Σ weightᵢ · rowᵢ`, with `rows [weight.len(), out.len()]`.
    fn weighted_sum(out: &mut [f32], weight: &[f32], rows: &[f32]) {
        out.fill(0.0);
        for (&weight, row) in weight.iter().zip(rows.chunks_exact(out.len())) {
            for (out, &value) in out.iter_mut().zip(row) {
                *out = weight.mul_add(value, *out);
            }
        }
    }

    /// `RMSNorm` of each row: `out = x · inverse · gain`, `inverse = 1/√(mean(x²) + ε)`.
    ///
    /// Shapes: `x`, `out` `[inverse.len(), gain.len()]`.
    fn rms_norm(x: &[f32], gain: &[f32], epsilon: f32, out: &mut [f32], inverse: &mut [f32]) {
        let width = gain.len();
        let rows = x.chunks_exact(width).zip(out.chunks_exact_mut(width)).zip(inverse);
        for ((x, out), inverse) in rows {
            let mean = dot_inline(x, x) / width as f32;
            let factor = 1.0 / (mean + epsilon).sqrt();
            *inverse = factor;
            for ((out, &x), &gain) in out.iter_mut().zip(x).zip(gain) {
                *out = x * factor * gain;
            }
        }
    }

    /// Backward of [`rms_norm`]: adds to `dx`, and to `dgain` unless it is empty.
    fn rms_norm_backward(
        dy: &[f32],
        x: &[f32],
        inverse: &[f32],
        gain: &[f32],
        dx: &mut [f32],
        dgain: &mut [f32],
    ) {
        let width = gain.len();
        let rows = dy.chunks_exact(width).zip(x.chunks_exact(width)).zip(dx.chunks_exact_mut(width));
        for (((dy, x), dx), &inverse) in rows.zip(inverse) {
            let mut lanes = [0.0; LANES];
            for ((dy, x), gain) in dy.chunks(LANES).zip(x.chunks(LANES)).zip(gain.chunks(LANES)) {
                for (((lane, &dy), &x), &gain) in lanes.iter_mut().zip(dy).zip(x).zip(gain) {
                    *lane = (dy * gain).mul_add(x, *lane);
                }
            }
            let pull = fold(lanes) * inverse * inverse * inverse / width as f32;
            for (((dx, &dy), &x), &gain) in dx.iter_mut().zip(dy).zip(x).zip(gain) {
                *dx += (dy * gain).mul_add(inverse, -(x * pull));
            }
            for ((dgain, &dy), &x) in dgain.iter_mut().zip(dy).zip(x) {
                *dgain = (dy * inverse).mul_add(x, *dgain);
            }
        }
    }

    /// Rotates one head in place: pairs `(i, i + half)` by the angle whose
    /// cosine and sine are given; `turn` is 1 forward and −1 backward.
    fn rotate(head: &mut [f32], cosine: &[f32], sine: &[f32], turn: f32) {
        let (low, high) = head.split_at_mut(cosine.len());
        for (((low, high), &cosine), &sine) in low.iter_mut().zip(high).zip(cosine).zip(sine) {
            let sine = sine * turn;
            let (a, b) = (*low, *high);
            *low = a * cosine - b * sine;
            *high = b * cosine + a * sine;
        }
    }

    /// Causal softmax of a block of scores `[rows, stride]`, in place.
    ///
    /// Row `i` keeps its first `first + i` columns (weights `softmax(scale·s)`)
    /// and zeroes the rest; `logsum[i]` receives `ln Σ exp(scale·s)`.
    fn softmax_causal(scores: &mut [f32], stride: usize, first: usize, scale: f32, logsum: &mut [f32]) {
        for (i, (row, logsum)) in scores.chunks_exact_mut(stride).zip(logsum).enumerate() {
            let (seen, future) = row.split_at_mut(first + i);
            let shift = max_inline(seen) * scale;
            let sum = exp_sum(seen, scale, shift);
            *logsum = shift + sum.ln();
            let factor = 1.0 / sum;
            for value in seen {
                *value *= factor;
            }
            future.fill(0.0);
        }
    }

    /// Recomputes the weights of [`softmax_causal`] from the scores and `logsum`.
    fn softmax_again(scores: &mut [f32], stride: usize, first: usize, scale: f32, logsum: &[f32]) {
        for (i, (row, &logsum)) in scores.chunks_exact_mut(stride).zip(logsum).enumerate() {
            let (seen, future) = row.split_at_mut(first + i);
            for value in seen {
                *value = exp(value.mul_add(scale, -logsum));
            }
            future.fill(0.0);
        }
    }

    /// Backward of the softmax: `ds = p · (dp − pull)` row by row, in place of `dp`.
    fn softmax_backward(dp: &mut [f32], p: &[f32], stride: usize, pull: &[f32]) {
        for ((dp, p), &pull) in dp.chunks_exact_mut(stride).zip(p.chunks_exact(stride)).zip(pull) {
            for (dp, &p) in dp.iter_mut().zip(p) {
                *dp = p * (*dp - pull);
            }
        }
    }

    /// `SwiGLU`: `out = silu(gate) · up`, where a row of `gate_up` is `[gate | up]`, each `width` wide.
    fn silu_multiply(gate_up: &[f32], width: usize, out: &mut [f32]) {
        for (row, out) in gate_up.chunks_exact(2 * width).zip(out.chunks_exact_mut(width)) {
            let (gate, up) = row.split_at(width);
            for ((out, &gate), &up) in out.iter_mut().zip(gate).zip(up) {
                *out = gate * sigmoid(gate) * up;
            }
        }
    }

    /// Backward of [`silu_multiply`]; `d_gate_up` is overwritten.
    fn silu_multiply_backward(gate_up: &[f32], width: usize, dout: &[f32], d_gate_up: &mut [f32]) {
        let rows = gate_up.chunks_exact(2 * width).zip(d_gate_up.chunks_exact_mut(2 * width));
        for ((row, drow), dout) in rows.zip(dout.chunks_exact(width)) {
            let (gate, up) = row.split_at(width);
            let (dgate, dup) = drow.split_at_mut(width);
            let columns = gate.iter().zip(up).zip(dout).zip(dgate.iter_mut().zip(dup));
            for (((&gate, &up), &dout), (dgate, dup)) in columns {
                let s = sigmoid(gate);
                let silu = gate * s;
                *dup = dout * silu;
                *dgate = dout * up * silu.mul_add(1.0 - s, s);
            }
        }
    }

    /// `softmax(row)` in place; returns `ln Σ exp(row)`.
    fn softmax(row: &mut [f32]) -> f32 {
        let shift = max_inline(row);
        let sum = exp_sum(row, 1.0, shift);
        let factor = 1.0 / sum;
        for value in row {
            *value *= factor;
        }
        shift + sum.ln()
    }
}

#[cfg(test)]
mod tests;
