//! Which records are taken, which are not and why; measured on the demo's Datanets.

use std::fs;
use std::path::{Path, PathBuf};

use datanet::{
    Admission, Admitted, Defaults, Field, Options, Outcome, ParsedRecord, Record, Rejection,
    Verdict, clusters, read,
};
use proptest::prelude::*;

use crate::{licence, parsed, record};

fn admitted() -> Admitted {
    Admitted::new(licence("MIT"), Options::default())
}

/// Why the last of `records` is rejected, when the others were accepted before it.
#[track_caller]
fn last(records: impl IntoIterator<Item = Record>) -> Option<Rejection> {
    let records = parsed(records);
    let mut admission = admitted().admit(&records);
    let last = admission.verdicts.pop().expect("there is a record");
    assert_eq!(admission.accepted(), records.len() - 1, "{admission:?}");
    match last.outcome {
        Outcome::Accepted { .. } => None,
        Outcome::Rejected { reason } => Some(reason),
    }
}

/// Forty facts in one template, so that the rare words are known.
fn facts() -> Vec<Record> {
    let fact = |number: u32| {
        let question = format!("What does the error E{:04} mean in practice?", number * 7);
        record(&question, &format!("Reason number {number} of the many reasons that there are."))
    };
    (1..=40).map(fact).collect()
}

fn with_facts(more: impl IntoIterator<Item = Record>) -> Option<Rejection> {
    last(facts().into_iter().chain(more))
}

#[test]
fn sizes_and_licences() {
    let changed = |change: fn(&mut Record)| {
        let mut record = record("Q", "A");
        change(&mut record);
        last([record])
    };
    assert_eq!(changed(|_| {}), None);
    assert_eq!(changed(|r| r.question.clear()), None);
    let empty = Some(Rejection::Empty { field: Field::Answer });
    assert_eq!(changed(|r| r.answer.clear()), empty);
    let long = |field, bytes, max| Some(Rejection::TooLong { field, bytes, max });
    assert_eq!(changed(|r| r.question = "x".repeat(2_001)), long(Field::Question, 2_001, 2_000));
    assert_eq!(changed(|r| r.answer = "x".repeat(16_001)), long(Field::Answer, 16_001, 16_000));
    assert_eq!(changed(|r| r.source = "x".repeat(501)), long(Field::Source, 501, 500));
    assert_eq!(
        changed(|r| r.variants = vec!["x".repeat(2_001)]),
        long(Field::Variants, 2_001, 2_000)
    );
    let many = Some(Rejection::TooManyVariants { variants: 33, max: 32 });
    assert_eq!(changed(|r| r.variants = vec![String::new(); 33]), many);
    let unknown = Some(Rejection::UnknownLicence { licence: "mine".to_owned() });
    assert_eq!(changed(|r| r.licence = "mine".to_owned()), unknown);
    let reason = changed(|r| r.licence = "GPL-3.0-only".to_owned());
    assert!(matches!(reason, Some(Rejection::IncompatibleLicence { .. })), "{reason:?}");
}

#[test]
fn the_same_words_are_an_exact_duplicate() {
    let of = facts()[4].id();
    let copy = record(
        "  what DOES the error E0035 mean, in practice",
        "Reason number 5 of the many reasons that there are!",
    );
    assert_eq!(with_facts([copy]), Some(Rejection::ExactDuplicate { of }));
}

#[test]
fn the_same_fact_in_other_words_is_a_near_duplicate() {
    let of = facts()[4].id();
    let answer = "Reason number 5 of the many reasons that there are.";
    for (question, answer) in [
        ("Please tell me about E0035.", answer.to_owned()),
        ("E0035?", format!("In short: {answer}")),
        ("My build stopped with error E0035; why?", answer.replace("many", "numerous")),
    ] {
        let reason = with_facts([record(question, &answer)]);
        let is_near =
            matches!(reason, Some(Rejection::NearDuplicate { of: found, .. }) if found == of);
        assert!(is_near, "{question}: {reason:?}");
    }
}

#[test]
fn other_facts_with_the_same_answer_stay() {
    let answer = "Reason number 5 of the many reasons that there are.";
    assert_eq!(with_facts([record("What does the error E9999 mean in practice?", answer)]), None);
    let zone =
        |city: &str| record(&format!("In which country is America/{city}?"), "United States");
    let cities = ["Denver", "Chicago", "Boise", "Phoenix", "Juneau", "Nome", "Adak", "Detroit"];
    assert_eq!(last(cities.map(zone)), None);
    let play = |name: &str| record(&format!("Who wrote the play {name}?"), "William Shakespeare");
    assert_eq!(last(["Hamlet", "Macbeth", "Othello", "Cymbeline"].map(play)), None);
    let code = record("Which country has the code IN?", "India");
    assert_eq!(last([code, record("In which country is Asia/Kolkata?", "India")]), None);
    let signs = [record("Which sign adds?", "+"), record("Which sign subtracts?", "-")];
    assert_eq!(last(signs), None);
}

#[test]
fn other_answers_to_the_same_question_stay() {
    let correction =
        record("What does the error E0035 mean in practice?", "Something else entirely.");
    assert_eq!(with_facts([correction]), None);
}

#[test]
fn long_documents_are_compared_by_their_text() {
    let sentence =
        |n: u32| format!("Sentence {n} tells of matter {} and of place {}.", n * 31, n * 17);
    let text = |range: std::ops::Range<u32>| range.map(sentence).collect::<Vec<_>>().join(" ");
    let original = record("A long story", &text(0..60));
    let edited = record("A long story", &text(0..60).replace("matter 310", "matter 311"));
    let next = record("A long story", &text(60..120));
    let reason = last([original.clone(), edited]);
    assert!(matches!(reason, Some(Rejection::NearDuplicate { .. })), "{reason:?}");
    assert_eq!(last([original, next]), None);
}

#[test]
fn clusters_name_the_earliest() {
    let answer = "Reason number 5 of the many reasons that there are.";
    let copies = [record("E0035?", answer), record("Why E0035?", &format!("So: {answer}"))];
    let records: Vec<Record> = facts().into_iter().chain(copies).collect();
    let clusters = clusters(&records, &Options::default());
    assert_eq!(clusters[..40], (0..40).collect::<Vec<u32>>());
    assert_eq!(clusters[40..], [4, 4]);
}

const DEMO: [(&str, &str, &str); 3] = [
    ("rust-errors", "MIT OR Apache-2.0", "mirko"),
    ("python-stdlib", "PSF-2.0", "nils"),
    ("world-codes", "LicenseRef-public-domain", "omar"),
];

fn load(path: &Path) -> Vec<ParsedRecord> {
    let bytes = fs::read(path).expect("the demo's files are committed");
    let name = path.to_string_lossy();
    read(&name, &bytes, &Defaults::default(), &Options::default()).expect("the demo's files read")
}

/// The contributions of one of the demo's Datanets: the honest ones by name, then the copycat's.
fn contributions(datanet: &str, copycat: &str) -> (Vec<Vec<ParsedRecord>>, Vec<ParsedRecord>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(datanet);
    let entries = fs::read_dir(folder.join("contributions")).expect("the demo's folders are there");
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.sort();
    let is_copycat = |file: &PathBuf| file.file_stem().is_some_and(|stem| stem == copycat);
    let (copies, honest): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(is_copycat);
    assert!(honest.len() >= 4 && copies.len() == 1, "{datanet}");
    (honest.iter().map(|file| load(file)).collect(), load(&copies[0]))
}

/// Honest records rejected, and the verdicts on the copies.
fn judge(
    licence_text: &str,
    honest: &[Vec<ParsedRecord>],
    copies: &[ParsedRecord],
) -> (usize, Admission) {
    let mut admitted = Admitted::new(licence(licence_text), Options::default());
    let lost = honest.iter().map(|file| admitted.admit(file).rejected().count()).sum();
    (lost, admitted.admit(copies))
}

#[test]
fn the_demos_honest_records_stay_and_its_copies_do_not() {
    for (datanet, licence, copycat) in DEMO {
        let (honest, copies) = contributions(datanet, copycat);
        for turn in 0..honest.len() {
            let mut order = honest.clone();
            order.rotate_left(turn);
            let (lost, admission) = judge(licence, &order, &copies);
            let caught = admission.rejected().count();
            assert_eq!(lost, 0, "{datanet}: honest records rejected");
            assert!(caught * 100 >= copies.len() * 95, "{datanet}: {caught} of {}", copies.len());
            let originals: Vec<&ParsedRecord> = honest.iter().flatten().collect();
            for (line, _, reason) in admission.rejected() {
                let (Rejection::ExactDuplicate { of } | Rejection::NearDuplicate { of, .. }) =
                    reason
                else {
                    panic!("{datanet} line {line}: {reason}");
                };
                let original = originals.iter().find(|known| known.record.id() == *of);
                let source =
                    &copies.iter().find(|copy| copy.line == line).expect("it is").record.source;
                assert_eq!(&original.expect("the original is named").record.source, source);
            }
        }
    }
}

#[test]
fn the_demos_clusters_hold_one_honest_record_each() {
    for (datanet, _, copycat) in DEMO {
        let (honest, copies) = contributions(datanet, copycat);
        let honest_count: usize = honest.iter().map(Vec::len).sum();
        let count = u32::try_from(honest_count).expect("the demo is small");
        let all: Vec<Record> =
            honest.into_iter().flatten().chain(copies).map(|parsed| parsed.record).collect();
        let clusters = clusters(&all, &Options::default());
        assert_eq!(clusters[..honest_count], (0..count).collect::<Vec<u32>>(), "{datanet}");
        assert!(clusters[honest_count..].iter().all(|cluster| *cluster < count), "{datanet}");
    }
}

/// A fact with a name of its own, in one of three templates.
fn fact() -> impl Strategy<Value = Record> {
    let name = "[A-Z][0-9]{4}";
    let answer = prop::sample::select(vec!["Afghanistan", "the borrow checker", "a wrong type"]);
    (name, 0..3_usize, answer).prop_map(|(name, template, answer)| {
        let question = match template {
            0 => format!("What does {name} mean?"),
            1 => format!("Explain {name} to me."),
            _ => format!("I saw {name}. Why?"),
        };
        record(&question, answer)
    })
}

/// Facts about different things.
fn distinct_facts() -> impl Strategy<Value = Vec<Record>> {
    let name = |record: &Record| {
        let is_name = |word: &&str| word.chars().any(|c| c.is_ascii_digit());
        record.question.split([' ', '.', '?']).find(is_name).map(str::to_owned)
    };
    prop::collection::vec(fact(), 1..40).prop_map(move |mut facts| {
        let mut known = std::collections::BTreeSet::new();
        facts.retain(|fact| known.insert(name(fact)));
        facts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn honest_facts_stay_in_any_order(facts in distinct_facts(), turn: prop::sample::Index) {
        let count = facts.len();
        let mut turned = facts.clone();
        turned.rotate_left(turn.index(count));
        prop_assert_eq!(admitted().admit(&parsed(facts)).accepted(), count);
        prop_assert_eq!(admitted().admit(&parsed(turned)).accepted(), count);
    }

    #[test]
    fn what_is_in_does_not_enter_again(facts in prop::collection::vec(fact(), 1..30)) {
        let records = parsed(facts);
        let mut admitted = admitted();
        admitted.admit(&records);
        let in_before = admitted.len();
        prop_assert_eq!(admitted.admit(&records).accepted(), 0);
        prop_assert_eq!(admitted.len(), in_before);
    }

    #[test]
    fn judging_is_the_same_after_reloading(facts in prop::collection::vec(fact(), 2..30)) {
        let records = parsed(facts);
        let (first, second) = records.split_at(records.len() / 2);
        let mut running = admitted();
        let taken = running.admit(first);
        let mut reloaded = admitted();
        for (Verdict { outcome, .. }, parsed) in taken.verdicts.iter().zip(first) {
            if matches!(outcome, Outcome::Accepted { .. }) {
                reloaded.push(&parsed.record);
            }
        }
        prop_assert_eq!(running.admit(second), reloaded.admit(second));
    }
}
