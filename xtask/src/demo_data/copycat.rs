//! Near-copies of other people's records, from exact ones to reworded ones.

use super::{Fact, Record};
use crate::seeded::Seeded;

/// One copy in so many records.
const COPIED_ONE_IN: usize = 6;

/// Chooses which records are copied; ascending positions.
pub(super) fn choose(records: usize, seeded: &mut Seeded) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..records).collect();
    seeded.shuffle(&mut positions);
    positions.truncate(records / COPIED_ONE_IN);
    positions.sort_unstable();
    positions
}

/// Copies the chosen records: each in the next of six ways, light ones first.
pub(super) fn copy(
    facts: &[Fact],
    records: &[Record],
    chosen: &[usize],
    seeded: &mut Seeded,
) -> Vec<Record> {
    let ways = [exact, punctuation, case_and_space, reworded, retemplated, wrapped];
    let copy = |(turn, &position): (usize, &usize)| {
        ways[turn % ways.len()](&facts[position], &records[position], seeded)
    };
    chosen.iter().enumerate().map(copy).collect()
}

fn exact(_: &Fact, record: &Record, _: &mut Seeded) -> Record {
    record.clone()
}

fn punctuation(_: &Fact, record: &Record, _: &mut Seeded) -> Record {
    Record {
        question: record.question.trim_end_matches(['?', '.']).to_owned() + " ?",
        answer: record.answer.trim_end_matches('.').to_owned() + "!",
        ..record.clone()
    }
}

fn case_and_space(_: &Fact, record: &Record, _: &mut Seeded) -> Record {
    Record {
        question: format!("  {}", record.question.replacen(' ', "  ", 2)),
        answer: record.answer.trim_end_matches('.').to_owned(),
        variants: record.variants.iter().take(3).cloned().collect(),
        ..record.clone()
    }
}

/// Puts one of the record's own variants first.
fn reworded(_: &Fact, record: &Record, _: &mut Seeded) -> Record {
    let mut variants = record.variants.clone();
    let question = variants.pop().unwrap_or_default();
    Record { question, variants, ..record.clone() }
}

/// Asks through templates that the record did not use.
fn retemplated(fact: &Fact, record: &Record, seeded: &mut Seeded) -> Record {
    let mut fresh = fresh_questions(fact, record);
    seeded.shuffle(&mut fresh);
    let question = fresh.pop().unwrap_or_else(|| record.question.clone());
    Record { question, variants: fresh, ..record.clone() }
}

/// A new question around a padded answer.
fn wrapped(fact: &Fact, record: &Record, seeded: &mut Seeded) -> Record {
    let copy = retemplated(fact, record, seeded);
    Record { answer: format!("In short: {}", record.answer), ..copy }
}

fn fresh_questions(fact: &Fact, record: &Record) -> Vec<String> {
    let words = fact.wording.asked.iter().map(|template| template.replace("{}", &fact.key));
    words.filter(|q| *q != record.question && !record.variants.contains(q)).collect()
}
