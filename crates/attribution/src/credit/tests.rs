use super::*;

const RULE: Rule = Rule::POA_1;

/// Row `i` is its own cluster, committed at `i`, with the given strength; `cited` rows stood in the
/// prompt.
fn holders(strengths: &[u64], cited: &[usize]) -> Vec<Holder> {
    let holder = |(at, strength): (usize, &u64)| Holder {
        head: u32::try_from(at).unwrap(),
        position: at as u64,
        cited: cited.contains(&at),
        strength: *strength,
    };
    strengths.iter().enumerate().map(holder).collect()
}

fn span(start: u32, tokens: u32, rows: &[u32]) -> Span {
    Span { start, tokens, surprise_millibits: 20_000, rows: rows.to_vec() }
}

/// Tokens per row, and which rows repeat.
fn check(spans: &[Span], holders: &[Holder], tokens: &[u32], repeats: &[usize]) {
    let credits = credit(&RULE, spans, 10, holders);
    assert_eq!(credits.tokens, tokens);
    let repeating: Vec<usize> = (0..holders.len()).filter(|row| credits.repeats[*row]).collect();
    assert_eq!(repeating, repeats);
}

#[test]
fn time_decides_between_copies() {
    check(&[span(0, 10, &[0, 1, 2])], &holders(&[5, 6, 9], &[]), &[10, 0, 0], &[1, 2]);
}

#[test]
fn influence_decides_when_it_is_clear() {
    check(&[span(0, 10, &[0, 1, 2])], &holders(&[5, 11, 6], &[]), &[0, 10, 0], &[2]);
}

#[test]
fn what_stood_in_the_prompt_comes_first() {
    check(&[span(0, 10, &[0, 1, 2])], &holders(&[5, 5, 5], &[1]), &[0, 10, 0], &[2]);
}

#[test]
fn a_cluster_is_its_earliest_row() {
    let mut holders = holders(&[5, 5, 50], &[2]);
    holders[2].head = 0;
    check(&[span(0, 10, &[1, 2])], &holders, &[10, 0, 0], &[1]);
}

#[test]
fn boilerplate_pays_nobody_unless_it_is_the_cited_answer() {
    let everybody = [span(0, 10, &[0, 1, 2, 3, 4])];
    check(&everybody, &holders(&[5; 5], &[]), &[0; 5], &[]);
    check(&everybody, &holders(&[5; 5], &[2]), &[0, 0, 10, 0, 0], &[]);
    check(&everybody, &holders(&[5; 5], &[2, 3]), &[0, 0, 10, 0, 0], &[3]);
    check(&[span(0, 9, &[0, 1, 2, 3, 4])], &holders(&[5; 5], &[2]), &[0; 5], &[]);
}

#[test]
fn each_token_is_credited_once_longest_span_first() {
    let spans = [span(0, 4, &[0]), span(3, 6, &[1])];
    check(&spans, &holders(&[5, 5], &[]), &[3, 6], &[]);
    // Two halves, each repeated by the holder of the other: both are credited, nobody repeats.
    let spans = [span(0, 5, &[0, 1]), span(5, 5, &[1])];
    check(&spans, &holders(&[5, 5], &[]), &[5, 5], &[]);
}

#[test]
fn short_and_unsurprising_spans_do_not_count() {
    let dull = Span { surprise_millibits: 7_999, ..span(0, 10, &[0]) };
    check(&[dull, span(0, 1, &[0])], &holders(&[5], &[]), &[0], &[]);
    let credits = credit(&RULE, &[span(0, 1, &[0])], 1, &holders(&[5], &[]));
    assert_eq!(credits.tokens, [1]);
}
