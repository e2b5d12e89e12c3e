//! Dot products in a fixed order, Gram matrices, and the eigenvectors of a symmetric matrix.
//!
//! Every sum runs over sixteen interleaved lanes that are then added pairwise, whatever the machine's
//! vector width and however many threads share the work, so results are equal bit by bit everywhere.

use std::thread;

const LANES: usize = 16;

/// `Σ left·right` in f64, over sixteen lanes.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f64 {
    let mut lanes = [0.0_f64; LANES];
    let (left_blocks, right_blocks) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let tail: f64 = left_blocks
        .remainder()
        .iter()
        .zip(right_blocks.remainder())
        .map(|(left, right)| f64::from(*left) * f64::from(*right))
        .sum();
    for (left, right) in left_blocks.zip(right_blocks) {
        for lane in 0..LANES {
            lanes[lane] += f64::from(left[lane]) * f64::from(right[lane]);
        }
    }
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
    }
    lanes[0] + tail
}

/// Computes `f(0), …, f(count − 1)` on up to `workers` threads, in order.
pub(crate) fn map_rows<T: Send>(
    count: usize,
    workers: usize,
    f: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let workers = workers.clamp(1, count.max(1));
    if workers == 1 {
        return (0..count).map(f).collect();
    }
    // Worker w takes rows w, w + workers, …: triangular work is shared evenly.
    let share = |worker: usize| (worker..count).step_by(workers).map(&f).collect::<Vec<T>>();
    let mut shares: Vec<_> = thread::scope(|scope| {
        let handles: Vec<_> =
            (0..workers).map(|worker| scope.spawn(move || share(worker))).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .map(Vec::into_iter)
            .collect()
    });
    (0..count).filter_map(|row| shares[row % workers].next()).collect()
}

/// The symmetric matrix of all dot products of `rows`, row-major.
pub(crate) fn gram(rows: &[Vec<f32>], workers: usize) -> Vec<f64> {
    let size = rows.len();
    let lower = map_rows(size, workers, |row| -> Vec<f64> {
        rows[..=row].iter().map(|other| dot(&rows[row], other)).collect()
    });
    let mut matrix = vec![0.0; size * size];
    for (row, products) in lower.iter().enumerate() {
        for (column, product) in products.iter().enumerate() {
            matrix[row * size + column] = *product;
            matrix[column * size + row] = *product;
        }
    }
    matrix
}

/// Eigenvalues of a symmetric matrix, largest first, each with its unit eigenvector.
#[derive(Debug)]
pub(crate) struct Eigen {
    pub(crate) values: Vec<f64>,
    pub(crate) vectors: Vec<Vec<f64>>,
}

/// Decomposes the symmetric `matrix` (`[size, size]`, row-major) by Householder reflections to
/// tridiagonal form and implicit-shift QL (Golub and Van Loan, sections 8.3.1 and 8.3.5).
pub(crate) fn symmetric_eigen(mut matrix: Vec<f64>, size: usize) -> Eigen {
    let reflectors = tridiagonalize(&mut matrix, size);
    let mut diagonal: Vec<f64> = (0..size).map(|i| matrix[i * size + i]).collect();
    let mut beside: Vec<f64> = (1..size).map(|i| matrix[i * size + i - 1]).collect();
    beside.push(0.0);
    let mut rows = transposed_product(&reflectors, size);
    implicit_ql(&mut diagonal, &mut beside, &mut rows);
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|left, right| diagonal[*right].total_cmp(&diagonal[*left]).then(left.cmp(right)));
    let values = order.iter().map(|place| diagonal[*place]).collect();
    let vectors = order.iter().map(|place| std::mem::take(&mut rows[*place])).collect();
    Eigen { values, vectors }
}

/// The reflection `I − scale·v·vᵀ` on coordinates `first..`.
struct Reflector {
    first: usize,
    v: Vec<f64>,
    scale: f64,
}

fn tridiagonalize(matrix: &mut [f64], size: usize) -> Vec<Reflector> {
    let mut reflectors = Vec::with_capacity(size);
    for column in 0..size.saturating_sub(2) {
        let first = column + 1;
        let mut v: Vec<f64> = (first..size).map(|row| matrix[row * size + column]).collect();
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        if norm == 0.0 {
            continue;
        }
        let alpha = if v[0] > 0.0 { -norm } else { norm };
        v[0] -= alpha;
        let scale = 2.0 / v.iter().map(|x| x * x).sum::<f64>();
        reflect_block(matrix, size, first, &v, scale);
        for (row, entry) in (first..size).zip(std::iter::once(alpha).chain(std::iter::repeat(0.0)))
        {
            matrix[row * size + column] = entry;
            matrix[column * size + row] = entry;
        }
        reflectors.push(Reflector { first, v, scale });
    }
    reflectors
}

/// `A ← H·A·H` on the trailing block from `first`, as the rank-two update `A − v·wᵀ − w·vᵀ`.
fn reflect_block(matrix: &mut [f64], size: usize, first: usize, v: &[f64], scale: f64) {
    let product = |row: usize| -> f64 {
        let line = &matrix[row * size + first..(row + 1) * size];
        line.iter().zip(v).map(|(a, v)| a * v).sum::<f64>() * scale
    };
    let mut w: Vec<f64> = (first..size).map(product).collect();
    let shift = w.iter().zip(v).map(|(w, v)| w * v).sum::<f64>() * scale / 2.0;
    w.iter_mut().zip(v).for_each(|(w, v)| *w -= shift * v);
    for row in first..size {
        let (v_row, w_row) = (v[row - first], w[row - first]);
        let line = &mut matrix[row * size + first..(row + 1) * size];
        for ((a, v), w) in line.iter_mut().zip(v).zip(&w) {
            *a -= v_row * w + w_row * v;
        }
    }
}

/// The rows of `(H₁·H₂·…)ᵀ`.
fn transposed_product(reflectors: &[Reflector], size: usize) -> Vec<Vec<f64>> {
    let unit = |i: usize| -> Vec<f64> { (0..size).map(|j| f64::from(u8::from(i == j))).collect() };
    let mut rows: Vec<Vec<f64>> = (0..size).map(unit).collect();
    // Row i of H₁·H₂·… is the unit row eᵢ, reflected from the right by each in turn.
    for row in &mut rows {
        for Reflector { first, v, scale } in reflectors {
            let tail = &mut row[*first..];
            let along = tail.iter().zip(v).map(|(x, v)| x * v).sum::<f64>() * scale;
            tail.iter_mut().zip(v).for_each(|(x, v)| *x -= along * v);
        }
    }
    transpose(&rows, size)
}

fn transpose(rows: &[Vec<f64>], size: usize) -> Vec<Vec<f64>> {
    (0..size).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
}

/// Rotates the tridiagonal matrix to diagonal form; `rows` (the transposed basis) follow.
fn implicit_ql(diagonal: &mut [f64], beside: &mut [f64], rows: &mut [Vec<f64>]) {
    const SWEEPS_MAX: usize = 64;
    for low in 0..diagonal.len() {
        for _ in 0..SWEEPS_MAX {
            let negligible = |i: &usize| {
                beside[*i].abs() <= f64::EPSILON * (diagonal[*i].abs() + diagonal[*i + 1].abs())
            };
            let high = (low..diagonal.len() - 1).find(negligible).unwrap_or(diagonal.len() - 1);
            if high == low {
                break;
            }
            ql_sweep(diagonal, beside, rows, low, high);
        }
    }
}

/// One sweep of plane rotations from `high` down to `low`, with Wilkinson's shift.
fn ql_sweep(d: &mut [f64], e: &mut [f64], rows: &mut [Vec<f64>], low: usize, high: usize) {
    let slope = (d[low + 1] - d[low]) / (2.0 * e[low]);
    let root = (slope * slope + 1.0).sqrt();
    let mut g = d[high] - d[low] + e[low] / (slope + root.copysign(slope));
    let (mut sine, mut cosine, mut moved) = (1.0, 1.0, 0.0);
    for i in (low..high).rev() {
        let (f, b) = (sine * e[i], cosine * e[i]);
        let radius = (f * f + g * g).sqrt();
        e[i + 1] = radius;
        if radius == 0.0 {
            d[i + 1] -= moved;
            e[high] = 0.0;
            return;
        }
        sine = f / radius;
        cosine = g / radius;
        let g_next = d[i + 1] - moved;
        let r = (d[i] - g_next) * sine + 2.0 * cosine * b;
        moved = sine * r;
        d[i + 1] = g_next + moved;
        g = cosine * r - b;
        let (head, tail) = rows.split_at_mut(i + 1);
        for (x, y) in head[i].iter_mut().zip(&mut tail[0]) {
            (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
        }
    }
    d[low] -= moved;
    e[low] = g;
    e[high] = 0.0;
}

#[cfg(test)]
mod tests;
