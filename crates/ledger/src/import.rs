//! Blocks from outside: reading them and checking what can be checked without executing them.
//!
//! The rules are those of every fork from Frontier on. Not checked: the seal of a proof of work
//! (the official test chains have none) and whether a timestamp lies in the future (there is no
//! clock here).

mod body;
mod difficulty;
mod header;
mod ommers;
mod stream;

pub(crate) use body::check_body;
pub(crate) use header::{Parent, check_header};
pub(crate) use ommers::{GENERATIONS, Relatives, check_ommers};
pub(crate) use stream::Stream;

use alloy_consensus::TxEnvelope;
use alloy_primitives::B256;

use crate::error::{Field, InvalidBlock};

/// A block as the wire has it.
pub(crate) type RawBlock = alloy_consensus::Block<TxEnvelope>;

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Blocks that were not there before.
    pub new: u64,
    /// Blocks that were there before.
    pub known: u64,
    /// Transactions in the new blocks.
    pub transactions: u64,
    /// Gas that they used.
    pub gas: u64,
    /// Bytes read so far.
    pub bytes: u64,
    /// Number of the chain's last block.
    pub head: u64,
    /// Its hash.
    pub head_hash: B256,
}

/// Refuses the block `number` unless the field is as expected.
fn same<T: PartialEq + std::fmt::Debug>(
    number: u64,
    field: Field,
    expected: T,
    found: T,
) -> Result<(), InvalidBlock> {
    if expected == found {
        return Ok(());
    }
    Err(invalid(number, field, format!("{expected:?}"), format!("{found:?}")))
}

/// Refuses the block `number` unless `holds`.
fn require(
    holds: bool,
    number: u64,
    field: Field,
    expected: impl FnOnce() -> String,
    found: impl std::fmt::Display,
) -> Result<(), InvalidBlock> {
    if holds { Ok(()) } else { Err(invalid(number, field, expected(), found.to_string())) }
}

pub(crate) fn invalid(
    number: u64,
    field: Field,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> InvalidBlock {
    InvalidBlock { number, field, expected: expected.into(), found: found.into() }
}
