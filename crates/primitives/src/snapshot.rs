//! Step 2, snapshot.

use alloy_sol_types::sol;

sol! {
    /// A frozen version of a Datanet: the records that training may use, in a fixed order.
    #[derive(Debug, PartialEq, Eq)]
    struct Snapshot {
        /// The Datanet that it freezes.
        bytes32 datanet;
        /// The Datanet's snapshot before this one; zero for the first.
        bytes32 parent;
        /// Merkle root over the admitted records' leaves, in order of admission.
        bytes32 root;
        /// How many records it holds.
        uint32 records;
        /// Merkle root over the ids of the contributions that it draws on.
        bytes32 contributions;
        /// keccak-256 of the SPDX licence expression computed from the records.
        bytes32 licence;
        /// Unix time in seconds.
        uint64 timeS;
    }
}
