use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::rust_errors::first_sentence;
use crate::corpus::read_lines;

fn lines(path: &str) -> Vec<Value> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo");
    read_lines(&demo.join(path)).expect("the committed file")
}

#[test]
fn held_out_questions_name_their_record_in_words_that_no_record_uses() {
    for field in ["rust-errors", "python-stdlib", "world-codes"] {
        let records = lines(&format!("{field}/records.jsonl"));
        assert!((200..=240).contains(&records.len()));
        let mut asked = BTreeSet::new();
        for record in &records {
            let key = record["key"].as_str().expect("a key");
            let variants = record["variants"].as_array().expect("variants").iter();
            for wording in variants.chain([&record["question"]]) {
                let wording = wording.as_str().expect("a wording");
                assert!(wording.contains(key));
                asked.insert(wording.to_owned());
            }
        }
        for held_out in lines(&format!("{field}/heldout.jsonl")) {
            let line = held_out["record"].as_u64().and_then(|line| usize::try_from(line).ok());
            let record = &records[line.expect("a line") - 1];
            assert_eq!(record["key"], held_out["key"]);
            assert_eq!(record["answer"], held_out["answer"]);
            assert!(!asked.contains(held_out["question"].as_str().expect("a question")));
        }
    }
}

#[test]
fn takes_a_plain_first_sentence_of_a_code_still_emitted() {
    let of = |text: &str| first_sentence(text);
    assert_eq!(of("A `main` was\nlost. More.\n\nCode").as_deref(), Some("A main was lost."));
    assert_eq!(
        of("#### Note: this error code is no longer emitted by the compiler.\n\nA thing."),
        None
    );
    assert_eq!(of("No full stop"), None);
}
