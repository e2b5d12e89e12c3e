//! The rules of stake: shares of pools, tickets, slashes; and of attesting.

use std::collections::{BTreeMap, BTreeSet};

use primitives::{Address, B256};

use super::ledger::{DEAD, Numbers, part, ratio};

const TICKET_SHARES_MAX: u128 = (1 << 96) - 1;

#[derive(Debug, Clone, Default)]
struct Pool {
    stake: u128,
    shares: u128,
    leaving: u128,
    leaving_shares: u128,
    least: u128,
    commission: u128,
    slashes: u32,
    fresh_s: u64,
    fresh: u128,
    older: u128,
}

#[derive(Debug, Clone, Copy)]
struct Ticket {
    owner: Address,
    ready_s: u64,
    validator: Address,
    shares: u128,
}

#[derive(Debug, Clone, Copy)]
struct Slash {
    validator: Address,
    executable_s: u64,
    challenger: Address,
    ppm: u128,
    challenger_ppm: u128,
    is_pending: bool,
}

/// All validators' pools.
#[derive(Debug, Clone, Default)]
pub(super) struct Pools {
    of: BTreeMap<Address, Pool>,
    pub(super) listed: BTreeSet<Address>,
    positions: BTreeMap<(Address, Address), u128>,
    tickets: BTreeMap<u64, Ticket>,
    pub(super) tickets_made: u64,
    slashes: BTreeMap<u64, Slash>,
    withdrawable: BTreeMap<Address, u128>,
}

/// Shares that an amount buys.
fn buys(wei: u128, pool: u128, shares: u128) -> Option<u128> {
    if shares == 0 { Some(wei) } else { ratio(wei, shares, pool) }
}

fn worth(held: u128, pool: u128, shares: u128) -> u128 {
    ratio(held, pool, shares).unwrap_or(0)
}

impl Pool {
    /// What was added in the present stretch and in the one before, and since when.
    fn freshness(&self, window_s: u64, now_s: u64) -> (u64, u128, u128) {
        let since_s = now_s - self.fresh_s;
        if since_s < window_s {
            return (self.fresh_s, self.fresh, self.older);
        }
        (now_s, 0, if since_s < 2 * window_s { self.fresh } else { 0 })
    }
}

impl Pools {
    pub(super) fn position(&self, validator: Address, owner: Address) -> u128 {
        self.positions.get(&(validator, owner)).copied().unwrap_or(0)
    }

    fn own(&self, validator: Address) -> u128 {
        let held = self.position(validator, validator);
        self.of.get(&validator).map_or(0, |pool| worth(held, pool.stake, pool.shares))
    }

    pub(super) fn weight(&self, validator: Address, window_s: u64, now_s: u64) -> u128 {
        let Some(pool) = self.of.get(&validator) else { return 0 };
        let (_, fresh, older) = pool.freshness(window_s, now_s);
        pool.stake.saturating_sub(fresh + older)
    }

    fn add(
        &mut self,
        (validator, owner): (Address, Address),
        wei: u128,
        window_s: u64,
        now_s: u64,
    ) -> Option<()> {
        let pool = self.of.entry(validator).or_default();
        let shares = buys(wei, pool.stake, pool.shares).filter(|shares| *shares > 0)?;
        let (fresh_s, fresh, older) = pool.freshness(window_s, now_s);
        (pool.fresh_s, pool.fresh, pool.older) = (fresh_s, fresh + wei, older);
        pool.stake += wei;
        pool.shares = pool.shares.checked_add(shares)?;
        *self.positions.entry((validator, owner)).or_default() += shares;
        Some(())
    }

    pub(super) fn register(
        &mut self,
        validator: Address,
        (commission, wei): (u128, u128),
        numbers: &Numbers,
        now_s: u64,
    ) -> Option<()> {
        let before = self.clone();
        let registered = self.try_register(validator, (commission, wei), numbers, now_s);
        if registered.is_none() {
            *self = before;
        }
        registered
    }

    fn try_register(
        &mut self,
        validator: Address,
        (commission, wei): (u128, u128),
        numbers: &Numbers,
        now_s: u64,
    ) -> Option<()> {
        let pool = self.of.entry(validator).or_default();
        let most = if pool.shares == 0 { 1_000_000 } else { pool.commission };
        if self.listed.contains(&validator) || commission > most || pool.slashes > 0 {
            return None;
        }
        (pool.commission, pool.least) = (commission, numbers.stake_min());
        self.listed.insert(validator);
        if wei > 0 {
            self.add((validator, validator), wei, numbers.window_s(), now_s)?;
        }
        (self.own(validator) >= numbers.stake_min()).then_some(())
    }

    pub(super) fn delegate(
        &mut self,
        (validator, owner): (Address, Address),
        wei: u128,
        numbers: &Numbers,
        now_s: u64,
    ) -> Option<()> {
        let is_slashed = self.of.get(&validator).is_some_and(|pool| pool.slashes > 0);
        if !self.listed.contains(&validator) || is_slashed {
            return None;
        }
        self.add((validator, owner), wei, numbers.window_s(), now_s)
    }

    pub(super) fn unbond(
        &mut self,
        (validator, owner): (Address, Address),
        shares: u128,
        numbers: &Numbers,
        now_s: u64,
    ) -> Option<()> {
        let held = self.position(validator, owner);
        let pool = self.of.get_mut(&validator)?;
        if shares > held {
            return None;
        }
        let wei = worth(shares, pool.stake, pool.shares);
        let minted = buys(wei, pool.leaving, pool.leaving_shares)?;
        if wei == 0 || minted > TICKET_SHARES_MAX {
            return None;
        }
        pool.stake -= wei;
        pool.shares -= shares;
        let (fresh_s, fresh, older) = pool.freshness(numbers.window_s(), now_s);
        if fresh + older > 0 {
            let of_fresh = wei.min(fresh);
            let of_older = (wei - of_fresh).min(older);
            (pool.fresh_s, pool.fresh, pool.older) = (fresh_s, fresh - of_fresh, older - of_older);
        }
        pool.leaving += wei;
        pool.leaving_shares += minted;
        self.positions.insert((validator, owner), held - shares);
        self.tickets_made += 1;
        let ready_s = now_s + numbers.unbonding_delay_s();
        let ticket = Ticket { owner, ready_s, validator, shares: minted };
        self.tickets.insert(self.tickets_made, ticket);
        if owner == validator {
            self.delist_if_below(validator);
        }
        Some(())
    }

    fn delist_if_below(&mut self, validator: Address) {
        let least = self.of.get(&validator).map_or(0, |pool| pool.least);
        if self.own(validator) < least {
            self.listed.remove(&validator);
        }
    }

    /// Gives what is paid out.
    pub(super) fn withdraw(&mut self, id: u64, owner: Address, now_s: u64) -> Option<u128> {
        let ticket = *self.tickets.get(&id)?;
        let pool = self.of.get_mut(&ticket.validator)?;
        if ticket.owner != owner || now_s < ticket.ready_s || pool.slashes > 0 {
            return None;
        }
        let wei = worth(ticket.shares, pool.leaving, pool.leaving_shares);
        pool.leaving -= wei;
        pool.leaving_shares -= ticket.shares;
        self.tickets.remove(&id);
        Some(wei)
    }

    pub(super) fn some_ticket(&self, place: usize) -> Option<(u64, Address)> {
        let count = self.tickets.len().max(1);
        self.tickets.iter().nth(place % count).map(|(id, ticket)| (*id, ticket.owner))
    }

    pub(super) fn reward(&mut self, validator: Address, wei: u128) -> Option<()> {
        let pool = self.of.entry(validator).or_default();
        let commission = if pool.shares == 0 { wei } else { part(wei, pool.commission) };
        let stake = pool.stake + (wei - commission);
        let shares = buys(commission, stake, pool.shares)?;
        pool.stake = stake + commission;
        pool.shares = pool.shares.checked_add(shares)?;
        *self.positions.entry((validator, validator)).or_default() += shares;
        Some(())
    }

    pub(super) fn propose_slash(
        &mut self,
        validator: Address,
        challenger: Address,
        numbers: &Numbers,
        now_s: u64,
    ) {
        let id = self.slashes.len() as u64 + 1;
        let slash = Slash {
            validator,
            executable_s: now_s + numbers.veto_delay_s(),
            challenger,
            ppm: numbers.slash_ppm(),
            challenger_ppm: numbers.challenger_ppm(),
            is_pending: true,
        };
        self.slashes.insert(id, slash);
        self.of.entry(validator).or_default().slashes += 1;
    }

    pub(super) fn some_slash(&self, place: usize) -> Option<u64> {
        let pending: Vec<u64> = self
            .slashes
            .iter()
            .rev()
            .take(40)
            .filter(|(_, slash)| slash.is_pending)
            .map(|(id, _)| *id)
            .collect();
        pending.get(place % pending.len().max(1)).copied()
    }

    pub(super) fn execute(&mut self, id: u64, now_s: u64) -> Option<()> {
        let slash = self.slashes.get_mut(&id)?;
        if !slash.is_pending || now_s < slash.executable_s {
            return None;
        }
        slash.is_pending = false;
        let slash = *slash;
        let pool = self.of.get_mut(&slash.validator)?;
        pool.slashes -= 1;
        let (stake, leaving) = (part(pool.stake, slash.ppm), part(pool.leaving, slash.ppm));
        pool.stake -= stake;
        pool.leaving -= leaving;
        let reward = part(stake + leaving, slash.challenger_ppm);
        *self.withdrawable.entry(slash.challenger).or_default() += reward;
        *self.withdrawable.entry(DEAD).or_default() += stake + leaving - reward;
        self.delist_if_below(slash.validator);
        Some(())
    }

    pub(super) fn veto(&mut self, id: u64, now_s: u64) -> Option<()> {
        let slash = self.slashes.get_mut(&id)?;
        if !slash.is_pending || now_s >= slash.executable_s {
            return None;
        }
        slash.is_pending = false;
        self.of.get_mut(&slash.validator)?.slashes -= 1;
        Some(())
    }

    pub(super) fn withdraw_reward(&mut self, account: Address) -> Option<u128> {
        self.withdrawable.remove(&account).filter(|wei| *wei > 0)
    }

    /// All stake, all that is leaving, all that can be withdrawn.
    pub(super) fn held(&self) -> u128 {
        let pools: u128 = self.of.values().map(|pool| pool.stake + pool.leaving).sum();
        pools + self.withdrawable.values().sum::<u128>()
    }
}

/// Who was drawn for a payout, and who attested it.
#[derive(Debug, Clone, Default)]
pub(super) struct Draw {
    pub(super) payout: B256,
    pub(super) seed_block: u64,
    pub(super) drawn: Vec<Address>,
    pub(super) attested: BTreeSet<Address>,
    pub(super) is_distributed: bool,
}
