//! Deposits, captured fees, channels.

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use primitives::{CompletionId, Wei};

use super::bindings::IEscrow;
use super::{Contracts, batch_gas, call, view};
use crate::chain::ChainClient;
use crate::error::ChainError;
use crate::transaction::ContractCall;
use crate::voucher::Redemption;

/// Captures in one transaction: below the cap of 16,777,216 gas (EIP-7825) with room to spare.
pub(super) const CAPTURES_MAX: usize = 128;
/// Redemptions in one transaction: a payer that is a contract checks its signature itself.
pub(super) const REDEMPTIONS_MAX: usize = 64;

const GAS_ESCROW: u64 = 150_000;
pub(super) const GAS_CAPTURE: u64 = 60_000;
pub(super) const GAS_REDEMPTION: u64 = 120_000;

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
    /// What the host has redeemed of vouchers since the channel began.
    pub redeemed: Wei,
}

impl Contracts {
    /// Adds `amount` to `payer`'s balance. Sent by anybody.
    pub fn deposit_for(&self, payer: Address, amount: Wei) -> ContractCall {
        let call = self.escrow_call(&IEscrow::depositForCall { payer });
        ContractCall { value: amount, ..call }
    }

    /// Lets `host` capture up to `limit` from the sender until `expires_s` (Unix time in seconds).
    pub fn authorize(&self, host: Address, limit: Wei, expires_s: u64) -> ContractCall {
        let (limit, expires) = (limit.get(), expires_s);
        self.escrow_call(&IEscrow::authorizeCall { host, limitWei: limit, expiresS: expires })
    }

    /// Ends the sender's authorization of `host`.
    pub fn revoke(&self, host: Address) -> ContractCall {
        self.escrow_call(&IEscrow::revokeCall { host })
    }

    /// Asks for `amount` of the sender's balance back.
    pub fn request_withdrawal(&self, amount: Wei) -> ContractCall {
        self.escrow_call(&IEscrow::requestWithdrawalCall { amountWei: amount.get() })
    }

    /// Pays out what the sender asked back long enough ago.
    pub fn execute_withdrawal(&self) -> ContractCall {
        self.escrow_call(&IEscrow::executeWithdrawalCall {})
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

    /// Takes what was earned of vouchers, in as many transactions as needed. Sent by the host that
    /// they name.
    pub fn redeem(&self, redemptions: &[Redemption]) -> Vec<ContractCall> {
        let batches = redemptions.chunks(REDEMPTIONS_MAX).map(|batch| {
            let redemptions = batch.iter().map(redemption).collect();
            let data = IEscrow::redeemCall { redemptions }.abi_encode();
            call(self.escrow, data, batch_gas(batch.len(), GAS_REDEMPTION))
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
            redeemed: self.redeemed(chain, payer, host)?,
        })
    }

    /// What `host` has redeemed of `payer`'s vouchers since their channel began.
    ///
    /// # Errors
    /// As [`ChainClient::call`].
    pub fn redeemed(
        &self,
        chain: &impl ChainClient,
        payer: Address,
        host: Address,
    ) -> Result<Wei, ChainError> {
        Ok(Wei::new(view(chain, self.escrow, &IEscrow::redeemedWeiCall { payer, host })?))
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

    fn escrow_call<C: SolCall>(&self, arguments: &C) -> ContractCall {
        call(self.escrow, arguments.abi_encode(), GAS_ESCROW)
    }
}

fn redemption(redemption: &Redemption) -> IEscrow::Redemption {
    let voucher = redemption.voucher.voucher;
    IEscrow::Redemption {
        voucher: IEscrow::Voucher {
            escrow: voucher.escrow,
            payer: voucher.payer,
            host: voucher.host,
            limitWei: voucher.limitWei,
            expiresS: voucher.expiresS,
        },
        signature: redemption.voucher.signature.clone(),
        cumulativeWei: redemption.cumulative.get(),
    }
}
