//! Names for 32-byte identifiers, one per noun.

use alloy_primitives::B256;

/// keccak-256 of some bytes: the address of a blob.
pub type Digest = B256;
/// keccak-256 of the Datanet's name.
pub type DatanetId = B256;
/// Id of one datum in a Datanet: keccak-256 of its canonical content.
pub type RecordId = B256;
/// Id of a [`crate::Contribution`].
pub type ContributionId = B256;
/// Id of a [`crate::Snapshot`].
pub type SnapshotId = B256;
/// Id of an [`crate::Adapter`].
pub type AdapterId = B256;
/// Id of a [`crate::Completion`].
pub type CompletionId = B256;
/// Id of an [`crate::AttributionReceipt`].
pub type AttributionReceiptId = B256;
/// Id of a [`crate::Payout`].
pub type PayoutId = B256;
