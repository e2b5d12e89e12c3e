//! Whether two answers say the same.

use primitives::{B256, keccak256};

use super::shingle::{bands, jaccard_ppm, shingles};
use crate::words::words;

const PPM: u32 = 1_000_000;
/// How many words may stand around a short answer that is contained in another.
const WRAPPING_WORDS: usize = 4;

/// An answer as its words, and its shingles.
#[derive(Debug)]
pub(super) struct Answer {
    words: Vec<String>,
    shingles: Vec<u64>,
}

impl Answer {
    /// Text without any word, such as `+`, counts as one word.
    pub(super) fn new(text: &str) -> Self {
        let mut words: Vec<String> = words(text).map(|word| word.whole).collect();
        if words.is_empty() {
            words.push(text.trim().to_owned());
        }
        Self { shingles: shingles(&words), words }
    }

    /// Hash of the words.
    pub(super) fn key(&self) -> B256 {
        keccak256(self.words.join("\n"))
    }

    /// The `MinHash` bands of the shingles.
    pub(super) fn bands(&self) -> impl Iterator<Item = (usize, u64)> {
        bands(&self.shingles)
    }

    /// The whole when the words are equal or one answer merely wraps the other, otherwise the
    /// Jaccard similarity of the shingles.
    pub(super) fn similarity_ppm(&self, other: &Self) -> u32 {
        if self.wraps(other) || other.wraps(self) {
            return PPM;
        }
        jaccard_ppm(&self.shingles, &other.shingles)
    }

    /// Whether `inner` stands in this answer as a whole, with few words around it.
    fn wraps(&self, inner: &Self) -> bool {
        let around = self.words.len().checked_sub(inner.words.len());
        around.is_some_and(|around| around <= WRAPPING_WORDS + inner.words.len() / 2)
            && self.words.windows(inner.words.len()).any(|window| window == inner.words)
    }
}
