//! The crate at its boundary: reading files, judging records, keeping Datanets.

mod admitting;
mod keeping;
mod reading;

use datanet::{Datanet, Licence, ParsedRecord, Record};

fn licence(text: &str) -> Licence {
    Licence::parse(text).expect("the tests use known licences")
}

fn datanet(name: &str, licence: &str) -> Datanet {
    Datanet {
        name: name.to_owned(),
        licence: licence.to_owned(),
        owner: [7; 20].into(),
        description: "for tests".to_owned(),
    }
}

fn record(question: &str, answer: &str) -> Record {
    Record {
        question: question.to_owned(),
        answer: answer.to_owned(),
        variants: Vec::new(),
        source: "test".to_owned(),
        licence: "MIT".to_owned(),
    }
}

/// Each record on its own line.
fn parsed(records: impl IntoIterator<Item = Record>) -> Vec<ParsedRecord> {
    (1..).zip(records).map(|(line, record)| ParsedRecord { line, record }).collect()
}
