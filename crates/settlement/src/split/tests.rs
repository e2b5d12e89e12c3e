use primitives::{B256, RecordShare};
use proptest::prelude::*;

use super::*;

const PARTIES: Parties = Parties {
    owner: Address::repeat_byte(0xa1),
    host: Address::repeat_byte(0xa2),
    validators: Address::repeat_byte(0xa4),
    treasury: Address::repeat_byte(0xa3),
};

fn share(row: u32, contributor: u8, share_ppm: u32) -> RecordShare {
    RecordShare {
        row,
        record: B256::with_last_byte(u8::try_from(row).unwrap_or(u8::MAX)),
        contributor: Address::repeat_byte(contributor),
        score: i64::from(share_ppm),
        spanTokens: 0,
        evidence: 4,
        reason: u8::from(share_ppm == 0),
        sharePpm: share_ppm,
    }
}

fn receipt(shares: Vec<RecordShare>) -> AttributionReceipt {
    let attributed: u32 = shares.iter().map(|share| share.sharePpm).sum();
    AttributionReceipt {
        completion: B256::repeat_byte(1),
        adapter: B256::repeat_byte(2),
        influenceRoot: B256::repeat_byte(3),
        rule: "poa/1".to_owned(),
        query: Vec::new().into(),
        liftMicronats: 1,
        shares,
        unattributedPpm: 1_000_000 - attributed,
    }
}

fn total(lines: &[SplitLine]) -> Wei {
    Wei::total(lines.iter().map(|line| line.amount)).expect("small amounts")
}

fn earned_by(lines: &[SplitLine], account: Address) -> u128 {
    lines.iter().filter(|line| line.account == account).map(|line| line.amount.get()).sum()
}

/// Up to eight records with any shares that make at most a whole.
fn any_shares() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0_u32..=1_000_000, 1..9).prop_map(|cuts| {
        let mut cuts = cuts;
        cuts.sort_unstable();
        let before = std::iter::once(0).chain(cuts.iter().copied());
        cuts.iter().zip(before).map(|(cut, before)| cut - before).collect()
    })
}

fn any_options() -> impl Strategy<Value = SplitOptions> {
    prop::array::uniform5(0_u32..=1_000_000).prop_map(|mut cuts| {
        cuts.sort_unstable();
        let ppm = |share: u32| SharePpm::new(share).expect("at most a whole");
        SplitOptions {
            contributors_ppm: ppm(cuts[0]),
            owner_ppm: ppm(cuts[1] - cuts[0]),
            host_ppm: ppm(cuts[2] - cuts[1]),
            validators_ppm: ppm(cuts[3] - cuts[2]),
            treasury_ppm: ppm(cuts[4] - cuts[3]),
            burn_ppm: ppm(1_000_000 - cuts[4]),
        }
    })
}

#[test]
fn lines_stand_in_order_and_name_their_reason() {
    let receipt = receipt(vec![share(3, 7, 600_000), share(9, 8, 300_000), share(4, 9, 0)]);
    let lines = split(Wei::new(1_001), &receipt, &SplitOptions::default(), &PARTIES).unwrap();
    let shown: Vec<_> = lines.iter().map(|line| (line.role, line.amount.get())).collect();
    let expected = [
        (Role::Contributor, 420),
        (Role::Contributor, 210),
        (Role::Owner, 100),
        (Role::Host, 100),
        (Role::Validators, 20),
        (Role::Treasury, 70),
        (Role::Burn, 10),
        (Role::Unattributed, 70),
        (Role::Residue, 1),
    ];
    assert_eq!(shown, expected);
    assert_eq!(lines[0].record, Some(B256::with_last_byte(3)));
}

#[test]
fn roles_have_stable_codes() {
    for (code, role) in (0..).zip(Role::ALL) {
        assert_eq!((role.code(), Role::from_code(code)), (code, Some(role)));
    }
    assert_eq!(Role::from_code(8), None);
}

#[test]
fn an_answer_is_divided_by_the_split_of_its_time() {
    let version =
        |version, from_s| SplitVersion { version, from_s, options: SplitOptions::default() };
    let versions = [version(1, 10), version(2, 20)];
    let at = |time_s| SplitVersion::in_force(&versions, time_s).map(|found| found.version);
    assert_eq!([at(5), at(10), at(19), at(20), at(99)], [1, 1, 1, 2, 2].map(Some));
    assert_eq!(SplitVersion::in_force(&[], 5), None);
}

#[test]
fn parts_and_shares_must_make_a_whole() {
    let mut options = SplitOptions::default();
    let mut receipt = receipt(vec![share(0, 7, 1_000_000)]);
    receipt.unattributedPpm = 1;
    let refused = split(Wei::OPEN, &receipt, &options, &PARTIES);
    assert!(matches!(refused, Err(SplitError::SharesNotWhole { sum_ppm: 1_000_001, .. })));
    receipt.unattributedPpm = 0;
    options.host_ppm = SharePpm::ZERO;
    let refused = split(Wei::OPEN, &receipt, &options, &PARTIES);
    assert_eq!(refused, Err(SplitError::PartsNotWhole { sum_ppm: 900_000 }));
}

#[test]
fn money_without_a_payee_is_refused() {
    let receipt = receipt(vec![share(0, 0, 1_000_000)]);
    let refused = split(Wei::OPEN, &receipt, &SplitOptions::default(), &PARTIES);
    assert_eq!(refused, Err(SplitError::AccountMissing { role: Role::Contributor }));
}

proptest! {
    #[test]
    fn every_wei_goes_to_one_line(
        fee in any::<u128>(),
        shares in any_shares(),
        options in any_options(),
    ) {
        let records = shares.iter().zip(1_u8..);
        let shares = records.map(|(ppm, who)| share(u32::from(who), who, *ppm)).collect();
        let lines = split(Wei::new(fee), &receipt(shares), &options, &PARTIES).unwrap();
        prop_assert_eq!(total(&lines), Wei::new(fee));
        let residue = lines.iter().find(|line| line.role == Role::Residue);
        prop_assert!(residue.is_none_or(|line| line.amount.get() < lines.len() as u128 + 1));
    }

    /// A contributor who turns one record into two, under one name or two, never earns more.
    #[test]
    fn splitting_a_record_or_name_gains_nothing(
        fee in any::<u128>(),
        whole in 0_u32..=1_000_000,
        cut in 0_u32..=1_000_000,
    ) {
        let options = SplitOptions::default();
        let first = cut.min(whole);
        let one = receipt(vec![share(1, 7, whole)]);
        let two = receipt(vec![share(1, 7, first), share(2, 8, whole - first)]);
        let one = split(Wei::new(fee), &one, &options, &PARTIES).unwrap();
        let two = split(Wei::new(fee), &two, &options, &PARTIES).unwrap();
        let name = Address::repeat_byte;
        let split_up = earned_by(&two, name(7)) + earned_by(&two, name(8));
        prop_assert!(split_up <= earned_by(&one, name(7)));
    }

    /// More of one's own share never pays less.
    #[test]
    fn a_larger_share_never_pays_less(fee in any::<u128>(), a in 0_u32..=1_000_000, b in 0_u32..=1_000_000) {
        let (less, more) = (a.min(b), a.max(b));
        let paid = |ppm| {
            let receipt = receipt(vec![share(1, 7, ppm)]);
            let lines = split(Wei::new(fee), &receipt, &SplitOptions::default(), &PARTIES);
            earned_by(&lines.expect("whole"), Address::repeat_byte(7))
        };
        prop_assert!(paid(less) <= paid(more));
    }

    /// Whoever asks itself, holding every role but treasury and burn, loses their part.
    #[test]
    fn asking_oneself_is_a_loss(fee in 1_000_000_u128..=u128::MAX, ppm in 0_u32..=1_000_000) {
        let me = Address::repeat_byte(7);
        let parties = Parties { owner: me, host: me, validators: me, treasury: PARTIES.treasury };
        let receipt = receipt(vec![share(1, 7, ppm)]);
        let lines = split(Wei::new(fee), &receipt, &SplitOptions::default(), &parties).unwrap();
        prop_assert!(earned_by(&lines, me) <= fee - fee / 13);
    }
}
