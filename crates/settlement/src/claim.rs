//! From a proof to a claim.

use alloy_primitives::{Address, B256};
use primitives::{Claim, LeafDomain, MerkleSumProof, PayoutId, SumVertex, Wei};

use crate::error::ClaimError;
use crate::period::PayoutDomain;

/// What an account has earned since the beginning, and the proof of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// The payout whose root proves it.
    pub payout: PayoutId,
    /// Who is paid.
    pub account: Address,
    /// Everything earned.
    pub cumulative: Wei,
    /// The way from the account's leaf to the root, with the sums beside it.
    pub proof: MerkleSumProof,
}

impl Entitlement {
    /// Checks the proof against a posted root and total, as the contract does.
    ///
    /// # Errors
    /// [`ClaimError::Merkle`] when it does not lead there.
    pub fn verify(&self, root: SumVertex, domain: &PayoutDomain) -> Result<(), ClaimError> {
        let leaf = domain.leaf(self.account, self.cumulative);
        Ok(self.proof.verify(root, LeafDomain::Payout, &leaf, self.cumulative)?)
    }

    /// What a claim would pay after `claimed` was paid before.
    ///
    /// # Errors
    /// [`ClaimError::NothingToClaim`] when that is everything.
    pub fn unclaimed(&self, claimed: Wei) -> Result<Wei, ClaimError> {
        if self.cumulative <= claimed {
            return Err(ClaimError::NothingToClaim { account: self.account, claimed });
        }
        Ok(self.cumulative.checked_sub(claimed)?)
    }

    /// The record of a claim that `transaction` paid, after `claimed` was paid before.
    ///
    /// # Errors
    /// As [`Entitlement::unclaimed`].
    pub fn claim(&self, claimed: Wei, transaction: B256) -> Result<Claim, ClaimError> {
        Ok(Claim {
            payout: self.payout,
            account: self.account,
            cumulativeWei: self.cumulative.get(),
            paidWei: self.unclaimed(claimed)?.get(),
            transaction,
        })
    }
}
