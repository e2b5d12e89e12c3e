//! Bytes of a checkpoint: little-endian numbers and counted vectors.

use crate::error::CheckpointError;

/// Writes the parts of a checkpoint one after the other.
#[derive(Debug)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(kind: [u8; 8]) -> Self {
        Self(kind.to_vec())
    }

    pub(crate) fn number(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend(bytes);
    }

    pub(crate) fn floats(&mut self, values: &[f32]) {
        self.number(values.len() as u64);
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads what [`Writer`] wrote.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], kind: [u8; 8]) -> Result<Self, CheckpointError> {
        match bytes.first_chunk::<8>() {
            Some(found) if *found == kind => Ok(Self { bytes, offset: 8 }),
            _ => Err(CheckpointError::Kind),
        }
    }

    pub(crate) fn number(&mut self) -> Result<u64, CheckpointError> {
        let bytes = self.take(8)?;
        let bytes = bytes.first_chunk::<8>().expect("eight bytes were taken");
        Ok(u64::from_le_bytes(*bytes))
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], CheckpointError> {
        let length = self.length(1)?;
        self.take(length)
    }

    pub(crate) fn floats(&mut self) -> Result<Vec<f32>, CheckpointError> {
        let length = self.length(4)?;
        let (numbers, _) = self.take(length)?.as_chunks::<4>();
        Ok(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// Asserts that nothing is left.
    pub(crate) fn finish(self) -> Result<(), CheckpointError> {
        if self.offset == self.bytes.len() { Ok(()) } else { Err(self.malformed()) }
    }

    fn length(&mut self, size: usize) -> Result<usize, CheckpointError> {
        let count = usize::try_from(self.number()?).ok();
        count.and_then(|count| count.checked_mul(size)).ok_or_else(|| self.malformed())
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], CheckpointError> {
        let rest = &self.bytes[self.offset..];
        let (taken, _) = rest.split_at_checked(length).ok_or_else(|| self.malformed())?;
        self.offset += length;
        Ok(taken)
    }

    fn malformed(&self) -> CheckpointError {
        CheckpointError::Malformed { offset: self.offset }
    }
}
