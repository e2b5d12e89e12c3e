//! What a payer can still spend: reserve before the answer, charge after it.

use primitives::{Address, Wei};

use crate::error::AccountError;

/// One payer's money as one host sees it.
///
/// ```text
/// available = min(balance, limit) − reserved − owed
/// ```
///
/// An answer moves money through three states: *reserved* while it is being written, *owed* once
/// it is given, captured on chain at last, when `balance` and `limit` fall by as much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    payer: Address,
    balance: Wei,
    limit: Wei,
    reserved: Wei,
    owed: Wei,
}

/// The right to charge one answer up to an amount. Spend it with [`Account::charge`] or give it
/// back with [`Account::release`]; it cannot be copied.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a reservation stays until it is charged or released"]
pub struct Authorization {
    payer: Address,
    amount: Wei,
}

impl Authorization {
    /// Who pays.
    pub const fn payer(&self) -> Address {
        self.payer
    }

    /// The most that can be charged.
    pub const fn amount(&self) -> Wei {
        self.amount
    }
}

impl Account {
    /// `payer`'s account with `balance` in escrow, not counting requested withdrawals, and `limit`
    /// left for this host, both as the chain has them; `owed` for answers given, not yet captured.
    pub const fn new(payer: Address, balance: Wei, limit: Wei, owed: Wei) -> Self {
        Self { payer, balance, limit, reserved: Wei::ZERO, owed }
    }

    /// Who pays.
    pub const fn payer(&self) -> Address {
        self.payer
    }

    /// Reserved for answers being written.
    pub const fn reserved(&self) -> Wei {
        self.reserved
    }

    /// Owed for answers given, not yet captured on chain.
    pub const fn owed(&self) -> Wei {
        self.owed
    }

    /// What can be reserved now.
    pub fn available(&self) -> Wei {
        let ceiling = self.balance.min(self.limit).get();
        Wei::new(ceiling.saturating_sub(self.reserved.get()).saturating_sub(self.owed.get()))
    }

    /// Reserves `most`, the highest fee that the answer can have.
    ///
    /// # Errors
    /// [`AccountError::InsufficientBalance`] with what is needed and what is there.
    pub fn authorize(&mut self, most: Wei) -> Result<Authorization, AccountError> {
        let (payer, available) = (self.payer, self.available());
        if most > available {
            return Err(AccountError::InsufficientBalance { payer, needed: most, available });
        }
        self.reserved = self.reserved.checked_add(most)?;
        Ok(Authorization { payer, amount: most })
    }

    /// Turns a reservation into the fee of an answer that was given; the rest is free again.
    ///
    /// # Errors
    /// [`AccountError::AboveReservation`] for a higher fee, [`AccountError::WrongPayer`] for
    /// somebody else's reservation; the account is unchanged.
    pub fn charge(&mut self, reservation: Authorization, fee: Wei) -> Result<(), AccountError> {
        let (payer, reserved) = (self.payer, reservation.amount);
        if fee > reserved {
            return Err(AccountError::AboveReservation { payer, reserved, fee });
        }
        let left = self.less(&reservation)?;
        self.owed = self.owed.checked_add(fee)?;
        self.reserved = left;
        Ok(())
    }

    /// Gives a reservation back: no answer was given.
    ///
    /// # Errors
    /// [`AccountError::WrongPayer`] for somebody else's reservation.
    pub fn release(&mut self, reservation: Authorization) -> Result<(), AccountError> {
        self.reserved = self.less(&reservation)?;
        Ok(())
    }

    /// Takes over what the chain says after `captured` was captured: the new balance and limit.
    ///
    /// # Errors
    /// [`AccountError::Amount`] when more is captured than was owed; the account is unchanged.
    pub fn settle(&mut self, captured: Wei, balance: Wei, limit: Wei) -> Result<(), AccountError> {
        self.owed = self.owed.checked_sub(captured)?;
        (self.balance, self.limit) = (balance, limit);
        Ok(())
    }

    fn less(&self, reservation: &Authorization) -> Result<Wei, AccountError> {
        if reservation.payer != self.payer {
            let (payer, found) = (self.payer, reservation.payer);
            return Err(AccountError::WrongPayer { payer, found });
        }
        Ok(self.reserved.checked_sub(reservation.amount)?)
    }
}

#[cfg(test)]
mod tests;
