use proptest::prelude::*;

use super::*;

const RULE: Rule = Rule::POA_1;

fn row(number: u8, cluster: u32, score: i64, span_tokens: u32) -> RowFacts {
    RowFacts {
        record: RecordId::repeat_byte(number),
        cluster,
        position: u64::from(number),
        score,
        null_mean: 0,
        null_sd: 1 << 16,
        span_tokens,
        repeats: false,
    }
}

/// A query of length one, so that a score of 1 is one standard deviation of [`row`].
fn answer() -> AnswerFacts {
    AnswerFacts { query_norm_squared: 1, answer_tokens: 10, lift_micronats: 10_000_000 }
}

fn check(rows: &[RowFacts], expect: &[(u32, ZeroReason)]) {
    let split = RULE.split(&answer(), rows);
    let found: Vec<_> =
        split.verdicts.iter().map(|verdict| (verdict.share.get(), verdict.reason)).collect();
    assert_eq!(found, expect);
}

#[test]
fn influence_divides_in_proportion_and_the_rest_is_explained() {
    use ZeroReason::{Copy, Negative, NotSignificant, Paid};
    let rows =
        [row(0, 0, 30, 0), row(1, 1, 10, 0), row(2, 0, 90, 0), row(3, 3, 3, 0), row(4, 4, -4, 0)];
    check(
        &rows,
        &[(750_000, Paid), (250_000, Paid), (0, Copy), (0, NotSignificant), (0, Negative)],
    );
}

#[test]
fn verbatim_text_strengthens_but_is_no_second_pot() {
    use ZeroReason::Paid;
    // Influence 1/4 and 3/4; half of the answer stands in the first record.
    check(&[row(0, 0, 10, 5), row(1, 1, 30, 0)], &[(400_000, Paid), (600_000, Paid)]);
    // Without any influence the text alone is paid.
    check(
        &[row(0, 0, 0, 10), row(1, 1, 0, 0)],
        &[(1_000_000, Paid), (0, ZeroReason::NotSignificant)],
    );
}

#[test]
fn the_tail_is_cut() {
    let mut rows = vec![row(0, 0, 1000, 0)];
    rows.extend((1..=4).map(|number| row(number, u32::from(number), 10, 0)));
    let split = RULE.split(&answer(), &rows);
    assert_eq!(split.verdicts[0].share, SharePpm::WHOLE);
    assert!(split.verdicts[1..].iter().all(|verdict| verdict.reason == ZeroReason::Tail));
}

#[test]
fn what_the_base_model_knew_is_not_paid() {
    let rows = [row(0, 0, 30, 5)];
    for (lift, payable) in
        [(-5, 0), (0, 0), (25_000, 48_771), (500_000, 632_121), (10_000_000, 1_000_000)]
    {
        let split = RULE.split(&AnswerFacts { lift_micronats: lift, ..answer() }, &rows);
        assert_eq!(split.verdicts[0].share.get(), payable);
        assert_eq!(split.unattributed.get(), 1_000_000 - payable);
        assert_eq!(split.verdicts[0].reason == ZeroReason::NoLift, payable == 0);
    }
}

#[test]
fn a_forged_query_of_zeros_pays_nobody() {
    let split =
        RULE.split(&AnswerFacts { query_norm_squared: 0, ..answer() }, &[row(0, 0, i64::MAX, 0)]);
    assert_eq!(split.unattributed, SharePpm::WHOLE);
}

fn facts() -> impl Strategy<Value = RowFacts> {
    let null = (-1_i64 << 20..1 << 20, 1_u64..1 << 20);
    (any::<u64>(), 0_u32..6, 0_u64..40, -1_i64 << 40..1 << 40, null, 0_u32..12, any::<bool>())
        .prop_map(
            |(record, cluster, position, score, (null_mean, null_sd), span_tokens, repeats)| {
                RowFacts {
                    record: primitives::keccak256(record.to_le_bytes()),
                    cluster,
                    position,
                    score,
                    null_mean,
                    null_sd,
                    span_tokens,
                    repeats,
                }
            },
        )
}

fn answers() -> impl Strategy<Value = AnswerFacts> {
    (0_u64..127 * 127 * 128, 1_u32..20, -1_000_000_i64..5_000_000).prop_map(
        |(query_norm_squared, answer_tokens, lift_micronats)| AnswerFacts {
            query_norm_squared,
            answer_tokens,
            lift_micronats,
        },
    )
}

proptest! {
    #[test]
    fn shares_and_the_rest_are_the_whole(answer in answers(), rows in prop::collection::vec(facts(), 0..30)) {
        let split = RULE.split(&answer, &rows);
        let paid: u32 = split.verdicts.iter().map(|verdict| verdict.share.get()).sum();
        prop_assert_eq!(paid + split.unattributed.get(), 1_000_000);
        prop_assert!(paid <= RULE.payable(answer.lift_micronats).get());
        for verdict in &split.verdicts {
            prop_assert_eq!(verdict.share.get() > 0, verdict.reason == ZeroReason::Paid);
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(answer in answers(), rows in prop::collection::vec(facts(), 0..20)) {
        let forward = RULE.split(&answer, &rows);
        let reversed: Vec<RowFacts> = rows.iter().rev().cloned().collect();
        let mut backward = RULE.split(&answer, &reversed);
        backward.verdicts.reverse();
        prop_assert_eq!(forward, backward);
    }

    #[test]
    fn copies_earn_nothing_and_take_nothing(
        answer in answers(),
        rows in prop::collection::vec(facts(), 1..20),
        copies in prop::collection::vec(facts(), 1..20),
        original in any::<prop::sample::Index>(),
    ) {
        let before = RULE.split(&answer, &rows);
        let original = &rows[original.index(rows.len())];
        let late = copies.into_iter().map(|copy| RowFacts {
            cluster: original.cluster,
            position: copy.position + 100,
            ..copy
        });
        let all: Vec<RowFacts> = rows.iter().cloned().chain(late).collect();
        let after = RULE.split(&answer, &all);
        prop_assert_eq!(&after.verdicts[..rows.len()], &before.verdicts[..]);
        prop_assert!(after.verdicts[rows.len()..].iter().all(|verdict| verdict.reason == ZeroReason::Copy));
        prop_assert_eq!(after.unattributed, before.unattributed);
    }

    #[test]
    fn a_record_without_evidence_earns_nothing(answer in answers(), rows in prop::collection::vec(facts(), 0..20)) {
        let without = RULE.split(&answer, &rows);
        let mut rows = rows;
        rows.push(RowFacts { cluster: 99, score: 0, null_mean: 0, span_tokens: 0, ..row(9, 99, 0, 0) });
        let with = RULE.split(&answer, &rows);
        prop_assert_eq!(with.verdicts.last().map(|verdict| verdict.share), Some(SharePpm::ZERO));
        prop_assert_eq!(&with.verdicts[..rows.len() - 1], &without.verdicts[..]);
    }

    #[test]
    fn a_higher_score_never_earns_less(
        answer in answers(),
        rows in prop::collection::vec(facts(), 1..20),
        raise in 0_i64..1 << 40,
    ) {
        let before = RULE.split(&answer, &rows);
        let mut rows = rows;
        rows[0].score += raise;
        let after = RULE.split(&answer, &rows);
        // One part per million may be lost to rounding every weight down.
        prop_assert!(after.verdicts[0].share.get() + 1 >= before.verdicts[0].share.get());
    }
}
