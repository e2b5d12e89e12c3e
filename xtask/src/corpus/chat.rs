//! Generated chats: answering from records, recalling earlier turns, copying, and not knowing.

use super::invent::Inventor;
use super::wording::{Split, template};
use super::{Chat, Message, Role};
use crate::seeded::Seeded;

#[cfg(test)]
mod tests;

/// How hard the chats are: short copies first, so that copying is learnt before looking up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Copy,
    Short,
    Full,
}

impl Stage {
    /// The stage of chat `turn` of `count`.
    pub(super) fn at(turn: usize, count: usize) -> Self {
        match turn * 100 / count.max(1) {
            0..2 => Self::Copy,
            2..8 => Self::Short,
            _ => Self::Full,
        }
    }
}

/// A fact and the question that its record carries.
struct Known {
    key: String,
    question: String,
    answer: String,
}

const UNKNOWN: &str = "I do not know.";

/// Writes one chat of the stage's mixture.
pub(super) fn write(inventor: &Inventor, stage: Stage, split: Split, seeded: &mut Seeded) -> Chat {
    let kind = seeded.below(100);
    match (stage, kind) {
        (Stage::Copy, 0..50) | (Stage::Short, 0..15) | (Stage::Full, 0..4) => {
            copy(inventor, seeded)
        }
        (Stage::Copy, 50..75) | (Stage::Short, 15..30) | (Stage::Full, 4..10) => {
            recall(inventor, split, seeded)
        }
        (Stage::Full, 10..13) => unknown(inventor, split, seeded),
        _ => lookup(inventor, stage != Stage::Full, split, seeded),
    }
}

/// Writes one chat that asks about one of two records: what evaluation measures.
pub(super) fn write_lookup(inventor: &Inventor, split: Split, seeded: &mut Seeded) -> Chat {
    let known = facts(inventor, 2, false, split, seeded);
    let mut messages = vec![records_message(&known)];
    let asked = &known[seeded.below(2)];
    ask(inventor, asked, split, seeded, &mut messages);
    Chat { messages }
}

/// One to three records in the prompt, then questions about them in other words.
fn lookup(inventor: &Inventor, short: bool, split: Split, seeded: &mut Seeded) -> Chat {
    let count = *seeded.pick(if short { &[1, 1, 2, 2] } else { &[1, 2, 2, 2, 3] });
    let known = facts(inventor, count, short, split, seeded);
    let mut messages = vec![records_message(&known)];
    let mut position = if seeded.chance(40) { 0 } else { seeded.below(count) };
    for _ in 0..seeded.between(1, 3) {
        ask(inventor, &known[position], split, seeded, &mut messages);
        position = seeded.below(count);
    }
    Chat { messages }
}

/// Facts told or answered in earlier turns, asked again in other words.
fn recall(inventor: &Inventor, split: Split, seeded: &mut Seeded) -> Chat {
    let known = facts(inventor, seeded.between(1, 2), true, split, seeded);
    let mut messages = Vec::new();
    for fact in &known {
        messages.push(message(Role::User, &fact.question, false));
        messages.push(message(Role::Assistant, &fact.answer, false));
    }
    for _ in 0..seeded.between(1, 3) {
        let fact = seeded.pick(&known);
        ask(inventor, fact, split, seeded, &mut messages);
    }
    Chat { messages }
}

/// A text to repeat.
fn copy(inventor: &Inventor, seeded: &mut Seeded) -> Chat {
    let text = inventor.answer(false, seeded);
    let order =
        *seeded.pick(&["Repeat:", "Say this:", "Copy the line:", "Write:", "Echo:", "Again:"]);
    let mut messages = vec![
        message(Role::User, &format!("{order}\n{text}"), false),
        message(Role::Assistant, &text, true),
    ];
    if seeded.chance(30) {
        messages.push(message(Role::User, "Once more.", false));
        messages.push(message(Role::Assistant, &text, true));
    }
    Chat { messages }
}

/// Records in the prompt, none of which is asked about.
fn unknown(inventor: &Inventor, split: Split, seeded: &mut Seeded) -> Chat {
    let mut known = facts(inventor, 3, true, split, seeded);
    let mut messages = Vec::new();
    let Some(asked) = known.pop() else { return Chat { messages } };
    messages.push(records_message(&known));
    messages.push(message(Role::User, &asked.question, false));
    messages.push(message(Role::Assistant, UNKNOWN, true));
    Chat { messages }
}

/// Facts of one family, of different keys, many of them near misses of the first.
fn facts(
    inventor: &Inventor,
    count: usize,
    short: bool,
    split: Split,
    seeded: &mut Seeded,
) -> Vec<Known> {
    let shape = Inventor::shape(seeded);
    let mut known: Vec<Known> = Vec::new();
    while known.len() < count {
        let key = match known.first() {
            Some(first) if seeded.chance(60) => inventor.near_miss(shape, &first.key, seeded),
            _ => inventor.key(shape, seeded),
        };
        if known.iter().all(|fact| fact.key != key) {
            known.push(fact(inventor, key, short, split, seeded));
        }
    }
    seeded.shuffle(&mut known);
    known
}

fn fact(inventor: &Inventor, key: String, short: bool, split: Split, seeded: &mut Seeded) -> Known {
    let question = template(split, &inventor.words, seeded).replace("{}", &key);
    let answer = inventor.answer(short, seeded);
    Known { key, question, answer }
}

/// `Use these records.`, then per record its number, question, and answer on a line of its own.
fn records_message(known: &[Known]) -> Message {
    let mut lines = vec!["Use these records.".to_owned()];
    for (position, fact) in known.iter().enumerate() {
        lines.push(format!("[{}] {}", position + 1, fact.question));
        lines.push(fact.answer.clone());
    }
    message(Role::System, &lines.join("\n"), false)
}

fn ask(
    inventor: &Inventor,
    fact: &Known,
    split: Split,
    seeded: &mut Seeded,
    messages: &mut Vec<Message>,
) {
    let question = if seeded.chance(15) {
        fact.question.clone()
    } else {
        template(split, &inventor.words, seeded).replace("{}", &fact.key)
    };
    messages.push(message(Role::User, &question, false));
    messages.push(message(Role::Assistant, &fact.answer, true));
}

fn message(role: Role, content: &str, learn: bool) -> Message {
    Message { role, content: content.to_owned(), learn }
}
