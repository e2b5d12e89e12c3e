#![expect(clippy::single_range_in_vec_init, reason = "one range of parameters is meant")]

use super::{AdamW, AdamWOptions, norm};

#[test]
fn two_steps_match_the_paper() {
    let options = AdamWOptions { weight_decay: 0.1, clip: 1e9, ..AdamWOptions::default() };
    let mut adam = AdamW::new(2, options).without_decay(vec![1..2]);
    let mut parameters = [1.0_f32, 1.0];
    let (mut m, mut v, mut expected) = ([0.0_f64; 2], [0.0_f64; 2], [1.0_f64; 2]);
    for (power, gradient) in [(1, [0.5_f32, -2.0]), (2, [0.1, 4.0])] {
        adam.step(&mut parameters, &gradient, 0.5, 0.01, 2);
        for i in 0..2 {
            let g = f64::from(gradient[i]) * 0.5;
            m[i] = 0.9 * m[i] + 0.1 * g;
            v[i] = 0.999 * v[i] + 0.001 * g * g;
            let m_hat = m[i] / (1.0 - 0.9_f64.powi(power));
            let v_hat = v[i] / (1.0 - 0.999_f64.powi(power));
            let decay = if i == 0 { 0.01 * 0.1 * expected[i] } else { 0.0 };
            expected[i] -= decay + 0.01 * m_hat / (v_hat.sqrt() + 1e-8);
        }
    }
    for (ours, exact) in parameters.iter().zip(expected) {
        assert!((f64::from(*ours) - exact).abs() < 1e-6, "{ours} is not {exact}");
    }
}

#[test]
fn long_gradients_are_clipped_and_workers_change_nothing() {
    let gradient: Vec<f32> = (0..1001).map(|i| (i % 17) as f32 - 8.0).collect();
    let run = |workers| {
        let mut adam = AdamW::new(1001, AdamWOptions::default());
        let mut parameters = vec![0.5; 1001];
        let norm = adam.step(&mut parameters, &gradient, 1.0, 0.1, workers);
        (norm, parameters, adam)
    };
    let (length, parameters, adam) = run(1);
    assert!((length - norm(&gradient)).abs() < 1e-3 && length > 100.0);
    assert!((norm(adam.first_moments()) - 0.1).abs() < 1e-5);
    for workers in [2, 3, 64] {
        assert_eq!(run(workers), (length, parameters.clone(), adam.clone()));
    }
}
