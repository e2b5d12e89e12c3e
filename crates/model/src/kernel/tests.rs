use super::{dot, exp, matrix_vector, softmax_causal};

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

#[test]
fn four_rows_at_once_have_the_bits_of_one() {
    let value = |i: usize| ((i * 7919) % 1009) as f32 / 300.0 - 1.5;
    let (rows, width) = (7, 77);
    let w: Vec<f32> = (0..rows * width).map(value).collect();
    let x: Vec<f32> = (0..width).map(|i| value(i + 31)).collect();
    let mut y = vec![f32::NAN; rows];
    y.fill(3.0);
    matrix_vector(&mut y, &w, &x, 0.0);
    for (y, w) in y.iter().zip(w.chunks_exact(width)) {
        assert_eq!(y.to_bits(), dot(w, &x).to_bits());
        let exact: f64 = w.iter().zip(&x).map(|(&w, &x)| f64::from(w) * f64::from(x)).sum();
        assert!((f64::from(*y) - exact).abs() < 1e-4);
    }
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
