//! Our contracts: where they are, how they are called, what they say.

mod bindings;
mod refusal;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_sol_types::abi::TokenSeq;
use alloy_sol_types::{SolCall, SolType, SolValue};
use primitives::{
    Adapter, AdapterId, CompletionId, DatanetId, Digest, Payout, PayoutId, Snapshot, SnapshotId,
    Wei,
};

use crate::chain::ChainClient;
use crate::claim::Entitlement;
use crate::error::ChainError;
use crate::period::PayoutDomain;
use crate::transaction::ContractCall;
use bindings::{IEscrow, IPayouts, IRegistry};

pub use refusal::Refusal;

/// Captures in one transaction: below the cap of 16,777,216 gas (EIP-7825) with room to spare.
const CAPTURES_MAX: usize = 128;
/// Claims in one transaction: each may use 100,000 gas for its payment.
const CLAIMS_MAX: usize = 64;

const GAS_REGISTER: u64 = 150_000;
const GAS_ANCHOR: u64 = 400_000;
const GAS_ESCROW: u64 = 150_000;
const GAS_POST: u64 = 250_000;
const GAS_BATCH: u64 = 150_000;
const GAS_CAPTURE: u64 = 60_000;
const GAS_CLAIM: u64 = 250_000;

/// The addresses of our contracts on one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contracts {
    /// The chain's id (EIP-155).
    pub chain_id: u64,
    /// Anchors of Datanets, snapshots and adapters.
    pub registry: Address,
    /// Deposits and captured fees.
    pub escrow: Address,
    /// Payouts and claims.
    pub payouts: Address,
}

/// The fee of one answer, to be captured by the host that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capture {
    /// Who pays.
    pub payer: Address,
    /// The answer.
    pub completion: CompletionId,
    /// What it costs.
    pub fee: Wei,
}

/// A payer's money in escrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EscrowAccount {
    /// Everything that is left of the deposits.
    pub balance: Wei,
    /// The part of it that the payer has asked back.
    pub withdrawal: Wei,
    /// When that can be paid out, Unix time in seconds; zero without request.
    pub executable_s: u64,
    /// What the host may still capture.
    pub limit: Wei,
    /// Until when the host may rely on that, Unix time in seconds.
    pub expires_s: u64,
    /// What the host may rely on now.
    pub available: Wei,
}

/// What the payouts contract holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayoutsState {
    /// Number of the last period; zero before the first.
    pub period: u64,
    /// The last payout; zero before the first.
    pub payout: PayoutId,
    /// Its Merkle root.
    pub root: B256,
    /// Its total.
    pub total: Wei,
    /// All fees captured since the beginning.
    pub funded: Wei,
    /// All claims paid since the beginning.
    pub claimed: Wei,
}

/// A Datanet as anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatanetAnchor {
    /// Who decides about it; zero when it is not registered.
    pub owner: Address,
    /// Its last snapshot; zero before the first.
    pub last_snapshot: SnapshotId,
}

impl Contracts {
    /// Where payouts of these contracts count.
    pub const fn domain(&self) -> PayoutDomain {
        PayoutDomain { chain_id: self.chain_id, payouts: self.payouts }
    }

    /// Lets `host` register and anchor for the sender, or stops that.
    pub fn authorize_host(&self, host: Address, allowed: bool) -> ContractCall {
        registry(self, &IRegistry::authorizeHostCall { host, allowed }, GAS_REGISTER)
    }

    /// Registers a Datanet. Sent by its owner or the owner's host.
    pub fn register_datanet(
        &self,
        datanet: DatanetId,
        owner: Address,
        licence: Digest,
    ) -> ContractCall {
        let call = IRegistry::registerDatanetCall { datanetId: datanet, owner, licence };
        registry(self, &call, GAS_REGISTER)
    }

    /// Anchors a snapshot. Sent by the Datanet's owner or the owner's host.
    pub fn anchor_snapshot(&self, snapshot: &Snapshot) -> ContractCall {
        let data = arguments(IRegistry::anchorSnapshotCall::SELECTOR, &(snapshot.clone(),));
        call(self.registry, data, GAS_ANCHOR)
    }

    /// Anchors an adapter. Sent by the Datanet's owner or the owner's host.
    pub fn anchor_adapter(&self, adapter: &Adapter) -> ContractCall {
        let data = arguments(IRegistry::anchorAdapterCall::SELECTOR, &(adapter.clone(),));
        call(self.registry, data, GAS_ANCHOR)
    }

    /// Adds `amount` to `payer`'s balance. Sent by anybody.
    pub fn deposit_for(&self, payer: Address, amount: Wei) -> ContractCall {
        let call = escrow(self, &IEscrow::depositForCall { payer });
        ContractCall { value: amount, ..call }
    }

    /// Lets `host` capture up to `limit` from the sender until `expires_s` (Unix time in seconds).
    pub fn authorize(&self, host: Address, limit: Wei, expires_s: u64) -> ContractCall {
        let (limit, expires) = (limit.get(), expires_s);
        escrow(self, &IEscrow::authorizeCall { host, limitWei: limit, expiresS: expires })
    }

    /// Ends the sender's authorization of `host`.
    pub fn revoke(&self, host: Address) -> ContractCall {
        escrow(self, &IEscrow::revokeCall { host })
    }

    /// Asks for `amount` of the sender's balance back.
    pub fn request_withdrawal(&self, amount: Wei) -> ContractCall {
        escrow(self, &IEscrow::requestWithdrawalCall { amountWei: amount.get() })
    }

    /// Pays out what the sender asked back long enough ago.
    pub fn execute_withdrawal(&self) -> ContractCall {
        escrow(self, &IEscrow::executeWithdrawalCall {})
    }

    /// Captures fees, in as many transactions as needed. Sent by the host that gave the answers.
    pub fn captures(&self, captures: &[Capture]) -> Vec<ContractCall> {
        let batches = captures.chunks(CAPTURES_MAX).map(|batch| {
            let captures = batch.iter().map(|capture| IEscrow::Capture {
                payer: capture.payer,
                completionId: capture.completion,
                feeWei: capture.fee.get(),
            });
            let data = IEscrow::captureCall { captures: captures.collect() }.abi_encode();
            call(self.escrow, data, batch_gas(batch.len(), GAS_CAPTURE))
        });
        batches.collect()
    }

    /// Posts a payout; `data` is the digest of the published list. Sent by the poster.
    pub fn post(&self, payout: &Payout, data: Digest) -> ContractCall {
        let data = arguments(IPayouts::postCall::SELECTOR, &(payout.clone(), data));
        call(self.payouts, data, GAS_POST)
    }

    /// Pays one account. Sent by anybody.
    pub fn claim(&self, entitlement: &Entitlement) -> ContractCall {
        let IPayouts::Entitlement { account, cumulativeWei, index, siblings } = bound(entitlement);
        let claim = IPayouts::claimCall { account, cumulativeWei, index, siblings };
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

    /// A payer's money and what `host` may take of it.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn account(
        &self,
        chain: &impl ChainClient,
        payer: Address,
        host: Address,
    ) -> Result<EscrowAccount, ChainError> {
        let account = view(chain, self.escrow, &IEscrow::accountCall { payer })?;
        let authorization = view(chain, self.escrow, &IEscrow::authorizationCall { payer, host })?;
        let available = view(chain, self.escrow, &IEscrow::availableCall { payer, host })?;
        Ok(EscrowAccount {
            balance: Wei::new(account.balanceWei.to()),
            withdrawal: Wei::new(account.withdrawalWei.to()),
            executable_s: account.executableS,
            limit: Wei::new(authorization.limitWei.to()),
            expires_s: authorization.expiresS,
            available: Wei::new(available.saturating_to()),
        })
    }

    /// Whether `host` has captured the fee of an answer.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn is_captured(
        &self,
        chain: &impl ChainClient,
        host: Address,
        completion: CompletionId,
    ) -> Result<bool, ChainError> {
        let call = IEscrow::isCapturedCall { host, completionId: completion };
        view(chain, self.escrow, &call)
    }

    /// The last payout and the contract's totals.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn payouts_state(&self, chain: &impl ChainClient) -> Result<PayoutsState, ChainError> {
        Ok(PayoutsState {
            period: view(chain, self.payouts, &IPayouts::periodCall {})?,
            payout: view(chain, self.payouts, &IPayouts::payoutIdCall {})?,
            root: view(chain, self.payouts, &IPayouts::rootCall {})?,
            total: Wei::new(view(chain, self.payouts, &IPayouts::totalWeiCall {})?),
            funded: Wei::new(view(chain, self.payouts, &IPayouts::fundedWeiCall {})?),
            claimed: Wei::new(view(chain, self.payouts, &IPayouts::claimedTotalWeiCall {})?),
        })
    }

    /// What an account has been paid since the beginning.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn claimed(&self, chain: &impl ChainClient, account: Address) -> Result<Wei, ChainError> {
        Ok(Wei::new(view(chain, self.payouts, &IPayouts::claimedWeiCall { account })?))
    }

    /// Whether `host` may register and anchor for `owner`.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn is_host(
        &self,
        chain: &impl ChainClient,
        owner: Address,
        host: Address,
    ) -> Result<bool, ChainError> {
        view(chain, self.registry, &IRegistry::isHostCall { owner, host })
    }

    /// A Datanet's owner and last snapshot.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn datanet(
        &self,
        chain: &impl ChainClient,
        datanet: DatanetId,
    ) -> Result<DatanetAnchor, ChainError> {
        let call = IRegistry::datanetCall { datanetId: datanet };
        let found = view(chain, self.registry, &call)?;
        Ok(DatanetAnchor { owner: found.owner, last_snapshot: found.lastSnapshot })
    }

    /// Whether a snapshot is anchored.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn is_snapshot_anchored(
        &self,
        chain: &impl ChainClient,
        snapshot: SnapshotId,
    ) -> Result<bool, ChainError> {
        let call = IRegistry::snapshotCall { snapshotId: snapshot };
        Ok(view(chain, self.registry, &call)?.datanetId != B256::ZERO)
    }

    /// Whether an adapter is anchored.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn is_adapter_anchored(
        &self,
        chain: &impl ChainClient,
        adapter: AdapterId,
    ) -> Result<bool, ChainError> {
        let call = IRegistry::adapterCall { adapterId: adapter };
        Ok(view(chain, self.registry, &call)?.owner != Address::ZERO)
    }
}

/// Where an escrow sends captured fees, and how long its withdrawals wait, in seconds.
pub(crate) fn escrow_settings(
    chain: &impl ChainClient,
    escrow: Address,
) -> Result<(Address, u64), ChainError> {
    let payouts = view(chain, escrow, &IEscrow::PAYOUTSCall {})?;
    Ok((payouts, view(chain, escrow, &IEscrow::WITHDRAWAL_DELAY_SCall {})?))
}

fn registry<C: SolCall>(contracts: &Contracts, arguments: &C, gas_limit: u64) -> ContractCall {
    call(contracts.registry, arguments.abi_encode(), gas_limit)
}

fn escrow<C: SolCall>(contracts: &Contracts, arguments: &C) -> ContractCall {
    call(contracts.escrow, arguments.abi_encode(), GAS_ESCROW)
}

fn call(to: Address, data: Vec<u8>, gas_limit: u64) -> ContractCall {
    ContractCall { to: TxKind::Call(to), value: Wei::ZERO, data: data.into(), gas_limit }
}

/// Calldata of a function whose arguments are records: they encode as the structs that they are.
fn arguments<T>(selector: [u8; 4], arguments: &T) -> Vec<u8>
where
    T: SolValue,
    for<'a> <T::SolType as SolType>::Token<'a>: TokenSeq<'a>,
{
    [selector.as_slice(), &arguments.abi_encode_params()].concat()
}

fn bound(entitlement: &Entitlement) -> IPayouts::Entitlement {
    IPayouts::Entitlement {
        account: entitlement.account,
        cumulativeWei: entitlement.cumulative.get(),
        index: U256::from(entitlement.proof.index),
        siblings: entitlement.proof.siblings.clone(),
    }
}

fn batch_gas(items: usize, each: u64) -> u64 {
    let items = u64::try_from(items).unwrap_or(u64::MAX);
    GAS_BATCH.saturating_add(items.saturating_mul(each))
}

/// Reads from a contract.
fn view<C: SolCall>(
    chain: &impl ChainClient,
    contract: Address,
    arguments: &C,
) -> Result<C::Return, ChainError> {
    let answer = chain.call(Address::ZERO, contract, Bytes::from(arguments.abi_encode()))?;
    let unreadable = |source| ChainError::Answer { function: C::SIGNATURE, source };
    C::abi_decode_returns_validate(&answer).map_err(unreadable)
}

#[cfg(test)]
mod tests;
