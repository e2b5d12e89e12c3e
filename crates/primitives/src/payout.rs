//! Step 6, pay out.

use alloy_sol_types::sol;

sol! {
    /// What everybody has earned up to the end of a period, as one Merkle-sum root.
    #[derive(Debug, PartialEq, Eq)]
    struct Payout {
        /// Number of the period, from 1 without gaps.
        uint64 period;
        /// The payout of the period before; zero for the first.
        bytes32 parent;
        /// Root hash of the Merkle-sum tree over `(account, cumulative amount)` in order of account.
        bytes32 root;
        /// How many accounts have earned anything so far.
        uint32 accounts;
        /// Sum of all cumulative amounts, in wei; equal to all fees captured so far.
        uint128 totalWei;
        /// Merkle root over the answers that this period pays, each with its lines, in order of the
        /// answer's id.
        bytes32 answers;
        /// Unix time in seconds.
        uint64 timeS;
    }
}
