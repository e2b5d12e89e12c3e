use proptest::prelude::*;

use super::*;

const PAYER: Address = Address::repeat_byte(1);

#[test]
fn an_answer_is_reserved_charged_and_captured() {
    let mut account = Account::new(PAYER, Wei::new(100), Wei::new(80), Wei::ZERO);
    let reservation = account.authorize(Wei::new(60)).unwrap();
    assert_eq!(account.available(), Wei::new(20));
    account.charge(reservation, Wei::new(25)).unwrap();
    assert_eq!((account.reserved(), account.owed()), (Wei::ZERO, Wei::new(25)));
    assert_eq!(account.available(), Wei::new(55));
    account.settle(Wei::new(25), Wei::new(75), Wei::new(55)).unwrap();
    assert_eq!(account.available(), Wei::new(55));
}

#[test]
fn refusals_name_the_amounts_and_change_nothing() {
    let mut account = Account::new(PAYER, Wei::new(100), Wei::new(80), Wei::new(10));
    let before = account.clone();
    let refused = account.authorize(Wei::new(71));
    let (needed, available) = (Wei::new(71), Wei::new(70));
    assert_eq!(refused, Err(AccountError::InsufficientBalance { payer: PAYER, needed, available }));
    assert_eq!(account, before);
    let reservation = account.authorize(Wei::new(5)).unwrap();
    let refused = account.charge(reservation, Wei::new(6));
    assert!(matches!(refused, Err(AccountError::AboveReservation { .. })));
    let mut other = Account::new(Address::ZERO, Wei::new(100), Wei::new(100), Wei::ZERO);
    let reservation = other.authorize(Wei::new(5)).unwrap();
    let refused = account.release(reservation);
    assert_eq!(refused, Err(AccountError::WrongPayer { payer: PAYER, found: Address::ZERO }));
    assert!(account.settle(Wei::new(11), Wei::ZERO, Wei::ZERO).is_err());
}

proptest! {
    /// Whatever happens in whatever order, nobody is charged above balance or limit.
    #[test]
    fn reservations_and_debts_stay_below_balance_and_limit(
        balance in 0_u128..10_000,
        limit in 0_u128..10_000,
        steps in prop::collection::vec((0_u8..4, 0_u128..4_000), 0..60),
    ) {
        let mut account = Account::new(PAYER, Wei::new(balance), Wei::new(limit), Wei::ZERO);
        let (mut open, mut left, mut left_limit) = (Vec::new(), balance, limit);
        for (step, amount) in steps {
            match step {
                0 => open.extend(account.authorize(Wei::new(amount))),
                1 => if let Some(reservation) = open.pop() {
                    let fee = reservation.amount().min(Wei::new(amount));
                    account.charge(reservation, fee).unwrap();
                },
                2 => if let Some(reservation) = open.pop() {
                    account.release(reservation).unwrap();
                },
                _ => {
                    let captured = account.owed();
                    left -= captured.get();
                    left_limit -= captured.get();
                    account.settle(captured, Wei::new(left), Wei::new(left_limit)).unwrap();
                }
            }
            let open_total = Wei::total(open.iter().map(Authorization::amount)).unwrap();
            prop_assert_eq!(account.reserved(), open_total);
            let used = account.reserved().get() + account.owed().get();
            prop_assert!(used <= left.min(left_limit));
            prop_assert_eq!(account.available().get(), left.min(left_limit) - used);
        }
    }
}
