//! Finding the earlier record that a record repeats.
//!
//! A record repeats an earlier one when its answer says the same **and** its question asks for the
//! same. Equal answers alone prove nothing: two time zones lie in one country.
//!
//! - *Answers* say the same when their words are equal, when one stands inside the other with little
//!   around it, or when their shingles are alike (Broder, *On the resemblance and containment of
//!   documents*, 1997).
//! - *Questions* ask for the same when the words that make the earlier question rare stand in the
//!   later one. A word counts by its rarity over the Datanet (inverse document frequency), by its
//!   shape (an identifier such as `E0382` says more than a word), and by how many of the earlier
//!   record's wordings have it, because templates change and the thing asked about stays. The later
//!   question must not name a rare identifier of its own.
//!
//! Candidates come from three structures: equal answers, `MinHash` bands over the answers' shingles
//! (locality-sensitive hashing), and BM25 over everything. All arithmetic is in integers.

mod answer;
mod question;
mod shingle;

use std::collections::{BTreeMap, BTreeSet};

use primitives::{B256, keccak256};

use crate::record::Record;
use crate::search::RecordSearch;
use answer::Answer;
use question::{Question, Rarity};

/// Most candidates from each structure.
const CANDIDATES_MAX: usize = 32;

/// From which similarity on two records are alike, in parts per million.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alike {
    pub(crate) answer_ppm: u32,
    pub(crate) question_ppm: u32,
}

/// How a record repeats an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// The same words in question and answer.
    Exact,
    /// The same answer to the same question, put otherwise.
    Near {
        /// The smaller of the two parts' similarities.
        similarity_ppm: u32,
    },
}

/// Records in order, so that a later one can be compared with them.
#[derive(Debug, Default)]
pub(crate) struct Similar {
    entries: Vec<(Question, Answer)>,
    by_content: BTreeMap<B256, usize>,
    by_answer: BTreeMap<B256, Vec<usize>>,
    by_band: BTreeMap<(usize, u64), Vec<usize>>,
    rarity: Rarity,
    search: RecordSearch,
}

impl Similar {
    /// Adds `record` at the next position.
    pub(crate) fn push(&mut self, record: &Record) {
        let position = self.entries.len();
        let (question, answer) = (Question::new(record), Answer::new(&record.answer));
        self.by_content.entry(content_key(record, &answer)).or_insert(position);
        self.by_answer.entry(answer.key()).or_default().push(position);
        for band in answer.bands() {
            self.by_band.entry(band).or_default().push(position);
        }
        self.rarity.count(&question);
        self.search.push(&record.text());
        self.entries.push((question, answer));
    }

    /// The index for finding records by their words, one text per record in order.
    pub(crate) const fn search(&self) -> &RecordSearch {
        &self.search
    }

    /// The record that `record` repeats most, the earliest among equals, and how.
    pub(crate) fn find(&self, record: &Record, alike: Alike) -> Option<(usize, Likeness)> {
        let (question, answer) = (Question::new(record), Answer::new(&record.answer));
        if let Some(&position) = self.by_content.get(&content_key(record, &answer)) {
            return Some((position, Likeness::Exact));
        }
        let mut best: Option<(u32, usize)> = None;
        for position in self.candidates(record, &answer) {
            let (earlier_question, earlier_answer) = &self.entries[position];
            let answers_ppm = answer.similarity_ppm(earlier_answer);
            if answers_ppm < alike.answer_ppm {
                continue;
            }
            let questions_ppm = self.rarity.similarity_ppm(earlier_question, &question);
            let similarity_ppm = answers_ppm.min(questions_ppm);
            let is_better = best.is_none_or(|(ppm, _)| similarity_ppm > ppm);
            if questions_ppm >= alike.question_ppm && is_better {
                best = Some((similarity_ppm, position));
            }
        }
        best.map(|(similarity_ppm, position)| (position, Likeness::Near { similarity_ppm }))
    }

    /// Ascending positions of the records worth comparing.
    fn candidates(&self, record: &Record, answer: &Answer) -> BTreeSet<usize> {
        let first = |positions: Option<&Vec<usize>>| -> Vec<usize> {
            positions.into_iter().flatten().take(CANDIDATES_MAX).copied().collect()
        };
        let mut candidates: BTreeSet<usize> =
            first(self.by_answer.get(&answer.key())).into_iter().collect();
        for band in answer.bands() {
            candidates.extend(first(self.by_band.get(&band)));
        }
        let found = self.search.search(&record.text(), CANDIDATES_MAX);
        candidates.extend(found.into_iter().map(|hit| hit.position));
        candidates
    }
}

/// Hash of the words of question and answer, without case, spacing and punctuation.
fn content_key(record: &Record, answer: &Answer) -> B256 {
    let question = Answer::new(&record.question).key();
    keccak256([question, answer.key()].concat())
}
