//! Payouts, their windows and bonds, and claims.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use primitives::{Digest, Payout, PayoutId, SumVertex, Wei};

use super::bindings::IPayouts;
use super::{Contracts, arguments, batch_gas, call, view};
use crate::chain::ChainClient;
use crate::claim::Entitlement;
use crate::error::ChainError;
use crate::transaction::ContractCall;

/// Claims in one transaction: each may use 100,000 gas for its payment.
pub(super) const CLAIMS_MAX: usize = 48;
pub(super) const GAS_CLAIM: u64 = 300_000;
const GAS_POST: u64 = 600_000;
const GAS_PAYOUTS: u64 = 200_000;

/// What the payouts contract holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayoutsState {
    /// Number of the last period that was posted and not disabled; zero before the first.
    pub posted: u64,
    /// Its payout; zero before the first.
    pub payout: PayoutId,
    /// Its total.
    pub total: Wei,
    /// The period that claims are checked against.
    pub active: ActivePayout,
    /// All fees captured since the beginning.
    pub funded: Wei,
    /// All claims paid since the beginning.
    pub claimed: Wei,
}

/// The last payout whose window is over: claims are proven against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivePayout {
    /// Number of its period; zero before the first.
    pub period: u64,
    /// Its id; zero before the first.
    pub payout: PayoutId,
    /// Its Merkle-sum root.
    pub root: SumVertex,
}

/// What became of a posted period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodStatus {
    /// Never posted, or so long ago that the contract has forgotten it.
    Unknown,
    /// It can be disputed.
    Pending,
    /// It can be, or was, claimed against.
    Active,
    /// It was called off and never counts.
    Disabled,
    /// Active, and its bond is back with its poster.
    Released,
}

impl PeriodStatus {
    /// The word shown to people and used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Released => "released",
        }
    }
}

/// A posted period as the contract remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostedPeriod {
    /// Its payout.
    pub payout: PayoutId,
    /// Its Merkle-sum root.
    pub root: SumVertex,
    /// Merkle root over its answers.
    pub answers: B256,
    /// What its poster has at stake.
    pub bond: Wei,
    /// Who posted it.
    pub poster: Address,
    /// When, Unix time in seconds.
    pub posted_s: u64,
    /// When its window is over, Unix time in seconds.
    pub activates_s: u64,
    /// The block in which it was posted.
    pub posted_block: u64,
    /// What became of it.
    pub status: PeriodStatus,
}

/// Who is paid for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payee {
    /// Now; the account itself unless it said otherwise.
    pub payee: Address,
    /// Who will be, if a change waits.
    pub next: Option<Address>,
    /// From when on, Unix time in seconds.
    pub from_s: u64,
}

impl Contracts {
    /// Adds `amount` to what can be paid out; the escrow does so with every capture. Sent by anybody.
    pub fn fund(&self, amount: Wei) -> ContractCall {
        let call = call(self.payouts, IPayouts::fundCall {}.abi_encode(), GAS_PAYOUTS);
        ContractCall { value: amount, ..call }
    }

    /// Posts a payout with the bond at stake; `data` is the digest of the published list. Sent by
    /// the poster.
    pub fn post(&self, payout: &Payout, data: Digest, bond: Wei) -> ContractCall {
        let data = arguments(IPayouts::postCall::SELECTOR, &(payout.clone(), data));
        ContractCall { value: bond, ..call(self.payouts, data, GAS_POST) }
    }

    /// Disables a pending period and all after it. Sent by the guardian.
    pub fn disable(&self, period: u64) -> ContractCall {
        call(self.payouts, IPayouts::disableCall { number: period }.abi_encode(), GAS_POST)
    }

    /// Makes the bond of an active period its poster's again. Sent by anybody.
    pub fn release(&self, period: u64) -> ContractCall {
        call(self.payouts, IPayouts::releaseCall { number: period }.abi_encode(), GAS_PAYOUTS)
    }

    /// Pays `account` the bonds and rewards that are its own. Sent by anybody.
    pub fn withdraw_bonds(&self, account: Address) -> ContractCall {
        call(self.payouts, IPayouts::withdrawCall { account }.abi_encode(), GAS_PAYOUTS)
    }

    /// Pays one account. Sent by anybody.
    pub fn claim(&self, entitlement: &Entitlement) -> ContractCall {
        let claim = IPayouts::claimCall { entitlement: bound(entitlement) };
        call(self.payouts, claim.abi_encode(), batch_gas(1, GAS_CLAIM))
    }

    /// Pays many accounts, in as many transactions as needed; one that refuses its payment does not
    /// stop the others. Sent by anybody.
    pub fn claims(&self, entitlements: &[Entitlement]) -> Vec<ContractCall> {
        let batches = entitlements.chunks(CLAIMS_MAX).map(|batch| {
            let entitlements = batch.iter().map(bound).collect();
            let data = IPayouts::claimManyCall { entitlements }.abi_encode();
            call(self.payouts, data, batch_gas(batch.len(), GAS_CLAIM))
        });
        batches.collect()
    }

    /// Lets what the sender earns be paid to `payee`, after a delay.
    pub fn set_payee(&self, payee: Address) -> ContractCall {
        call(self.payouts, IPayouts::setPayeeCall { payee }.abi_encode(), GAS_PAYOUTS)
    }

    /// Calls off a change of payee that waits.
    pub fn cancel_payee(&self) -> ContractCall {
        call(self.payouts, IPayouts::cancelPayeeCall {}.abi_encode(), GAS_PAYOUTS)
    }

    /// The last payout, the active one, and the contract's totals.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn payouts_state(&self, chain: &impl ChainClient) -> Result<PayoutsState, ChainError> {
        Ok(PayoutsState {
            posted: view(chain, self.payouts, &IPayouts::postedCall {})?,
            payout: view(chain, self.payouts, &IPayouts::payoutIdCall {})?,
            total: Wei::new(view(chain, self.payouts, &IPayouts::totalWeiCall {})?),
            active: self.active(chain)?,
            funded: Wei::new(view(chain, self.payouts, &IPayouts::fundedWeiCall {})?),
            claimed: Wei::new(view(chain, self.payouts, &IPayouts::claimedTotalWeiCall {})?),
        })
    }

    /// The payout that claims are proven against now.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn active(&self, chain: &impl ChainClient) -> Result<ActivePayout, ChainError> {
        let found = view(chain, self.payouts, &IPayouts::activeCall {})?;
        let root = SumVertex { hash: found.root, sum: Wei::new(found.totalWei) };
        Ok(ActivePayout { period: found.number, payout: found.payoutId, root })
    }

    /// A posted period; [`PeriodStatus::Unknown`] when it was never posted or is forgotten.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn posted_period(
        &self,
        chain: &impl ChainClient,
        period: u64,
    ) -> Result<PostedPeriod, ChainError> {
        let found = view(chain, self.payouts, &IPayouts::periodCall { number: period })?;
        Ok(PostedPeriod {
            payout: found.payoutId,
            root: SumVertex { hash: found.root, sum: Wei::new(found.totalWei) },
            answers: found.answers,
            bond: Wei::new(found.bondWei),
            poster: found.poster,
            posted_s: found.postedS,
            activates_s: found.activatesS,
            posted_block: found.postedBlock,
            status: match found.status {
                1 => PeriodStatus::Pending,
                2 => PeriodStatus::Active,
                3 => PeriodStatus::Disabled,
                4 => PeriodStatus::Released,
                _ => PeriodStatus::Unknown,
            },
        })
    }

    /// What an account has been paid since the beginning.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn claimed(&self, chain: &impl ChainClient, account: Address) -> Result<Wei, ChainError> {
        Ok(Wei::new(view(chain, self.payouts, &IPayouts::claimedWeiCall { account })?))
    }

    /// Bonds and rewards that an account can withdraw.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn withdrawable(
        &self,
        chain: &impl ChainClient,
        account: Address,
    ) -> Result<Wei, ChainError> {
        Ok(Wei::new(view(chain, self.payouts, &IPayouts::withdrawableWeiCall { account })?))
    }

    /// Who is paid for an account.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn payee(&self, chain: &impl ChainClient, account: Address) -> Result<Payee, ChainError> {
        let payee = view(chain, self.payouts, &IPayouts::payeeOfCall { account })?;
        let waits = view(chain, self.payouts, &IPayouts::pendingPayeeCall { account })?;
        let next = Some(waits.payee).filter(|next| *next != Address::ZERO);
        Ok(Payee { payee, next, from_s: waits.fromS })
    }
}

fn bound(entitlement: &Entitlement) -> IPayouts::Entitlement {
    let siblings = entitlement
        .proof
        .siblings
        .iter()
        .map(|sibling| IPayouts::SumSibling { hash: sibling.hash, sumWei: sibling.sum.get() });
    IPayouts::Entitlement {
        account: entitlement.account,
        cumulativeWei: entitlement.cumulative.get(),
        index: U256::from(entitlement.proof.index),
        siblings: siblings.collect(),
    }
}
