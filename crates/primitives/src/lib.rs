//! The vocabulary of the product: ids, amounts, the seven records and what makes them checkable.
//!
//! **Takes** nothing, **gives** plain values. Each step of the product takes one record and returns
//! the next: [`Contribution`] → [`Snapshot`] → [`Adapter`] → [`Completion`] →
//! [`AttributionReceipt`] → [`Payout`] → [`Claim`]. Each record names the one before it, so a claim
//! can be walked back to its contributions.
//!
//! **Guarantees.** A record has exactly one encoding, the Solidity ABI encoding of its struct; its id
//! is the EIP-712 `hashStruct` of that struct, so records of different types never share an id.
//! Amounts are integers in wei and shares are integers in parts per million.
//!
//! **Sources.** Solidity ABI specification, EIP-712 (typed data), EIP-2 (low-s signatures).
//!
//! **Not here.** No I/O, no async, no JSON, no clock, no randomness.

mod error;

mod amount;
mod id;
mod share;

mod adapter;
mod attribution_receipt;
mod claim;
mod completion;
mod contribution;
mod payout;
mod snapshot;

mod merkle;
mod merkle_sum;
mod record;
mod signature;

pub use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};

pub use adapter::Adapter;
pub use amount::Wei;
pub use attribution_receipt::{AttributionReceipt, Evidence, RecordShare, ZeroReason};
pub use claim::Claim;
pub use completion::Completion;
pub use contribution::Contribution;
pub use error::{AmountError, MerkleError, RecordError, ShareError, SignatureError};
pub use id::{
    AdapterId, AttributionReceiptId, CompletionId, ContributionId, DatanetId, Digest, PayoutId,
    RecordId, SnapshotId,
};
pub use merkle::{LeafDomain, MerkleProof, MerkleTree, merkle_leaf};
pub use merkle_sum::{MerkleSumProof, MerkleSumTree, SumVertex};
pub use payout::Payout;
pub use record::{ChainRecord, domain};
pub use share::SharePpm;
pub use signature::{Key, Signature, recover};
pub use snapshot::Snapshot;
