//! Which parts of an answer stand verbatim in which records.
//!
//! The texts of all records are laid end to end, each followed by a sentinel, and their suffixes are
//! sorted. A *span* is a part of the answer that occurs in the text and cannot be made longer on
//! either side (after `OLMoTrace`, arXiv 2504.07096, section 3).

use primitives::{Digest, keccak256};

use crate::bytes::{Reader, put_words};
use crate::error::SpanError;
use crate::fixed::log2_milli;
use crate::suffix_array::{is_suffix_array, longest_match, occurrences, sort_suffixes};

const MAGIC: &[u8; 8] = b"OLSPAN01";
/// Shortest text, in tokens, that is told apart inside a longer span.
const WHOLE_TEXT_MIN: usize = 8;
/// Ends every text; tokens are stored plus one.
const SENTINEL: i32 = 0;

/// A maximal part of an answer that stands verbatim in at least one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// 0-based first token in the answer.
    pub start: u32,
    /// Length in tokens.
    pub tokens: u32,
    /// How improbable the tokens are one by one, under their frequencies in the snapshot, in
    /// thousandths of a bit.
    pub surprise_millibits: u64,
    /// Rows (0-based, in the snapshot's order, so earliest admitted first) of the records that hold
    /// it, or of which a whole text of at least eight tokens makes up at least half of it, so that a
    /// padded copy does not hide its original; empty when it occurs more often than was asked for.
    pub rows: Vec<u32>,
}

impl Span {
    fn add_row(&mut self, row: u32) {
        if let Err(place) = self.rows.binary_search(&row) {
            self.rows.insert(place, row);
        }
    }
}

/// A suffix array over the tokens of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanIndex {
    /// Tokens plus one, a sentinel after each text.
    text: Vec<i32>,
    suffixes: Vec<u32>,
    /// Where each row's texts start, then the length of the text.
    row_starts: Vec<u32>,
    /// How often each symbol occurs.
    counts: Vec<u32>,
}

impl SpanIndex {
    /// Indexes the snapshot's records in order; each is a list of texts (for example question and
    /// answer), each a list of tokens. No span crosses from one text to the next.
    ///
    /// # Errors
    /// [`SpanError::TooLong`] past 2³¹ − 1 tokens, [`SpanError::Token`] for a token that large.
    pub fn build(records: &[Vec<Vec<u32>>]) -> Result<Self, SpanError> {
        let mut text = Vec::new();
        let mut row_starts = Vec::with_capacity(records.len() + 1);
        for record in records {
            row_starts.push(position(text.len())?);
            for tokens in record {
                for token in tokens {
                    text.push(symbol(*token).ok_or(SpanError::Token { token: *token })?);
                }
                text.push(SENTINEL);
            }
        }
        row_starts.push(position(text.len())?);
        let suffixes = sort_suffixes(&text)?;
        Ok(Self { counts: count_symbols(&text), text, suffixes, row_starts })
    }

    /// How many records are indexed.
    pub const fn rows(&self) -> usize {
        self.row_starts.len().saturating_sub(1)
    }

    /// How many tokens are indexed, sentinels included.
    pub const fn tokens(&self) -> usize {
        self.text.len()
    }

    /// All maximal spans of `answer` by rising start. Spans that occur more than `occurrences_max`
    /// times come without rows.
    pub fn find(&self, answer: &[u32], occurrences_max: usize) -> Vec<Span> {
        // A token past the largest symbol can stand in no record; no text holds a negative symbol.
        let answer: Vec<i32> = answer.iter().map(|token| symbol(*token).unwrap_or(-1)).collect();
        let mut spans = Vec::new();
        let mut end_max = 0;
        for start in 0..answer.len() {
            let end = start + longest_match(&self.text, &self.suffixes, &answer[start..]);
            if end > end_max.max(start) {
                spans.push(self.span(&answer, start, end, occurrences_max));
                end_max = end;
            }
        }
        self.add_whole_texts(&answer, &mut spans);
        spans
    }

    /// Adds the rows of which a whole text makes up at least half of a span.
    fn add_whole_texts(&self, answer: &[i32], spans: &mut [Span]) {
        let mut position = 0;
        for text in self.text.split(|symbol| *symbol == SENTINEL) {
            let fits = text.len() >= WHOLE_TEXT_MIN && text.len() <= answer.len();
            let row = self.row_of(u32::try_from(position).unwrap_or(u32::MAX));
            position += text.len() + 1;
            if !fits {
                continue;
            }
            let starts = answer.windows(text.len()).enumerate();
            for (start, _) in starts.filter(|(_, window)| *window == text) {
                let inside = spans.iter_mut().filter(|span| {
                    let (first, length) = (span.start as usize, span.tokens as usize);
                    let is_inside = first <= start && start + text.len() <= first + length;
                    is_inside && 2 * text.len() >= length && !span.rows.is_empty()
                });
                inside.for_each(|span| span.add_row(row));
            }
        }
    }

    fn span(&self, answer: &[i32], start: usize, end: usize, occurrences_max: usize) -> Span {
        let pattern = &answer[start..end];
        let places = occurrences(&self.text, &self.suffixes, pattern);
        let mut rows = Vec::new();
        if places.len() <= occurrences_max {
            rows.extend(self.suffixes[places].iter().map(|position| self.row_of(*position)));
            rows.sort_unstable();
            rows.dedup();
        }
        Span {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            tokens: u32::try_from(end - start).unwrap_or(u32::MAX),
            surprise_millibits: pattern.iter().map(|symbol| self.surprise(*symbol)).sum(),
            rows,
        }
    }

    fn row_of(&self, position: u32) -> u32 {
        let row = self.row_starts.partition_point(|start| *start <= position) - 1;
        u32::try_from(row).unwrap_or(u32::MAX)
    }

    fn surprise(&self, symbol: i32) -> u64 {
        let count = usize::try_from(symbol).ok().and_then(|symbol| self.counts.get(symbol));
        log2_milli(self.text.len() as u64, count.copied().map_or(1, u64::from))
    }

    /// The bytes that [`SpanIndex::decode`] reads: `"OLSPAN01"`, number of rows, length of the text,
    /// row starts, text, suffix array; all words 32-bit little-endian.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + 4 * (self.row_starts.len() + 2 * self.text.len()));
        out.extend(MAGIC);
        let length = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        put_words(&mut out, [u32::try_from(self.rows()).unwrap_or(u32::MAX), length]);
        put_words(&mut out, self.row_starts.iter().copied());
        put_words(&mut out, self.text.iter().map(|symbol| symbol.cast_unsigned()));
        put_words(&mut out, self.suffixes.iter().copied());
        out
    }

    /// Reads an encoding, and checks that the suffixes are sorted.
    ///
    /// # Errors
    /// [`SpanError::Malformed`] for anything that [`SpanIndex::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, SpanError> {
        let index = Self::read(bytes).ok_or(SpanError::Malformed)?;
        let rows_tile_the_text = index.row_starts.first() == Some(&0)
            && index.row_starts.is_sorted()
            && index.row_starts.last().map(|end| *end as usize) == Some(index.text.len());
        let well_formed = rows_tile_the_text
            && index.text.iter().all(|symbol| *symbol >= SENTINEL)
            && is_suffix_array(&index.text, &index.suffixes);
        if well_formed { Ok(index) } else { Err(SpanError::Malformed) }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.array::<8>()? != *MAGIC {
            return None;
        }
        let (rows, length) = (reader.count()?, reader.count()?);
        let row_starts: Vec<u32> = reader.words(rows.checked_add(1)?)?.collect();
        let text: Vec<i32> = reader.words(length)?.map(u32::cast_signed).collect();
        let suffixes: Vec<u32> = reader.words(length)?.collect();
        let counts = count_symbols(&text);
        reader.is_done().then_some(Self { text, suffixes, row_starts, counts })
    }

    /// keccak-256 of the encoding.
    pub fn digest(&self) -> Digest {
        keccak256(self.encode())
    }
}

/// The largest symbol that is counted; rarer ones than this many kinds do not exist in practice, and
/// a forged encoding cannot make us allocate more.
const SYMBOLS_MAX: usize = 1 << 24;

fn count_symbols(text: &[i32]) -> Vec<u32> {
    let largest = text.iter().copied().max().unwrap_or(0);
    let symbols = usize::try_from(largest).unwrap_or(0).min(SYMBOLS_MAX);
    let mut counts = vec![0_u32; symbols + 1];
    for symbol in text {
        if let Some(count) = usize::try_from(*symbol).ok().and_then(|symbol| counts.get_mut(symbol))
        {
            *count += 1;
        }
    }
    counts
}

fn symbol(token: u32) -> Option<i32> {
    i32::try_from(token).ok()?.checked_add(1)
}

fn position(length: usize) -> Result<u32, SpanError> {
    i32::try_from(length).map(i32::cast_unsigned).ok().ok_or(SpanError::TooLong { tokens: length })
}

#[cfg(test)]
mod tests;
