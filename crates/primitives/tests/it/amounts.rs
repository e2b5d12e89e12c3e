use primitives::{AmountError, SharePpm, U256, Wei};
use proptest::prelude::*;

fn check(text: &str, expect: Option<u128>) {
    assert_eq!(text.parse::<Wei>().ok().map(Wei::get), expect, "{text:?}");
}

#[test]
fn amounts_are_read_in_open() {
    check("1", Some(10_u128.pow(18)));
    check("0.000000000000000001 OPEN", Some(1));
    check("1.5 OPEN", Some(1_500_000_000_000_000_000));
    check("", None);
    check(".", None);
    check("1.", None);
    check("-1", None);
    check("+1", None);
    check("1e3", None);
    check("0.0000000000000000001", None);
    check("999999999999999999999999999999999999999", None);
}

#[test]
fn arithmetic_names_its_operands() {
    let small = Wei::new(1);
    assert_eq!(
        small.checked_sub(Wei::OPEN),
        Err(AmountError::Underflow { left: small, right: Wei::OPEN })
    );
    let largest = Wei::new(u128::MAX);
    assert_eq!(
        largest.checked_add(small),
        Err(AmountError::Overflow { left: largest, right: small })
    );
    assert!(Wei::from_u256(U256::MAX).is_err());
}

#[test]
fn shares_stop_at_the_whole() {
    assert_eq!(SharePpm::new(1_000_000), Ok(SharePpm::WHOLE));
    assert!(SharePpm::new(1_000_001).is_err());
    assert_eq!(SharePpm::new(123_456).expect("below the whole").to_string(), "12.3456 %");
}

proptest! {
    #[test]
    fn amounts_survive_text_and_words(wei: u128) {
        let amount = Wei::new(wei);
        prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        prop_assert_eq!(Wei::from_u256(amount.to_u256()), Ok(amount));
    }

    #[test]
    fn totals_do_not_depend_on_order(mut amounts in prop::collection::vec(0..u128::MAX / 64, 0..32)) {
        let total = |amounts: &[u128]| Wei::total(amounts.iter().copied().map(Wei::new));
        let forward = total(&amounts);
        amounts.reverse();
        prop_assert_eq!(forward, total(&amounts));
    }
}
