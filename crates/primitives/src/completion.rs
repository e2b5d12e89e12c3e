//! Step 4, complete.

use alloy_sol_types::sol;

sol! {
    /// One answer of one adapter, and what the caller pays for it.
    #[derive(Debug, PartialEq, Eq)]
    struct Completion {
        /// The adapter that answered.
        bytes32 adapter;
        /// Who pays.
        address payer;
        /// The node that answered, paid as the host; signs the attribution.
        address host;
        /// Salted commitment to the prompt: keccak-256 of salt and text.
        bytes32 prompt;
        /// Salted commitment to the answer: keccak-256 of salt and text.
        bytes32 answer;
        /// Tokens read.
        uint32 promptTokens;
        /// Tokens written.
        uint32 answerTokens;
        /// What the caller pays for the answer, in wei.
        uint128 feeWei;
        /// Unix time in seconds.
        uint64 timeS;
        /// Serial number of the answer at this host; makes equal answers distinct.
        uint64 nonce;
    }
}
