use primitives::{B256, MerkleProof, SharePpm};
use proptest::prelude::*;

use super::*;
use crate::split::Role;

const DOMAIN: PayoutDomain = PayoutDomain { chain_id: 7, payouts: Address::repeat_byte(0x77) };

fn line(account: u8, amount: u128) -> SplitLine {
    SplitLine {
        account: Address::repeat_byte(account),
        role: Role::Contributor,
        record: None,
        share_ppm: SharePpm::ZERO,
        amount: Wei::new(amount),
    }
}

fn earning(number: u64, parts: &[(u8, u128)]) -> Earning {
    let lines: Vec<_> = parts.iter().map(|(account, amount)| line(*account, *amount)).collect();
    Earning {
        receipt: keccak256(number.to_be_bytes()),
        completion: B256::from(U256::from(number)),
        signature: Signature::from_bytes(&[7; 65]).expect("65 bytes"),
        split_version: 1,
        fee: Wei::total(lines.iter().map(|line| line.amount)).expect("small amounts"),
        lines,
    }
}

type Parts = Vec<Vec<(u8, u128)>>;

fn any_period(first: u64) -> impl Strategy<Value = Vec<Earning>> {
    let parts = prop::collection::vec((0_u8..20, 0..u128::from(u64::MAX)), 0..6);
    prop::collection::vec(parts, 0..8).prop_map(move |answers: Parts| {
        answers.iter().zip(first..).map(|(parts, number)| earning(number, parts)).collect()
    })
}

#[test]
fn an_answer_counts_once() {
    let twice = [earning(1, &[(1, 5)]), earning(1, &[(1, 5)])];
    let refused = ClosedPeriod::close(DOMAIN, None, &twice, 0);
    assert!(
        matches!(refused, Err(PeriodError::AnswerTwice { completion }) if completion == twice[0].completion)
    );
}

#[test]
fn lines_must_make_the_fee() {
    let mut wrong = earning(1, &[(1, 5)]);
    wrong.fee = Wei::new(6);
    let refused = ClosedPeriod::close(DOMAIN, None, &[wrong], 0);
    assert!(matches!(refused, Err(PeriodError::NotWhole { .. })));
}

#[test]
fn an_empty_period_closes() {
    let closed = ClosedPeriod::close(DOMAIN, None, &[], 9).unwrap();
    assert_eq!((closed.payout().period, closed.payout().totalWei), (1, 0));
    assert_eq!((closed.root(), closed.payout().answers), (SumVertex::default(), B256::ZERO));
    assert_eq!(closed.entitlement(Address::repeat_byte(1)), Ok(None));
}

#[test]
fn every_answer_is_proven_in_order_of_its_id() {
    let earnings: Vec<_> = (1..6).rev().map(|number| earning(number, &[(1, 5)])).collect();
    let closed = ClosedPeriod::close(DOMAIN, None, &earnings, 1).unwrap();
    let answers = SettledAnswers::new(earnings.iter().map(SettledAnswer::from)).unwrap();
    assert_eq!(answers.root(), closed.payout().answers);
    for (index, earning) in (0_u64..).zip(earnings.iter().rev()) {
        let proof = answers.proof(1, earning.completion).unwrap().unwrap();
        assert_eq!((proof.index, &proof.answer), (index, &SettledAnswer::from(earning)));
        let tree = MerkleProof { index, siblings: proof.siblings };
        let leaf = proof.answer.abi_encode();
        assert_eq!(tree.verify(answers.root(), LeafDomain::Answers, &leaf), Ok(()));
    }
    assert_eq!(answers.proof(1, B256::ZERO).unwrap(), None);
}

proptest! {
    /// Two periods in a row: sums are exact, nobody's amount falls, every proof holds, the order
    /// of earnings does not matter, and the published list restores the same period.
    #[test]
    fn closing_conserves_and_never_takes_back(first in any_period(0), second in any_period(100)) {
        let one = ClosedPeriod::close(DOMAIN, None, &first, 1).unwrap();
        let two = ClosedPeriod::close(DOMAIN, Some(&one), &second, 2).unwrap();
        let fees = Wei::total(first.iter().chain(&second).map(|earning| earning.fee)).unwrap();
        prop_assert_eq!(two.total(), fees);
        prop_assert_eq!(two.balances().total(), Ok(fees));
        prop_assert_eq!(two.payout().parent, one.id());
        for (account, amount) in one.balances().iter() {
            prop_assert!(two.balances().of(account) >= amount);
        }
        for entitlement in two.entitlements().unwrap() {
            prop_assert_eq!(entitlement.verify(two.root(), &DOMAIN), Ok(()));
            let elsewhere = PayoutDomain { chain_id: 8, ..DOMAIN };
            prop_assert!(entitlement.verify(two.root(), &elsewhere).is_err());
            prop_assert_eq!(two.entitlement(entitlement.account), Ok(Some(entitlement)));
        }
        let reversed: Vec<_> = second.iter().rev().cloned().collect();
        let again = ClosedPeriod::close(DOMAIN, Some(&one), &reversed, 2).unwrap();
        prop_assert_eq!(again.id(), two.id());
        let list = Balances::decode(&two.balances().encode()).unwrap();
        let restored = ClosedPeriod::restore(DOMAIN, two.payout().clone(), list).unwrap();
        prop_assert_eq!(restored.id(), two.id());
        prop_assert_eq!(restored.entitlements(), two.entitlements());
    }

    /// An answer more changes nobody's earnings from the other answers.
    #[test]
    fn no_answer_takes_from_another(first in any_period(0), parts in prop::collection::vec((0_u8..20, 0_u128..1000), 0..6)) {
        let one = ClosedPeriod::close(DOMAIN, None, &first, 1).unwrap();
        let extra = earning(1000, &parts);
        let all = [first, vec![extra.clone()]].concat();
        let more = ClosedPeriod::close(DOMAIN, None, &all, 1).unwrap();
        for (account, amount) in more.balances().iter() {
            let own = extra.lines.iter().filter(|line| line.account == account);
            let own: u128 = own.map(|line| line.amount.get()).sum();
            prop_assert_eq!(amount.get(), one.balances().of(account).get() + own);
        }
    }

    #[test]
    fn a_forged_amount_is_refused(first in any_period(0), more in 1_u128..1000) {
        let closed = ClosedPeriod::close(DOMAIN, None, &first, 1).unwrap();
        for mut entitlement in closed.entitlements().unwrap() {
            entitlement.cumulative = entitlement.cumulative.checked_add(Wei::new(more)).unwrap();
            prop_assert!(entitlement.verify(closed.root(), &DOMAIN).is_err());
        }
    }

    #[test]
    fn other_bytes_are_no_list(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(balances) = Balances::decode(&bytes) {
            prop_assert_eq!(balances.encode(), bytes);
        }
    }
}
