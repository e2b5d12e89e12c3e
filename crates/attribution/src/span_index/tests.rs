use proptest::prelude::*;

use super::*;

/// The readable version: every part of the answer is looked for in every text.
fn find_slowly(records: &[Vec<Vec<u32>>], answer: &[u32]) -> Vec<(u32, u32, Vec<u32>)> {
    let holders = |part: &[u32]| -> Vec<u32> {
        let holds = |texts: &Vec<Vec<u32>>| {
            texts.iter().any(|text| text.windows(part.len()).any(|window| window == part))
        };
        (0_u32..).zip(records).filter(|(_, texts)| holds(texts)).map(|(row, _)| row).collect()
    };
    let mut spans = Vec::new();
    for start in 0..answer.len() {
        for end in start + 1..=answer.len() {
            let mut rows = holders(&answer[start..end]);
            let grows_left = start > 0 && !holders(&answer[start - 1..end]).is_empty();
            let grows_right = end < answer.len() && !holders(&answer[start..=end]).is_empty();
            if !rows.is_empty() && !grows_left && !grows_right {
                rows.extend(whole_texts(records, &answer[start..end]));
                rows.sort_unstable();
                rows.dedup();
                spans.push((position(start).unwrap(), position(end - start).unwrap(), rows));
            }
        }
    }
    spans
}

/// Rows with a text of at least eight tokens that makes up at least half of `part`.
fn whole_texts(records: &[Vec<Vec<u32>>], part: &[u32]) -> Vec<u32> {
    let is_whole = |text: &Vec<u32>| {
        text.len() >= 8
            && 2 * text.len() >= part.len()
            && part.windows(text.len()).any(|window| window == text)
    };
    let rows = (0_u32..).zip(records);
    rows.filter(|(_, texts)| texts.iter().any(is_whole)).map(|(row, _)| row).collect()
}

fn records() -> impl Strategy<Value = Vec<Vec<Vec<u32>>>> {
    let text = prop::collection::vec(0_u32..6, 0..12);
    prop::collection::vec(prop::collection::vec(text, 0..3), 0..8)
}

proptest! {
    #[test]
    fn spans_equal_the_naive_search(
        records in records(),
        answer in prop::collection::vec(0_u32..7, 0..14),
        quoted in prop::option::of(any::<prop::sample::Index>()),
    ) {
        // Half of the answers quote a text, so that long spans occur.
        let texts: Vec<&Vec<u32>> = records.iter().flatten().collect();
        let quoted = quoted.filter(|_| !texts.is_empty()).map(|quoted| texts[quoted.index(texts.len())]);
        let answer = [answer, quoted.cloned().unwrap_or_default()].concat();
        let index = SpanIndex::build(&records).unwrap();
        let found: Vec<_> = index
            .find(&answer, usize::MAX)
            .into_iter()
            .map(|span| (span.start, span.tokens, span.rows))
            .collect();
        prop_assert_eq!(found, find_slowly(&records, &answer));
    }

    #[test]
    fn encoding_round_trips_and_refuses_every_cut(records in records(), cut in any::<prop::sample::Index>()) {
        let index = SpanIndex::build(&records).unwrap();
        let bytes = index.encode();
        prop_assert_eq!(&SpanIndex::decode(&bytes).unwrap(), &index);
        prop_assert!(SpanIndex::decode(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn altered_bytes_never_decode_to_the_same_digest(
        records in records(),
        at in any::<prop::sample::Index>(),
        flip in 1_u8..,
    ) {
        let index = SpanIndex::build(&records).unwrap();
        let mut bytes = index.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        // A forged text with its own correct suffix array is a different index; it must not panic.
        if let Ok(forged) = SpanIndex::decode(&bytes) {
            prop_assert_ne!(forged.digest(), index.digest());
            forged.find(&[1, 2, 3], 8);
        }
    }
}

#[test]
fn a_padded_copy_does_not_hide_its_original() {
    let original: Vec<u32> = (10..20).collect();
    let padded: Vec<u32> = [1, 2].into_iter().chain(10..20).collect();
    let records = [vec![vec![5]], vec![original], vec![padded.clone()]];
    let spans = SpanIndex::build(&records).unwrap().find(&padded, 8);
    assert_eq!((spans.len(), spans[0].rows.as_slice()), (1, [1, 2].as_slice()));
}

#[test]
fn rare_tokens_surprise_and_frequent_spans_come_without_rows() {
    let common = vec![vec![1, 2, 3, 1, 2]];
    let rare = vec![vec![7, 8]];
    let index = SpanIndex::build(&[common.clone(), common, rare]).unwrap();
    let spans = index.find(&[1, 2, 9, 7, 8, 4_000_000_000], 3);
    let shown: Vec<_> =
        spans.iter().map(|span| (span.start, span.tokens, span.rows.len())).collect();
    assert_eq!(shown, [(0, 2, 0), (3, 2, 1)]);
    assert!(spans[1].surprise_millibits > spans[0].surprise_millibits);
}

#[test]
fn a_token_past_the_symbols_is_refused() {
    assert!(matches!(
        SpanIndex::build(&[vec![vec![u32::MAX]]]),
        Err(SpanError::Token { token: u32::MAX })
    ));
}
