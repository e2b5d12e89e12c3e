use proptest::prelude::*;

use super::*;

#[test]
fn known_values() {
    assert_eq!(exp_negative_ppm(0, 1), 1_000_000);
    assert_eq!(exp_negative_ppm(1, 1), 367_879);
    assert_eq!(exp_negative_ppm(500_000, 500_000), 367_879);
    assert_eq!(exp_negative_ppm(u64::MAX, 1), 0);
    assert_eq!(log2_milli(8, 1), 3000);
    assert_eq!(log2_milli(3, 2), 584);
    assert_eq!(log2_milli(1, 2), 0);
    assert_eq!(log2_milli(u64::MAX, 1), 63_999);
}

proptest! {
    #[test]
    fn exponential_agrees_with_floats(numerator in 0u64..40_000_000, denominator in 1u64..4_000_000) {
        let expect = (-(numerator as f64) / denominator as f64).exp() * 1e6;
        prop_assert!((f64::from(exp_negative_ppm(numerator, denominator)) - expect).abs() <= 1.001);
    }

    #[test]
    fn logarithm_agrees_with_floats(numerator in 1u64..1 << 40, denominator in 1u64..1 << 20) {
        let expect = (numerator as f64 / denominator as f64).log2().max(0.0) * 1e3;
        prop_assert!((log2_milli(numerator, denominator) as f64 - expect).abs() <= 1.001);
    }
}
