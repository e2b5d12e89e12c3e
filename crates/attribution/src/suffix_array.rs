//! A suffix array over token text, and binary search in it.
//!
//! A suffix that is a prefix of another comes first; texts end with the sentinel 0, which no pattern
//! contains.

use std::cmp::Ordering;
use std::ops::Range;

use libsais::SuffixArrayConstruction;

use crate::error::SpanError;

/// Sorts the suffixes of `text`, whose symbols are not negative.
pub(crate) fn sort_suffixes(text: &[i32]) -> Result<Vec<u32>, SpanError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = text.to_vec();
    let sorted = SuffixArrayConstruction::for_text_mut(&mut text)
        .in_owned_buffer32()
        .single_threaded()
        .run()
        .map_err(|source| SpanError::Sort { source: Box::new(source) })?
        .into_vec();
    Ok(sorted.into_iter().filter_map(|position| u32::try_from(position).ok()).collect())
}

/// Whether `suffixes` is the suffix array of `text`, in linear time (Burkhardt and Kärkkäinen 2003):
/// a permutation whose neighbours are ordered by first symbol, then by the rank of what follows.
pub(crate) fn is_suffix_array(text: &[i32], suffixes: &[u32]) -> bool {
    let length = text.len();
    if suffixes.len() != length {
        return false;
    }
    // Rank 0 is the empty suffix; every other rank is its place plus one, so 0 also means "unseen".
    let mut rank = vec![0_usize; length + 1];
    for (place, position) in suffixes.iter().enumerate() {
        match rank.get_mut(*position as usize) {
            Some(slot) if *slot == 0 && (*position as usize) < length => *slot = place + 1,
            _ => return false,
        }
    }
    let key = |position: &u32| (text[*position as usize], rank[*position as usize + 1]);
    suffixes.is_sorted_by(|left, right| key(left) < key(right))
}

fn common_prefix(left: &[i32], right: &[i32]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

/// Length of the longest prefix of `pattern` that occurs in `text`.
pub(crate) fn longest_match(text: &[i32], suffixes: &[u32], pattern: &[i32]) -> usize {
    let suffix = |place: usize| &text[suffixes[place] as usize..];
    let place = suffixes.partition_point(|position| text[*position as usize..] < *pattern);
    let neighbours = place.saturating_sub(1)..suffixes.len().min(place + 1);
    neighbours.map(|place| common_prefix(suffix(place), pattern)).max().unwrap_or(0)
}

/// The places of all suffixes that start with `pattern`.
pub(crate) fn occurrences(text: &[i32], suffixes: &[u32], pattern: &[i32]) -> Range<usize> {
    let compare = |position: &u32| {
        let suffix = &text[*position as usize..];
        suffix[..suffix.len().min(pattern.len())].cmp(pattern)
    };
    let first = suffixes.partition_point(|position| compare(position) == Ordering::Less);
    let count = suffixes[first..].partition_point(|position| compare(position) == Ordering::Equal);
    first..first + count
}
