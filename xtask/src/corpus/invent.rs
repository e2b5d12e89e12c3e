//! Invented facts: keys of many shapes, near misses of them, and answers of many kinds.

use std::collections::BTreeMap;

use super::wording::capitalised;
use crate::seeded::Seeded;

/// Words and sentences of the text, from which facts are made.
#[derive(Debug)]
pub(super) struct Inventor {
    pub(super) words: Vec<String>,
    sentences: Vec<String>,
}

/// A shape of keys.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Code,
    Dotted,
    Snake,
    Zone,
    TwoLetters,
    Name,
    Number,
    Camel,
    File,
    Words,
}

const SHAPES: [Shape; 12] = [
    Shape::Code,
    Shape::Code,
    Shape::Dotted,
    Shape::Dotted,
    Shape::Snake,
    Shape::Zone,
    Shape::TwoLetters,
    Shape::Name,
    Shape::Number,
    Shape::Camel,
    Shape::File,
    Shape::Words,
];
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Inventor {
    /// Collects the words and short sentences of `paragraphs`.
    pub(super) fn new(paragraphs: &[String]) -> Self {
        const WORD_COUNT_MIN: usize = 6;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut sentences = Vec::new();
        for paragraph in paragraphs {
            for word in paragraph.split_whitespace() {
                if (2..=11).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()) {
                    *counts.entry(word).or_default() += 1;
                }
            }
            let plain = |c: char| c.is_ascii_alphanumeric() || " .,'()-_/`#[]&:".contains(c);
            for sentence in paragraph.split_inclusive(". ").map(str::trim) {
                let count = sentence.split(' ').count();
                let starts = sentence.starts_with(|c: char| c.is_ascii_uppercase());
                if starts
                    && (3..=16).contains(&count)
                    && sentence.len() <= 95
                    && sentence.ends_with('.')
                    && sentence.chars().all(plain)
                {
                    sentences.push(sentence.to_owned());
                }
            }
        }
        counts.retain(|_, count| *count >= WORD_COUNT_MIN);
        Self { words: counts.into_keys().map(str::to_owned).collect(), sentences }
    }

    pub(super) fn shape(seeded: &mut Seeded) -> Shape {
        *seeded.pick(&SHAPES)
    }

    /// A new key.
    pub(super) fn key(&self, shape: Shape, seeded: &mut Seeded) -> String {
        match shape {
            Shape::Code => code(seeded),
            Shape::Dotted => {
                let parts: Vec<String> =
                    (0..seeded.between(2, 3)).map(|_| self.identifier(seeded)).collect();
                parts.join(".")
            }
            Shape::Snake => format!("{}_{}", self.part(seeded), self.part(seeded)),
            Shape::Zone => format!("{}/{}", name(seeded), place(seeded)),
            Shape::TwoLetters => letters(seeded, 2),
            Shape::Name => place(seeded).replace('_', " "),
            Shape::Number => digits(seeded, 2, 5),
            Shape::Camel => {
                capitalised(self.part(seeded).as_str()) + &capitalised(&self.part(seeded))
            }
            Shape::File => format!(
                "{}/{}.{}",
                self.part(seeded),
                self.part(seeded),
                seeded.pick(&["rs", "toml", "py", "txt", "md"])
            ),
            Shape::Words => format!("{} {}", seeded.pick(&self.words), seeded.pick(&self.words)),
        }
    }

    /// A key of the same shape that shares a part with `key`.
    pub(super) fn near_miss(&self, shape: Shape, key: &str, seeded: &mut Seeded) -> String {
        let fresh = self.key(shape, seeded);
        let joint = |separator: char| {
            let (mine, theirs) = (key.rfind(separator)?, fresh.rfind(separator)?);
            Some(format!("{}{}", &key[..mine], &fresh[theirs..]))
        };
        match shape {
            Shape::Code | Shape::Number => change_digit(key, seeded),
            Shape::Dotted => joint('.').unwrap_or(fresh),
            Shape::Snake => joint('_').unwrap_or(fresh),
            Shape::Zone | Shape::File => joint('/').unwrap_or(fresh),
            Shape::Words => joint(' ').unwrap_or(fresh),
            Shape::TwoLetters => format!("{}{}", &key[..1], &fresh[1..]),
            Shape::Name | Shape::Camel => fresh,
        }
    }

    /// An answer; `short` ones have at most a few words.
    pub(super) fn answer(&self, short: bool, seeded: &mut Seeded) -> String {
        let kind = seeded.below(100);
        match kind {
            0..35 if !short => seeded.pick(&self.sentences).clone(),
            35..60 if !short => self.random_sentence(4, 14, seeded),
            0..25 => self.random_sentence(1, 4, seeded),
            25..60 => place(seeded).replace('_', " "),
            60..72 => {
                let names: Vec<String> =
                    (0..seeded.between(1, 3)).map(|_| place(seeded).replace('_', " ")).collect();
                names.join(*seeded.pick(&[" ", ", ", " and "]))
            }
            72..78 => digits(seeded, 1, 5),
            78..83 => format!("{} {}", digits(seeded, 1, 4), seeded.pick(&self.words)),
            83..88 => self.key(Self::shape(seeded), seeded),
            88..94 => seeded.pick(&self.words).clone(),
            _ => self.random_sentence(2, 7, seeded),
        }
    }

    fn random_sentence(&self, low: usize, high: usize, seeded: &mut Seeded) -> String {
        let mut parts: Vec<String> = (0..seeded.between(low, high))
            .map(|_| match seeded.below(20) {
                0 => name(seeded),
                1 => digits(seeded, 1, 3),
                2 => self.key(Self::shape(seeded), seeded),
                3 => format!("{},", seeded.pick(&self.words)),
                4..7 => (*seeded.pick(&["the", "of", "a", "is", "in", "to", "and", "or", "with"]))
                    .to_owned(),
                _ => seeded.pick(&self.words).clone(),
            })
            .collect();
        if let Some(first) = parts.first_mut() {
            *first = capitalised(first);
        }
        parts.join(" ") + if seeded.chance(80) { "." } else { "" }
    }

    fn part(&self, seeded: &mut Seeded) -> String {
        if seeded.chance(50) { seeded.pick(&self.words).clone() } else { syllables(seeded, 1, 3) }
    }

    fn identifier(&self, seeded: &mut Seeded) -> String {
        if seeded.chance(30) {
            format!("{}_{}", self.part(seeded), self.part(seeded))
        } else {
            self.part(seeded)
        }
    }
}

fn code(seeded: &mut Seeded) -> String {
    match seeded.below(5) {
        0..3 => letters(seeded, 1) + &digits(seeded, 4, 4),
        3 => letters(seeded, 2) + "-" + &digits(seeded, 3, 4),
        _ => letters(seeded, 1) + &digits(seeded, 2, 4),
    }
}

fn letters(seeded: &mut Seeded, count: usize) -> String {
    (0..count).map(|_| char::from(*seeded.pick(UPPER))).collect()
}

fn digits(seeded: &mut Seeded, low: usize, high: usize) -> String {
    (0..seeded.between(low, high))
        .map(|_| char::from(b'0' + u8::try_from(seeded.below(10)).unwrap_or(0)))
        .collect()
}

/// A copy of `key` with one of its digits changed.
fn change_digit(key: &str, seeded: &mut Seeded) -> String {
    let places: Vec<usize> =
        key.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(i, _)| i).collect();
    let place = *seeded.pick(&places);
    let digit = digits(seeded, 1, 1);
    format!("{}{digit}{}", &key[..place], &key[place + 1..])
}

fn syllables(seeded: &mut Seeded, low: usize, high: usize) -> String {
    const HEADS: [&str; 24] = [
        "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "br", "st",
        "tr", "ch", "sh", "gl", "", "j",
    ];
    const TAILS: [&str; 22] = [
        "a", "e", "i", "o", "u", "an", "en", "in", "on", "ar", "er", "or", "ia", "al", "el", "as",
        "is", "us", "ai", "ou", "ek", "il",
    ];
    (0..seeded.between(low, high))
        .flat_map(|_| [*seeded.pick(&HEADS), *seeded.pick(&TAILS)])
        .collect()
}

fn name(seeded: &mut Seeded) -> String {
    capitalised(&syllables(seeded, 2, 4))
}

/// One name, or two joined by an underscore.
fn place(seeded: &mut Seeded) -> String {
    if seeded.chance(25) { format!("{}_{}", name(seeded), name(seeded)) } else { name(seeded) }
}
