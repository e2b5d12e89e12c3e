//! A vector whose numbers start on a cache line.
//!
//! Decoding reads every weight once per step, 64 bytes at a time; a read that
//! straddles two cache lines costs twice.

use std::ops::{Deref, DerefMut};

/// Floats in a cache line.
const LINE: usize = 16;

/// A fixed number of floats, 64-byte aligned.
#[derive(Debug)]
pub(crate) struct Aligned {
    /// A line longer than needed.
    padded: Vec<f32>,
    start: usize,
    length: usize,
}

impl Aligned {
    /// `length` zeros.
    pub(crate) fn zeros(length: usize) -> Self {
        let padded = vec![0.0; length + LINE - 1];
        // At most 15 floats; should the platform not tell, any start will do.
        let start = padded.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE - 1);
        Self { padded, start, length }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.padded[self.start..self.start + self.length]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.padded[self.start..self.start + self.length]
    }
}

impl Clone for Aligned {
    fn clone(&self) -> Self {
        Self::from(&**self)
    }
}

impl From<&[f32]> for Aligned {
    fn from(values: &[f32]) -> Self {
        let mut copy = Self::zeros(values.len());
        copy.copy_from_slice(values);
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::Aligned;

    #[test]
    fn copies_start_on_a_line() {
        for length in [0, 1, 100, 5000] {
            let mut numbers = Aligned::zeros(length);
            numbers.fill(7.0);
            let copy = numbers.clone();
            assert_eq!((copy.len(), copy.as_ptr().align_offset(64)), (length, 0));
            assert_eq!(*copy, *numbers);
        }
    }
}
