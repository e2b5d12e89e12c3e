//! Step 3, train.

use alloy_sol_types::sol;

sol! {
    /// A low-rank adapter trained on one snapshot, with everything that later traces rest on.
    #[derive(Debug, PartialEq, Eq)]
    struct Adapter {
        /// The snapshot that it was trained on.
        bytes32 snapshot;
        /// Digest of the base model's weights.
        bytes32 base;
        /// Digest of the adapter's safetensors file.
        bytes32 weights;
        /// Digest of the training options, seed included.
        bytes32 options;
        /// Merkle root of the influence index: one leaf per record of the snapshot.
        bytes32 influenceRoot;
        /// Digest of the span index's token text and suffix array.
        bytes32 spanIndex;
        /// Version of the rule that turns scores into shares, for example `poa/1`.
        string rule;
        /// Who is paid as the model's owner.
        address owner;
        /// Unix time in seconds.
        uint64 timeS;
    }
}
