#![expect(clippy::float_cmp, reason = "small integers are exact")]

use super::{add_low_rank, dot, exp, matrix_rows, softmax_causal, weighted_sum};

#[test]
fn exponential_is_accurate() {
    let mut x = -86.0_f32;
    while x < 87.5 {
        let (ours, exact) = (f64::from(exp(x)), f64::from(x).exp());
        assert!((ours - exact).abs() <= 4e-7 * exact, "exp({x}) = {ours}, not {exact}");
        x += 0.013;
    }
    assert!(exp(-1e30) < 2e-38 && exp(1e30).is_finite());
    assert!((exp(0.0) - 1.0).abs() < 1e-7);
}

fn numbers(count: usize, shift: usize) -> Vec<f32> {
    (0..count).map(|i| (((i + shift) * 7919) % 1009) as f32 / 300.0 - 1.5).collect()
}

#[test]
fn a_row_has_the_same_bits_in_any_company() {
    let (outputs, inputs, rows) = (21, 77, 5);
    let (w, x) = (numbers(outputs * inputs, 0), numbers(rows * inputs, 31));
    let mut y = vec![f32::NAN; rows * outputs];
    matrix_rows(&mut y, &w, &x, inputs);
    for (y, x) in y.chunks_exact(outputs).zip(x.chunks_exact(inputs)) {
        let mut alone = vec![f32::NAN; outputs];
        matrix_rows(&mut alone, &w, x, inputs);
        assert_eq!(y, alone);
        for (y, w) in y.iter().zip(w.chunks_exact(inputs)) {
            assert_eq!(y.to_bits(), dot(w, x).to_bits());
            let exact: f64 = w.iter().zip(x).map(|(&w, &x)| f64::from(w) * f64::from(x)).sum();
            assert!((f64::from(*y) - exact).abs() < 1e-4);
        }
    }
}

#[test]
fn short_products_and_weighted_sums() {
    for rank in [1, 3, 8, 11, 16] {
        let (b, z) = (numbers(6 * rank, 3), numbers(rank, 17));
        let mut y = vec![1.0; 6];
        add_low_rank(&mut y, &b, &z, 0.5);
        for (y, b) in y.iter().zip(b.chunks_exact(rank)) {
            assert!((y - 1.0 - 0.5 * dot(b, &z)).abs() < 1e-5);
        }
    }
    let mut out = [9.0; 2];
    weighted_sum(&mut out, &[2.0, 0.5], &[1.0, 2.0, 4.0, 6.0]);
    assert_eq!(out, [4.0, 7.0]);
}

#[test]
fn softmax_sees_only_the_past() {
    let mut scores = vec![1.0, 2.0, 3.0, 4.0, 4.0, 4.0, 4.0, 9.0];
    let mut logsum = [0.0; 2];
    softmax_causal(&mut scores, 4, 2, 1.0, &mut logsum);
    assert!((scores[0] + scores[1] - 1.0).abs() < 1e-6);
    assert_eq!(&scores[2..4], &[0.0, 0.0]);
    assert!((scores[4] - 1.0 / 3.0).abs() < 1e-6 && scores[7] == 0.0);
    assert!((logsum[1] - (4.0 + 3.0_f32.ln())).abs() < 1e-6);
}
