//! The rules of deposits, captures and channels.

use std::collections::{BTreeMap, BTreeSet};

use primitives::{Address, B256};

#[derive(Debug, Clone, Copy, Default)]
struct Deposit {
    balance: u128,
    asked_back: u128,
    executable_s: u64,
}

/// What payers have deposited, and whom they let take it.
#[derive(Debug, Clone, Default)]
pub(super) struct Escrow {
    delay_s: u64,
    deposits: BTreeMap<Address, Deposit>,
    grants: BTreeMap<(Address, Address), (u128, u64)>,
    captured: BTreeSet<(Address, B256)>,
    redeemed: BTreeMap<(Address, Address), u128>,
}

impl Escrow {
    pub(super) fn new(delay_s: u64) -> Self {
        Self { delay_s, ..Self::default() }
    }

    pub(super) fn balance(&self, payer: Address) -> u128 {
        self.deposits.get(&payer).map_or(0, |deposit| deposit.balance)
    }

    pub(super) fn redeemed(&self, payer: Address, host: Address) -> u128 {
        self.redeemed.get(&(payer, host)).copied().unwrap_or(0)
    }

    pub(super) fn deposit(&mut self, payer: Address, wei: u128) -> Option<()> {
        (wei > 0).then(|| self.deposits.entry(payer).or_default().balance += wei)
    }

    pub(super) fn authorize(
        &mut self,
        (payer, host): (Address, Address),
        limit: u128,
        expires_s: u64,
        now_s: u64,
    ) -> Option<()> {
        let (before, until_s) = self.grants.get(&(payer, host)).copied().unwrap_or_default();
        let runs = now_s < until_s + self.delay_s;
        if expires_s < now_s || runs && limit < before {
            return None;
        }
        self.grants.insert((payer, host), (limit, expires_s));
        Some(())
    }

    pub(super) fn revoke(&mut self, payer: Address, host: Address, now_s: u64) {
        let grant = self.grants.entry((payer, host)).or_default();
        grant.1 = grant.1.min(now_s);
    }

    pub(super) fn capture(
        &mut self,
        (payer, host): (Address, Address),
        completion: B256,
        fee: u128,
        now_s: u64,
    ) -> Option<()> {
        let (limit, until_s) = self.grants.get(&(payer, host)).copied().unwrap_or_default();
        let balance = self.balance(payer);
        let is_over = now_s >= until_s + self.delay_s;
        // Nothing to pay on with: the payouts take no empty funding.
        if is_over || fee > limit || fee > balance || fee == 0 {
            return None;
        }
        if !self.captured.insert((host, completion)) {
            return None;
        }
        self.grants.insert((payer, host), (limit - fee, until_s));
        self.deposits.entry(payer).or_default().balance -= fee;
        Some(())
    }

    /// Gives what was taken beyond what had been taken.
    pub(super) fn redeem(
        &mut self,
        (payer, host): (Address, Address),
        (limit, expires_s): (u128, u64),
        cumulative: u128,
        now_s: u64,
    ) -> Option<u128> {
        let before = self.redeemed(payer, host);
        let is_over = now_s >= expires_s + self.delay_s;
        if is_over || cumulative > limit || cumulative <= before {
            return None;
        }
        let wei = cumulative - before;
        if wei > self.balance(payer) {
            return None;
        }
        self.redeemed.insert((payer, host), cumulative);
        self.deposits.entry(payer).or_default().balance -= wei;
        Some(wei)
    }

    pub(super) fn ask_back(&mut self, payer: Address, wei: u128, now_s: u64) -> Option<()> {
        if wei == 0 {
            return None;
        }
        let deposit = self.deposits.entry(payer).or_default();
        (deposit.asked_back, deposit.executable_s) = (wei, now_s + self.delay_s);
        Some(())
    }

    /// Gives what is paid back.
    pub(super) fn give_back(&mut self, payer: Address, now_s: u64) -> Option<u128> {
        let deposit = self.deposits.entry(payer).or_default();
        if deposit.asked_back == 0 || now_s < deposit.executable_s {
            return None;
        }
        let wei = deposit.asked_back.min(deposit.balance);
        *deposit = Deposit { balance: deposit.balance - wei, ..Deposit::default() };
        Some(wei)
    }
}
