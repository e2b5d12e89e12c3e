//! The rules of periods, bonds, claims and demands.

use std::collections::BTreeMap;

use primitives::{Address, B256};

use super::ledger::{DEAD, Numbers, part};

/// Periods that are remembered.
pub(super) const RING: u64 = 16;

/// Everything that everybody has earned.
pub(super) type Earned = BTreeMap<Address, u128>;

/// A posted period.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "when and where it was posted")]
pub(super) struct Posted {
    pub(super) payout: B256,
    pub(super) earned: Earned,
    pub(super) total: u128,
    pub(super) bond: u128,
    pub(super) poster: Address,
    pub(super) posted_s: u64,
    pub(super) posted_block: u64,
    pub(super) window_s: u64,
    pub(super) delay_s: u64,
}

/// What is funded, posted, claimed, withdrawable.
#[derive(Debug, Clone, Default)]
pub(super) struct Payouts {
    pub(super) funded: u128,
    pub(super) claimed_total: u128,
    /// The last period that was posted and not disabled.
    pub(super) posted: u64,
    active: u64,
    periods: BTreeMap<u64, Posted>,
    claimed: BTreeMap<Address, u128>,
    withdrawable: BTreeMap<Address, u128>,
    /// To whom from when on, and to whom before.
    payees: BTreeMap<Address, (Address, u64, Address)>,
    demands: BTreeMap<(B256, u64), (Address, u128, u64)>,
    pub(super) demand_refunds: BTreeMap<Address, u128>,
}

impl Payouts {
    /// The period that claims are checked against.
    pub(super) fn active(&mut self, now_s: u64) -> u64 {
        while let Some(next) =
            self.periods.get(&(self.active + 1)).filter(|_| self.active < self.posted)
            && now_s >= next.posted_s + next.delay_s
        {
            self.active += 1;
        }
        self.active
    }

    pub(super) fn is_pending(&mut self, period: u64, now_s: u64) -> bool {
        period > self.active(now_s) && period <= self.posted
    }

    pub(super) fn period(&self, period: u64) -> Option<&Posted> {
        self.periods.get(&period)
    }

    pub(super) fn last_total(&self) -> u128 {
        self.periods.get(&self.posted).map_or(0, |last| last.total)
    }

    pub(super) fn withdrawable(&self, account: Address) -> u128 {
        self.withdrawable.get(&account).copied().unwrap_or(0)
    }

    fn give_back(&mut self, number: u64) {
        if let Some(period) = self.periods.get_mut(&number) {
            let (bond, poster) = (std::mem::take(&mut period.bond), period.poster);
            *self.withdrawable.entry(poster).or_default() += bond;
        }
    }

    pub(super) fn post(&mut self, period: Posted, now_s: u64) -> Option<()> {
        let number = self.posted + 1;
        let is_full = number - self.active(now_s) >= RING;
        if is_full || period.total < self.last_total() || period.total > self.funded {
            return None;
        }
        // The slot's last owner gets its bond back: an old active period, or a disabled one.
        if let Some(old) = number.checked_sub(RING) {
            self.give_back(old);
            self.periods.remove(&old);
        }
        self.periods.insert(number, period);
        self.posted = number;
        Some(())
    }

    /// Takes a pending period and all after it away; the bonds of those after it go back.
    fn disable_from(&mut self, number: u64, now_s: u64) -> Option<()> {
        if !self.is_pending(number, now_s) {
            return None;
        }
        for later in number + 1..=self.posted {
            self.give_back(later);
        }
        self.posted = number - 1;
        Some(())
    }

    pub(super) fn disable(&mut self, number: u64, now_s: u64) -> Option<()> {
        self.disable_from(number, now_s)?;
        self.give_back(number);
        Some(())
    }

    /// A period was proven false.
    pub(super) fn convict(
        &mut self,
        number: u64,
        challenger: Address,
        numbers: &Numbers,
        now_s: u64,
    ) -> Option<()> {
        self.disable_from(number, now_s)?;
        let bond = std::mem::take(&mut self.periods.get_mut(&number)?.bond);
        let reward = part(bond, numbers.challenger_ppm());
        *self.withdrawable.entry(challenger).or_default() += reward;
        *self.withdrawable.entry(DEAD).or_default() += bond - reward;
        Some(())
    }

    pub(super) fn release(&mut self, number: u64, now_s: u64) -> Option<()> {
        let is_active = number > 0 && number <= self.active(now_s) && number + RING > self.posted;
        let has_bond = self.periods.get(&number).is_some_and(|period| period.bond > 0);
        (is_active && has_bond).then(|| self.give_back(number))
    }

    pub(super) fn withdraw(&mut self, account: Address) -> Option<u128> {
        let wei = self.withdrawable.remove(&account)?;
        (wei > 0).then_some(wei)
    }

    pub(super) fn claimed(&self, account: Address) -> u128 {
        self.claimed.get(&account).copied().unwrap_or(0)
    }

    /// What a claim of what the active period says pays, and to whom.
    pub(super) fn claim(&mut self, account: Address, now_s: u64) -> Option<(Address, u128)> {
        let active = self.active(now_s);
        let earned = *self.periods.get(&active)?.earned.get(&account)?;
        let wei = earned.checked_sub(self.claimed(account)).filter(|wei| *wei > 0)?;
        self.claimed.insert(account, earned);
        self.claimed_total += wei;
        Some((self.payee(account, now_s), wei))
    }

    pub(super) fn payee(&self, account: Address, now_s: u64) -> Address {
        match self.payees.get(&account) {
            Some((next, from_s, _)) if now_s >= *from_s => *next,
            Some((_, _, before)) => *before,
            None => account,
        }
    }

    pub(super) fn set_payee(&mut self, account: Address, payee: Address, from_s: u64, now_s: u64) {
        let before = self.payee(account, now_s);
        self.payees.insert(account, (payee, from_s, before));
    }

    pub(super) fn cancel_payee(&mut self, account: Address, now_s: u64) -> Option<()> {
        let (next, from_s, before) = self.payees.get_mut(&account)?;
        if now_s >= *from_s {
            return None;
        }
        (*next, *from_s) = (*before, now_s);
        Some(())
    }

    pub(super) fn demand(
        &mut self,
        (number, index): (u64, u64),
        by: Address,
        numbers: &Numbers,
        now_s: u64,
    ) -> Option<()> {
        if !self.is_pending(number, now_s) {
            return None;
        }
        let period = self.periods.get_mut(&number)?;
        let (delay_s, deadline_s) = (numbers.reveal_delay_s(), now_s + numbers.reveal_delay_s());
        let until_s = deadline_s + delay_s;
        let key = (period.payout, index);
        if self.demands.contains_key(&key) || until_s > period.posted_s + 2 * period.window_s {
            return None;
        }
        period.delay_s = period.delay_s.max(until_s - period.posted_s);
        self.demands.insert(key, (by, numbers.demand_bond(), deadline_s));
        Some(())
    }

    pub(super) fn reveal(&mut self, number: u64, index: u64, now_s: u64) -> Option<()> {
        if !self.is_pending(number, now_s) {
            return None;
        }
        let period = self.periods.get(&number)?;
        let (key, poster) = ((period.payout, index), period.poster);
        let (_, bond, deadline_s) = *self.demands.get(&key)?;
        if now_s > deadline_s {
            return None;
        }
        self.demands.remove(&key);
        *self.demand_refunds.entry(poster).or_default() += bond;
        Some(())
    }

    /// Ends a demand; whether its period was convicted.
    pub(super) fn expire(
        &mut self,
        (payout, number, index): (B256, u64, u64),
        numbers: &Numbers,
        now_s: u64,
    ) -> Option<bool> {
        let (by, bond, deadline_s) = *self.demands.get(&(payout, index))?;
        let is_pending = self.is_pending(number, now_s)
            && self.periods.get(&number).is_some_and(|period| period.payout == payout);
        if is_pending && now_s <= deadline_s {
            return None;
        }
        self.demands.remove(&(payout, index));
        *self.demand_refunds.entry(by).or_default() += bond;
        if is_pending {
            self.convict(number, by, numbers, now_s)?;
        }
        Some(is_pending)
    }

    pub(super) fn some_demand(&self, place: usize) -> Option<(B256, u64)> {
        let count = self.demands.len().max(1);
        self.demands.keys().nth(place % count).copied()
    }
}
