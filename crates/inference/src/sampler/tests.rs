use proptest::prelude::*;

use super::*;

#[test]
fn greedy_takes_the_first_of_the_largest() {
    let choice = Sampler::new(0.0, 1.0, 0).choose(&[1.0, 3.0, 3.0, -1.0]);
    assert_eq!(choice.token, 1);
    let sum: f64 = [1.0_f64, 3.0, 3.0, -1.0].iter().map(|logit| logit.exp()).sum();
    assert!((choice.log_probability - (3.0 - sum.ln())).abs() < 1e-12);
}

#[test]
fn draws_follow_the_probabilities() {
    // Probabilities 1/2, 1/4, 1/4.
    let logits = [2.0_f32.ln(), 0.0, 0.0];
    let mut sampler = Sampler::new(1.0, 1.0, 7);
    let mut counts = [0_u32; 3];
    for _ in 0..4000 {
        counts[sampler.choose(&logits).token as usize] += 1;
    }
    for (count, expect) in counts.into_iter().zip([2000, 1000, 1000]) {
        assert!(count.abs_diff(expect) < 150, "{counts:?}");
    }
}

#[test]
fn the_nucleus_leaves_the_rest_out() {
    let logits = [3.0, 2.9, -1.0, -1.0];
    let mut sampler = Sampler::new(1.0, 0.9, 1);
    assert!((0..500).all(|_| sampler.choose(&logits).token < 2));
    let mut sampler = Sampler::new(1.0, f32::MIN_POSITIVE, 1);
    assert!((0..500).all(|_| sampler.choose(&logits).token == 0));
}

proptest! {
    #[test]
    fn a_seed_decides(
        logits in prop::collection::vec(-20.0_f32..20.0, 1..40),
        seed: u64,
        temperature in 0.0_f32..2.0,
        top_p in 0.01_f32..1.0,
    ) {
        let draw = || Sampler::new(temperature, top_p, seed).choose(&logits);
        let choice = draw();
        prop_assert_eq!(choice, draw());
        prop_assert!((choice.token as usize) < logits.len());
        prop_assert!(choice.log_probability <= 0.0);
    }
}
