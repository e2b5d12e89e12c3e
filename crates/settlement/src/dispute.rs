//! One-step fraud proofs: what a payout pays, checked against what it was published with.
//!
//! A watcher reads the answers of a pending period with their completions, attributions and indexes,
//! and the first thing that does not hold becomes a [`FraudProof`]: one answer and the one thing
//! about it that is false, small enough for a contract to check in one transaction. Everything here
//! is a pure function of published bytes.

mod find;
mod row;

use alloy_primitives::{B256, Bytes};
use primitives::{AttributionReceipt, Completion};

use crate::settled::AnswerProof;

pub use find::{Published, find_fraud, find_repeated};
pub use row::{IndexRow, PublishedIndex};

/// An answer that a period pays, with the records that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedAnswer {
    /// That the period pays it.
    pub proof: AnswerProof,
    /// The answer's record.
    pub completion: Completion,
    /// The attribution that its fee was divided by.
    pub receipt: AttributionReceipt,
}

/// A row of an influence index, and the way to the index's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProof {
    /// 0-based position.
    pub row: u32,
    /// The leaf's bytes.
    pub leaf: Bytes,
    /// One sibling per level, from the leaf up.
    pub siblings: Vec<B256>,
}

/// One thing that is false about one settled answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FraudProof {
    /// A listed row's score, record or contributor is not the index's.
    Score {
        /// The answer.
        answer: PublishedAnswer,
        /// Position in the list of shares.
        share_at: usize,
        /// The row.
        row: RowProof,
    },
    /// A row that belongs on the list is not on it.
    Omission {
        /// The answer.
        answer: PublishedAnswer,
        /// The row.
        row: RowProof,
    },
    /// Two listed shares are not in order, or name one row.
    Order {
        /// The answer.
        answer: PublishedAnswer,
        /// Position of the one that stands first.
        first: usize,
        /// Position of the other.
        second: usize,
    },
    /// A listed row, or the query, does not fit the index.
    Row {
        /// The answer.
        answer: PublishedAnswer,
        /// Position in the list of shares.
        share_at: usize,
        /// Any row of the index.
        row: RowProof,
        /// The index's header.
        header: Bytes,
    },
    /// The money does not follow from the shares.
    Split {
        /// The answer.
        answer: PublishedAnswer,
    },
    /// The attribution is not signed by the answer's host, or belongs to another answer.
    Signature {
        /// The answer.
        answer: PublishedAnswer,
    },
    /// An answer is settled twice, or two answers of one host bear one number.
    Nonce {
        /// One of them.
        first: Box<PublishedAnswer>,
        /// The other.
        second: Box<PublishedAnswer>,
    },
    /// The index or the rule is not that of the anchored adapter.
    Index {
        /// The answer.
        answer: PublishedAnswer,
    },
}

impl FraudProof {
    /// The word shown to people and used in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Score { .. } => "score",
            Self::Omission { .. } => "omission",
            Self::Order { .. } => "order",
            Self::Row { .. } => "row",
            Self::Split { .. } => "split",
            Self::Signature { .. } => "signature",
            Self::Nonce { .. } => "nonce",
            Self::Index { .. } => "index",
        }
    }

    /// The answer that it is about; of two, the one of the later period.
    pub fn answer(&self) -> &PublishedAnswer {
        match self {
            Self::Score { answer, .. }
            | Self::Omission { answer, .. }
            | Self::Order { answer, .. }
            | Self::Row { answer, .. }
            | Self::Split { answer }
            | Self::Signature { answer }
            | Self::Index { answer } => answer,
            Self::Nonce { first, second } => {
                if first.proof.period > second.proof.period {
                    first
                } else {
                    second
                }
            }
        }
    }
}
