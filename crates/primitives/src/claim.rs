//! Step 7, claim.

use alloy_sol_types::sol;

sol! {
    /// One account redeeming what it has earned and not redeemed before.
    #[derive(Debug, PartialEq, Eq)]
    struct Claim {
        /// The payout whose root proves the amount.
        bytes32 payout;
        /// Who is paid.
        address account;
        /// Everything earned so far, in wei.
        uint128 cumulativeWei;
        /// What this claim pays: everything earned less everything redeemed before, in wei.
        uint128 paidWei;
        /// The transaction that paid it.
        bytes32 transaction;
    }
}
