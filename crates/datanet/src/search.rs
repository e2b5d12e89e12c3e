//! Finding records by their words: BM25 in integers.
//!
//! Robertson and Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond* (2009), with
//! k₁ = 1.2, b = 0.75 and the inverse document frequency log((N + 1) / (n + ½)), which is never
//! negative, so that no list of stop words is needed. All arithmetic is in integers: the same texts
//! and query give the same order on every machine.

use std::collections::{BTreeMap, BTreeSet};

use crate::words::words;

#[cfg(test)]
mod tests;

const PPM: u64 = 1_000_000;
/// k₁ + 1, in millionths.
const SATURATION_PPM: u64 = 2_200_000;
/// k₁ (1 − b), in millionths.
const LENGTH_FLOOR_PPM: u64 = 300_000;
/// k₁ b, in millionths.
const LENGTH_SLOPE_PPM: u64 = 900_000;

/// One found text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// 0-based position of the text among those that were indexed.
    pub position: usize,
    /// BM25 score in millionths of a bit; above zero.
    pub score: u64,
}

/// An index over short texts that finds those which share rare words with a query.
#[derive(Debug, Clone, Default)]
pub struct RecordSearch {
    /// Term → (position of the text, occurrences), by rising position.
    postings: BTreeMap<String, Vec<(usize, u64)>>,
    /// Number of terms of each text.
    lengths: Vec<u64>,
    length_total: u64,
}

impl RecordSearch {
    /// Indexes `texts` in their order. Give a record's question, wordings and answer as one text.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut search = Self::default();
        for text in texts {
            search.push(text);
        }
        search
    }

    /// Adds one more text at position [`RecordSearch::len`].
    pub fn push(&mut self, text: &str) {
        let position = self.lengths.len();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for word in words(text) {
            for term in word.terms() {
                *counts.entry(term.to_owned()).or_default() += 1;
            }
        }
        let length = counts.values().sum();
        for (term, count) in counts {
            self.postings.entry(term).or_default().push((position, count));
        }
        self.lengths.push(length);
        self.length_total += length;
    }

    /// How many texts are indexed.
    pub const fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether no text is indexed.
    pub const fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// The `k` best texts for `query` by falling score, ties by position; fewer when fewer share a
    /// word with it.
    pub fn search(&self, query: &str, k: usize) -> Vec<Hit> {
        let query: Vec<_> = words(query).collect();
        let terms: BTreeSet<&str> = query.iter().flat_map(|word| word.terms()).collect();
        let mut scores = vec![0; self.len()];
        for postings in terms.into_iter().filter_map(|term| self.postings.get(term)) {
            let rarity = rarity_q16(self.len(), postings.len());
            for &(position, count) in postings {
                let saturated = count * SATURATION_PPM * PPM / (count * PPM + self.norm(position));
                scores[position] += (rarity * saturated) >> 16;
            }
        }
        let scored = scores.into_iter().enumerate().filter(|(_, score)| *score > 0);
        let mut hits: Vec<Hit> = scored.map(|(position, score)| Hit { position, score }).collect();
        hits.sort_by(|a, b| b.score.cmp(&a.score).then(a.position.cmp(&b.position)));
        hits.truncate(k);
        hits
    }

    /// k₁ (1 − b + b · length / average length), in millionths.
    fn norm(&self, position: usize) -> u64 {
        let texts = self.lengths.len() as u64;
        LENGTH_FLOOR_PPM
            + LENGTH_SLOPE_PPM * self.lengths[position] * texts / self.length_total.max(1)
    }
}

/// log₂((N + 1) / (n + ½)) for a term in `n` of `N` texts, with 16 fractional bits.
pub(crate) fn rarity_q16(texts: usize, texts_with: usize) -> u64 {
    log2_q16(2 * texts as u64 + 2, 2 * texts_with as u64 + 1)
}

/// log₂(numerator / denominator) with 16 fractional bits, for numerator ≥ denominator > 0.
fn log2_q16(numerator: u64, denominator: u64) -> u64 {
    const ONE: u128 = 1 << 32;
    let mut ratio = (u128::from(numerator) << 32) / u128::from(denominator);
    let mut log = 0;
    while ratio >= 2 * ONE {
        ratio >>= 1;
        log += 1 << 16;
    }
    for bit in (0..16).rev() {
        ratio = (ratio * ratio) >> 32;
        if ratio >= 2 * ONE {
            ratio >>= 1;
            log += 1 << bit;
        }
    }
    log
}
