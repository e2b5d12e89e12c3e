//! What can go wrong with the vocabulary itself.

use crate::{Address, Wei};

/// Why an amount could not be computed or read.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum AmountError {
    /// The sum does not fit 128 bits.
    #[error("{left} + {right} does not fit an amount")]
    Overflow {
        /// Left operand.
        left: Wei,
        /// Right operand.
        right: Wei,
    },
    /// The difference would be negative.
    #[error("{left} is less than {right}")]
    Underflow {
        /// Left operand.
        left: Wei,
        /// Right operand.
        right: Wei,
    },
    /// The text is not a decimal number of OPEN with at most 18 decimals.
    #[error("{text:?} is not an amount of OPEN with at most 18 decimals")]
    Unreadable {
        /// What was given.
        text: String,
    },
}

/// Why a share is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum ShareError {
    /// More than the whole.
    #[error("{ppm} parts per million is more than the whole")]
    MoreThanWhole {
        /// What was given.
        ppm: u32,
    },
}

/// Why bytes are not the record they claim to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The bytes are not the ABI encoding of this record.
    #[error("bytes are not the encoding of a {record}")]
    Encoding {
        /// Name of the record's type.
        record: &'static str,
        /// What the decoder said.
        #[source]
        source: alloy_sol_types::Error,
    },
}

/// Why a Merkle proof or tree is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum MerkleError {
    /// The tree has no such leaf.
    #[error("leaf {index} is not in a tree of {leaves} leaves")]
    NoSuchLeaf {
        /// The leaf asked for.
        index: usize,
        /// How many leaves there are.
        leaves: usize,
    },
    /// More leaves than a proof can address.
    #[error("{leaves} leaves do not fit a tree of depth 32")]
    TooManyLeaves {
        /// How many were given.
        leaves: usize,
    },
    /// The amounts of a tree do not fit 128 bits together.
    #[error("the amounts of the leaves do not fit 128 bits together")]
    SumTooLarge,
    /// Leaf and siblings do not hash to the root.
    #[error("the proof of leaf {index} does not lead to the root")]
    WrongRoot {
        /// The leaf that the proof is about.
        index: u64,
    },
}

/// Why a key or signature is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum SignatureError {
    /// The 32 bytes are zero or not below the curve's order.
    #[error("bytes are not a secp256k1 private key")]
    InvalidKey,
    /// Not 65 bytes of r, s, v.
    #[error("{length} bytes are not a signature; expected 65 (r, s, v)")]
    Length {
        /// How many bytes were given.
        length: usize,
    },
    /// No public key fits the signature (or its s is high, EIP-2).
    #[error("no public key fits the signature")]
    Unrecoverable,
    /// The signature is somebody else's.
    #[error("signed by {found}, expected {expected}")]
    WrongSigner {
        /// Who should have signed.
        expected: Address,
        /// Who did.
        found: Address,
    },
}
