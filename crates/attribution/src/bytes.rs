//! Reading little-endian fields out of bytes that may be anything.

/// What is left to read.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `length` bytes; `None` when fewer are left.
    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A 32-bit count.
    pub(crate) fn count(&mut self) -> Option<usize> {
        self.u32()?.try_into().ok()
    }

    /// `length` consecutive 32-bit words.
    pub(crate) fn words(&mut self, length: usize) -> Option<impl Iterator<Item = u32> + 'a> {
        let bytes = self.take(length.checked_mul(4)?)?;
        Some(
            bytes
                .chunks_exact(4)
                .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])),
        )
    }

    /// Whether everything was read.
    pub(crate) const fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
}

/// Appends words in the order that [`Reader::words`] reads.
pub(crate) fn put_words(out: &mut Vec<u8>, words: impl IntoIterator<Item = u32>) {
    out.extend(words.into_iter().flat_map(u32::to_le_bytes));
}
