//! RLP blocks from a reader, one after the other, as `geth export` writes them.

use std::io::{self, Read};

use alloy_rlp::{Decodable as _, Encodable as _};

use super::RawBlock;
use crate::error::ImportFailure;

/// Longest block that is read, in bytes. The protocol's own limit (EIP-7934) is 8 MiB from Osaka
/// on; a block of the gas limits before it was never half as long as this.
const BLOCK_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// First byte of a list longer than 55 bytes, minus one: the rest of the byte counts length bytes.
const LONG_LIST: u8 = 0xf7;
/// First byte of an empty list; up to 55 more say the length themselves.
const SHORT_LIST: u8 = 0xc0;

/// The blocks of a chain file.
#[derive(Debug)]
pub(crate) struct Stream<R> {
    reader: R,
    position: u64,
}

impl<R: Read> Stream<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, position: 0 }
    }

    /// Bytes read so far.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The next block, none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<RawBlock>, ImportFailure> {
        let start = self.position;
        let Some(bytes) = self.item(start)? else { return Ok(None) };
        decode(&bytes).map(Some).map_err(|reason| ImportFailure::Rlp { position: start, reason })
    }

    /// The bytes of the next list.
    fn item(&mut self, start: u64) -> Result<Option<Vec<u8>>, ImportFailure> {
        let mut bytes = Vec::new();
        if self.take(1, &mut bytes)? == 0 {
            return Ok(None);
        }
        let first = bytes.first().copied().unwrap_or_default();
        if first < SHORT_LIST {
            let reason = alloy_rlp::Error::UnexpectedString;
            return Err(ImportFailure::Rlp { position: start, reason });
        }
        let length = match first.checked_sub(LONG_LIST) {
            None | Some(0) => u64::from(first.saturating_sub(SHORT_LIST)),
            Some(count) => {
                let count = u64::from(count);
                self.whole(start, count, &mut bytes)?;
                let digits = bytes.get(1..).unwrap_or_default();
                digits.iter().fold(0u64, |sum, byte| {
                    sum.saturating_mul(256).saturating_add(u64::from(*byte))
                })
            }
        };
        if length > BLOCK_BYTES_MAX {
            let (position, bytes, limit) = (start, length, BLOCK_BYTES_MAX);
            return Err(ImportFailure::Oversized { position, bytes, limit });
        }
        self.whole(start, length, &mut bytes)?;
        Ok(Some(bytes))
    }

    /// Reads exactly `wanted` bytes more.
    fn whole(&mut self, start: u64, wanted: u64, into: &mut Vec<u8>) -> Result<(), ImportFailure> {
        let found = self.take(wanted, into)?;
        if found == wanted {
            return Ok(());
        }
        Err(ImportFailure::Truncated { position: start, wanted, found })
    }

    fn take(&mut self, wanted: u64, into: &mut Vec<u8>) -> Result<u64, ImportFailure> {
        let read = self.reader.by_ref().take(wanted).read_to_end(into);
        let read = read.and_then(|read| u64::try_from(read).map_err(io::Error::other));
        let read =
            read.map_err(|source| ImportFailure::Read { position: self.position, source })?;
        self.position = self.position.saturating_add(read);
        Ok(read)
    }
}

/// A block that is encoded in the one way that there is, so that its bytes can be made again.
fn decode(bytes: &[u8]) -> Result<RawBlock, alloy_rlp::Error> {
    let mut rest = bytes;
    let block = RawBlock::decode(&mut rest)?;
    if !rest.is_empty() {
        return Err(alloy_rlp::Error::UnexpectedLength);
    }
    let mut again = Vec::with_capacity(bytes.len());
    block.encode(&mut again);
    if again == bytes { Ok(block) } else { Err(alloy_rlp::Error::NonCanonicalSize) }
}
