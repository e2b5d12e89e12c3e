use super::*;

#[test]
fn tokens_and_the_minimum_make_the_fee() {
    let price = Price {
        per_prompt_token_wei: Wei::new(2),
        per_answer_token_wei: Wei::new(10),
        minimum_wei: Wei::new(50),
    };
    assert_eq!(price.fee(0, 0), Ok(Wei::new(50)));
    assert_eq!(price.fee(10, 3), Ok(Wei::new(50)));
    assert_eq!(price.fee(10, 4), Ok(Wei::new(60)));
}

#[test]
fn absurd_prices_are_refused() {
    let most = Wei::new(u128::MAX);
    let price = Price { per_prompt_token_wei: most, ..Price::default() };
    assert!(matches!(price.fee(2, 0), Err(AmountError::Overflow { .. })));
    let price = Price { per_prompt_token_wei: most, per_answer_token_wei: most, ..price };
    assert!(matches!(price.fee(1, 1), Err(AmountError::Overflow { .. })));
}
