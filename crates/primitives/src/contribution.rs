//! Step 1, contribute.

use alloy_sol_types::sol;

sol! {
    /// A batch of records that one contributor gives to one Datanet, signed by the contributor.
    #[derive(Debug, PartialEq, Eq)]
    struct Contribution {
        /// The Datanet that it is for.
        bytes32 datanet;
        /// Who gives it, who signs it, who is paid for it.
        address contributor;
        /// Merkle root over the record ids in the file's order.
        bytes32 root;
        /// How many records the file holds, before admission.
        uint32 records;
        /// keccak-256 of the file's bytes.
        bytes32 file;
        /// Unix time in seconds, as the contributor states it; makes equal files distinct.
        uint64 timeS;
    }
}
