//! What each payer may spend: on the chain, less what is held or owed here.

use primitives::{Address, Wei};
use settlement::{Account, AccountError, Authorization, EscrowAccount};
use storage::StorageError;

use crate::clock::now_s;
use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::keys::lock;
use crate::tables::{ANSWERS, RESERVATIONS, StoredReservation};

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
        let on_chain = self.escrow_of(payer)?;
        let (balance, limit) = spendable(&on_chain);
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
                let (balance, limit) = spendable(&self.escrow_of(payer)?);
                entry.insert(Account::new(payer, balance, limit, self.owed_by(payer)?))
            }
        };
        work(account).map_err(|error| self.account_error(error))
    }

    /// Fees of answers that no capture has paid for yet.
    fn owed_by(&self, payer: Address) -> Result<Wei, ApiError> {
        let first = self.first_uncaptured()?;
        let rows = self.read(|tables| tables.scan(&ANSWERS, first.., usize::MAX))?;
        let mut owed = Wei::ZERO;
        for (_, row) in rows {
            let completion = row.completion()?;
            if completion.payer == payer {
                owed = owed.checked_add(Wei::new(completion.feeWei)).map_err(ApiError::internal)?;
            }
        }
        Ok(owed)
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
            .hint(format!(
                "openledger account deposit {name} {}",
                needed.to_string().trim_end_matches(" OPEN")
            ))
    }
}

fn spendable(on_chain: &EscrowAccount) -> (Wei, Wei) {
    let asked_back = on_chain.withdrawal.get();
    (Wei::new(on_chain.balance.get().saturating_sub(asked_back)), on_chain.limit)
}
