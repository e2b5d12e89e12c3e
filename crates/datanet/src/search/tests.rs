#![expect(
    clippy::cast_precision_loss,
    reason = "the float formula is the oracle; the numbers are small"
)]

use super::{RecordSearch, log2_q16};

const TEXTS: [&str; 6] = [
    "Which country has the code IN? India",
    "In which country is Africa/Abidjan? Côte d'Ivoire",
    "In which country is Africa/Accra? Ghana",
    "What does os.path.join do in Python? Join two or more path components.",
    "What does os.path.split do in Python? Split a path.",
    "Explain the compiler error E0382. A variable was used after it was moved.",
];

#[track_caller]
fn check(query: &str, expect: &[usize]) {
    let search = RecordSearch::new(TEXTS);
    let found: Vec<usize> =
        search.search(query, expect.len().max(1)).iter().map(|hit| hit.position).collect();
    assert_eq!(found, expect, "{query}");
}

#[test]
fn rare_words_decide() {
    check("what in the world is E0382", &[5]);
    check("please say what os.path.join is for", &[3, 4]);
    check("abidjan", &[1]);
    check("Where is Africa/Accra", &[2, 1]);
    check("say what IN means", &[0]);
    check("zebra", &[]);
    check("", &[]);
}

#[test]
fn ties_go_to_the_earlier_text() {
    let search = RecordSearch::new(["same words", "same words", "same words"]);
    let hits = search.search("words", 2);
    assert_eq!(hits.iter().map(|hit| hit.position).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(hits[0].score, hits[1].score);
}

#[test]
fn nothing_indexed_finds_nothing() {
    assert!(RecordSearch::new([]).search("word", 3).is_empty());
    assert!(RecordSearch::new([""]).search("word", 3).is_empty());
}

#[test]
fn scores_follow_the_formula() {
    let hit = RecordSearch::new(TEXTS).search("abidjan", 1)[0];
    let lengths: Vec<f64> = TEXTS
        .iter()
        .map(|text| crate::words::words(text).map(|word| word.terms().len()).sum::<usize>() as f64)
        .collect();
    let average = lengths.iter().sum::<f64>() / 6.0;
    let norm = 1.2 * (0.25 + 0.75 * lengths[1] / average);
    let expect = (7.0_f64 / 1.5).log2() * 2.2 / (1.0 + norm);
    assert!((hit.score as f64 / 1e6 - expect).abs() < 1e-4, "{} {expect}", hit.score);
}

#[test]
fn logarithm_matches_the_float() {
    for (numerator, denominator) in [(1, 1), (3, 2), (7, 3), (1000, 1), (u64::from(u32::MAX), 7)] {
        let expect = (numerator as f64 / denominator as f64).log2() * 65536.0;
        assert!((log2_q16(numerator, denominator) as f64 - expect).abs() <= 1.5);
    }
}
