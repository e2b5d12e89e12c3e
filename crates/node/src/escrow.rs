//! What each payer may spend: on the chain, less what is held or owed here.

use primitives::{Address, Wei};
use settlement::{Account, AccountError, Authorization, EscrowAccount};
use storage::StorageError;

use crate::clock::now_s;
use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::keys::lock;
use crate::tables::{RESERVATIONS, StoredReservation};

/// Money held for one answer. It comes back by [`Core::release`], or is spent by [`Core::charge`].
#[derive(Debug)]
pub(crate) struct Reservation {
    /// Serial number of the answer to be.
    pub(crate) nonce: u64,
    authorization: Authorization,
}

impl Reservation {
    /// Who pays.
    pub(crate) const fn payer(&self) -> Address {
        self.authorization.payer()
    }

    /// The most that the answer may cost.
    pub(crate) const fn amount(&self) -> Wei {
        self.authorization.amount()
    }
}

impl Core {
    /// Holds `most` of the payer's money; durable when this returns.
    pub(crate) fn reserve(&self, payer: Address, most: Wei) -> Result<Reservation, ApiError> {
        self.check_voucher_time(payer)?;
        let authorization = self.with_payer(payer, |account| account.authorize(most))?;
        let nonce = self.next_nonce();
        let row = StoredReservation { payer, amountWei: most.get(), timeS: now_s() };
        let stored = self.store.tables().write(|tables| tables.insert(&RESERVATIONS, &nonce, &row));
        match stored {
            Ok(()) => Ok(Reservation { nonce, authorization }),
            Err(error) => {
                let error: StorageError = error;
                self.with_payer(payer, |account| account.release(authorization))?;
                Err(ApiError::internal(error))
            }
        }
    }

    /// Gives money back: there was no answer.
    pub(crate) fn release(&self, reservation: Reservation) -> Result<(), ApiError> {
        let Reservation { nonce, authorization } = reservation;
        self.write(|tables| tables.remove(&RESERVATIONS, &nonce))?;
        self.with_payer(authorization.payer(), |account| account.release(authorization))
    }

    /// Notes in memory what the answer's own transaction has made durable: the fee is owed.
    pub(crate) fn charge(&self, reservation: Reservation, fee: Wei) -> Result<(), ApiError> {
        let authorization = reservation.authorization;
        self.with_payer(authorization.payer(), |account| account.charge(authorization, fee))
    }

    /// Looks up on the chain what a payer has, after `captured` of it was captured.
    pub(crate) fn refresh_payer(&self, payer: Address, captured: Wei) -> Result<(), ApiError> {
        let (balance, limit) = self.spendable(payer)?;
        self.with_payer(payer, |account| account.settle(captured, balance, limit))
    }

    /// What the escrow contract has of a payer.
    pub(crate) fn escrow_of(&self, payer: Address) -> Result<EscrowAccount, ApiError> {
        let host = self.keys.host();
        self.contracts.account(&*self.chain, payer, host).map_err(ApiError::internal)
    }

    /// Works on a payer's account, made from chain and store at the first use.
    pub(crate) fn with_payer<T>(
        &self,
        payer: Address,
        work: impl FnOnce(&mut Account) -> Result<T, AccountError>,
    ) -> Result<T, ApiError> {
        let mut payers = lock(&self.payers);
        let account = match payers.entry(payer) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let (balance, limit) = self.spendable(payer)?;
                entry.insert(Account::new(payer, balance, limit, self.owed_by(payer)?))
            }
        };
        work(account).map_err(|error| self.account_error(error))
    }

    /// Fees of answers that no capture has paid for yet.
    fn owed_by(&self, payer: Address) -> Result<Wei, ApiError> {
        let mut owed = Wei::ZERO;
        for (_, row) in self.open_answers()? {
            let completion = row.completion()?;
            let is_owed = completion.payer == payer
                && (row.isPrepaid || !self.is_captured(row.completion_id()?)?);
            if is_owed {
                owed = owed.checked_add(Wei::new(completion.feeWei)).map_err(ApiError::internal)?;
            }
        }
        let Some((channel, _)) = self.channel(payer)? else { return Ok(owed) };
        // Redeemed by a life of the node that ended before the period was stored.
        let done = self.redeemed(payer)?.get().saturating_sub(channel.redeemedWei);
        Ok(Wei::new(owed.get().saturating_sub(done)))
    }

    /// What a payer has in escrow beside requested withdrawals, and what of it this node may take.
    fn spendable(&self, payer: Address) -> Result<(Wei, Wei), ApiError> {
        let on_chain = self.escrow_of(payer)?;
        let asked_back = on_chain.withdrawal.get();
        let balance = Wei::new(on_chain.balance.get().saturating_sub(asked_back));
        let channel = self.channel(payer)?.filter(|(row, _)| !row.isClosed);
        let limit =
            channel.map_or(on_chain.limit, |(_, signed)| signed.voucher.left(on_chain.redeemed));
        Ok((balance, limit))
    }

    /// Refuses new answers on a voucher whose time is over.
    fn check_voucher_time(&self, payer: Address) -> Result<(), ApiError> {
        let Some((row, signed)) = self.channel(payer)? else { return Ok(()) };
        let expires_s = signed.voucher.expiresS;
        if row.isClosed || expires_s > self.chain_now_s() {
            return Ok(());
        }
        let status = axum::http::StatusCode::PAYMENT_REQUIRED;
        Err(ApiError::new(status, "voucher_expired", "the voucher of the channel is over")
            .detail("expires_s", expires_s)
            .hint("sign a new one: openledger channel raise"))
    }

    fn how_to_pay(&self, payer: Address, name: &str, needed: Wei) -> String {
        let needed = needed.to_string();
        let amount = needed.trim_end_matches(" OPEN");
        if self.pays_by_channel(payer).unwrap_or_default() {
            return format!("openledger channel raise --as {name} --deposit {amount}");
        }
        format!("openledger account deposit {name} {amount}")
    }

    fn account_error(&self, error: AccountError) -> ApiError {
        let AccountError::InsufficientBalance { payer, needed, available } = error else {
            return ApiError::internal(error);
        };
        let name = self.keys.name_of(payer);
        let message = format!("{name} needs {needed} for this answer and may spend {available}");
        ApiError::new(axum::http::StatusCode::PAYMENT_REQUIRED, "insufficient_balance", message)
            .detail("account", hex(payer))
            .detail("needed_wei", wei(needed))
            .detail("available_wei", wei(available))
            .hint(self.how_to_pay(payer, &name, needed))
    }
}
