//! Changes to bytes, decided by a seed alone.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};

/// Bytes at which decoders branch: ends of RLP's ranges, of numbers and of JSON's tokens.
const EDGES: [u8; 20] = [
    0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xb7, 0xb8, 0xbf, 0xc0, 0xc1, 0xf7, 0xf8, 0xf9, 0xff, b'"',
    b'{', b'[', b',', b'0',
];
/// Longest case; longer ones only take longer.
const CASE_BYTES_MAX: usize = 1 << 16;

/// A source of changes.
#[derive(Debug)]
pub(crate) struct Mutator(ChaCha8Rng);

impl Mutator {
    /// The changes of one case.
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below `end`; 0 when that is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.0.next_u64() % end).unwrap_or_default()
    }

    /// True in one of `n` cases.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub(crate) fn choose<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// The beginning of one sample and the end of another.
    pub(crate) fn splice(&mut self, one: &[u8], other: &[u8]) -> Vec<u8> {
        let (head, tail) = (self.below(one.len()), self.below(other.len()));
        [one.get(..head).unwrap_or_default(), other.get(tail..).unwrap_or_default()].concat()
    }

    /// A few changes anywhere.
    pub(crate) fn bytes(&mut self, sample: &[u8]) -> Vec<u8> {
        let mut bytes = sample.to_vec();
        for _ in 0..=self.below(6) {
            self.change(&mut bytes);
        }
        bytes.truncate(CASE_BYTES_MAX);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let place = self.below(bytes.len());
        let length = self.below(16).min(bytes.len() - place.min(bytes.len()));
        let range = place..place + length;
        match self.below(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 1 << (self.0.next_u32() % 8);
                }
            }
            1 => {
                if let (Some(byte), Some(edge)) = (bytes.get_mut(place), self.choose(&EDGES)) {
                    *byte = *edge;
                }
            }
            2 => drop(bytes.drain(range)),
            3 => {
                let again = bytes[range].to_vec();
                bytes.splice(place..place, again);
            }
            4 => {
                let mut random = vec![0; self.below(9)];
                self.0.fill_bytes(&mut random);
                bytes.splice(range, random);
            }
            5 => bytes.truncate(place),
            _ => {
                let edges = [self.below(EDGES.len()), self.below(EDGES.len())];
                bytes.splice(place..place, edges.map(|edge| EDGES[edge]));
            }
        }
    }
}
