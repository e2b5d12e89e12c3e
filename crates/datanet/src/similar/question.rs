//! Whether two questions ask for the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::Record;
use crate::search::rarity_q16;
use crate::words::{Shape, words};

const PPM: u64 = 1_000_000;

/// One word of a question over all its wordings.
#[derive(Debug, Clone, Copy)]
struct Term {
    /// In how many of the wordings it stands.
    wordings: u64,
    shape: Shape,
}

/// A question as the words of its wordings.
#[derive(Debug)]
pub(super) struct Question {
    /// Codes as written, other words in lower case.
    terms: BTreeMap<String, Term>,
    /// All of `terms`, and codes in lower case too.
    seen: BTreeSet<String>,
    wordings: u64,
}

impl Question {
    pub(super) fn new(record: &Record) -> Self {
        let mut question = Self { terms: BTreeMap::new(), seen: BTreeSet::new(), wordings: 0 };
        for wording in record.wordings().filter(|wording| !wording.trim().is_empty()) {
            question.wordings += 1;
            let mut terms: BTreeMap<String, Shape> = BTreeMap::new();
            for word in words(wording) {
                question.seen.insert(word.whole.clone());
                let shape = terms.entry(word.code.unwrap_or(word.whole)).or_insert(word.shape);
                *shape = (*shape).max(word.shape);
            }
            for (text, shape) in terms {
                question.seen.insert(text.clone());
                let term = question.terms.entry(text).or_insert(Term { wordings: 0, shape });
                term.wordings += 1;
                term.shape = term.shape.max(shape);
            }
        }
        question
    }
}

/// In how many records' questions each word stands.
#[derive(Debug, Default)]
pub(super) struct Rarity {
    records: usize,
    records_with: BTreeMap<String, usize>,
}

impl Rarity {
    /// Counts a question.
    pub(super) fn count(&mut self, question: &Question) {
        self.records += 1;
        for term in question.terms.keys() {
            *self.records_with.entry(term.clone()).or_default() += 1;
        }
    }

    /// Which part of the `earlier` question's rare words the `later` one repeats, by weight; nothing
    /// when most of the identifiers that the later one keeps to, by weight, are its own.
    pub(super) fn similarity_ppm(&self, earlier: &Question, later: &Question) -> u32 {
        let identifiers = |(_, term): &(&String, &Term)| {
            term.shape == Shape::Identifier && 2 * term.wordings >= later.wordings
        };
        let own = later.terms.iter().filter(identifiers);
        if 2 * self.shared_ppm(own, later, later, earlier) < PPM {
            return 0;
        }
        let shared = self.shared_ppm(earlier.terms.iter(), earlier, later, later);
        u32::try_from(shared).unwrap_or(0)
    }

    /// Share of `terms` (of the question `of`), by weight, that stand in `within`; the whole when
    /// there are none. Rarity counts `later` as one more record.
    fn shared_ppm<'a>(
        &self,
        terms: impl Iterator<Item = (&'a String, &'a Term)>,
        of: &Question,
        later: &Question,
        within: &Question,
    ) -> u64 {
        let weight = |text: &String, term: &Term| {
            let counted = self.records_with.get(text).copied().unwrap_or(0);
            let records_with = counted + usize::from(later.terms.contains_key(text));
            let rarity = u128::from(rarity_q16(self.records + 1, records_with));
            let steadiness = u128::from((term.wordings << 8) / of.wordings);
            rarity * prominence(term.shape) * steadiness * steadiness
        };
        let (mut shared, mut all) = (0, 0);
        for (text, term) in terms {
            let weight = weight(text, term);
            all += weight;
            shared += if within.seen.contains(text) { weight } else { 0 };
        }
        (shared * u128::from(PPM))
            .checked_div(all)
            .map_or(PPM, |ppm| u64::try_from(ppm).unwrap_or(PPM))
    }
}

/// How much more a word of this shape says than a plain one of the same rarity.
const fn prominence(shape: Shape) -> u128 {
    match shape {
        Shape::Plain => 1,
        Shape::Capitalised => 4,
        Shape::Identifier => 8,
    }
}
