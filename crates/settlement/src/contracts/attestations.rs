//! Validators' word for a payout.

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use primitives::PayoutId;

use super::bindings::IAttestations;
use super::{Contracts, call, view};
use crate::chain::ChainClient;
use crate::error::ChainError;
use crate::transaction::ContractCall;

const GAS_DRAW: u64 = 8_000_000;
const GAS_ATTEST: u64 = 200_000;
const GAS_DISTRIBUTE: u64 = 3_000_000;

/// One validator that was drawn for a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attester {
    /// Who.
    pub validator: Address,
    /// Whether it attested the payout.
    pub has_attested: bool,
}

impl Contracts {
    /// Draws the validators of a pending period. Sent by anybody, some blocks after its posting.
    pub fn draw(&self, period: u64) -> ContractCall {
        call(self.attestations, IAttestations::drawCall { period }.abi_encode(), GAS_DRAW)
    }

    /// Attests that the sender has recomputed a pending payout. Sent by a validator drawn for it.
    pub fn attest(&self, period: u64, payout: PayoutId) -> ContractCall {
        let arguments = IAttestations::attestCall { period, payoutId: payout };
        call(self.attestations, arguments.abi_encode(), GAS_ATTEST)
    }

    /// Shares the validators' part of the fees among those who attested an active period. Sent by
    /// anybody.
    pub fn distribute(&self, period: u64) -> ContractCall {
        let arguments = IAttestations::distributeCall { period };
        call(self.attestations, arguments.abi_encode(), GAS_DISTRIBUTE)
    }

    /// Proposes to slash a validator who attested a fraud. Sent by anybody, who is rewarded.
    pub fn punish(&self, period: u64, payout: PayoutId, validator: Address) -> ContractCall {
        let arguments = IAttestations::punishCall { period, payoutId: payout, validator };
        call(self.attestations, arguments.abi_encode(), GAS_DISTRIBUTE)
    }

    /// The validators drawn for a payout; nobody before the draw and when it is forgotten.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn attesters(
        &self,
        chain: &impl ChainClient,
        period: u64,
        payout: PayoutId,
    ) -> Result<Vec<Attester>, ChainError> {
        let call = IAttestations::assignedCall { period, payoutId: payout };
        let drawn = view(chain, self.attestations, &call)?;
        let attested = drawn.into_iter().map(|validator| {
            let call = IAttestations::hasAttestedCall { period, payoutId: payout, validator };
            let has_attested = view(chain, self.attestations, &call)?;
            Ok(Attester { validator, has_attested })
        });
        attested.collect()
    }
}
