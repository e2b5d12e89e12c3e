//! Stake, draws, attestations, slashes.

use std::collections::BTreeSet;

use primitives::{Address, SharePpm, Wei};

use super::ledger::DEAD;
use super::payouts::RING;
use super::pools::Draw;
use super::run::Run;

/// Blocks whose hashes a contract can read.
const HASHES: u64 = 256;

impl Run {
    fn validator(&mut self) -> Address {
        self.dice.pick(&self.validators)
    }

    pub(super) fn register(&mut self) -> Option<bool> {
        let (validator, now_s) = (self.validator(), self.now_s());
        // A commission may fall and not rise while others share the pool.
        let commission = match self.dice.below(4) {
            0 => u32::try_from(self.dice.below(1_000_001)).expect("a share"),
            _ => 0,
        };
        let wei = self.dice.amount(20_000_000);
        let share = SharePpm::new(commission).expect("at most a whole");
        let call = self.contracts.register_validator(share, Wei::new(wei));
        let asked = (u128::from(commission), wei);
        let allowed = self.pools.register(validator, asked, &self.numbers, now_s).is_some();
        if allowed {
            self.ledger.pay(validator, self.contracts.staking, wei);
        }
        self.expect(validator, &call, allowed)
    }

    pub(super) fn delegate(&mut self) -> Option<bool> {
        let (validator, now_s) = (self.validator(), self.now_s());
        let owner = if self.dice.below(5) == 0 { validator } else { self.person() };
        let wei = self.dice.amount(1 << self.dice.clone().below(40));
        let call = self.contracts.delegate(validator, Wei::new(wei));
        let pair = (validator, owner);
        let allowed = self.pools.delegate(pair, wei, &self.numbers, now_s).is_some();
        if allowed {
            self.ledger.pay(owner, self.contracts.staking, wei);
        }
        self.expect(owner, &call, allowed)
    }

    pub(super) fn unbond(&mut self) -> Option<bool> {
        let (validator, now_s) = (self.validator(), self.now_s());
        let owner = if self.dice.below(40) == 0 { validator } else { self.person() };
        let held = self.pools.position(validator, owner);
        let shares = match self.dice.below(4) {
            0 => held,
            1 => held + 1,
            _ => self.dice.amount(held + 1),
        };
        let call = self.contracts.unbond(validator, shares);
        let pair = (validator, owner);
        let allowed = self.pools.unbond(pair, shares, &self.numbers, now_s).is_some();
        self.expect(owner, &call, allowed)
    }

    pub(super) fn withdraw_stake(&mut self) -> Option<bool> {
        let (place, now_s) = (self.dice.place(1_000), self.now_s());
        let (id, owner) = self.pools.some_ticket(place)?;
        let from = if self.dice.below(10) == 0 { self.person() } else { owner };
        let paid = self.pools.withdraw(id, from, now_s);
        if let Some(wei) = paid {
            self.ledger.pay(self.contracts.staking, from, wei);
        }
        self.expect(from, &self.contracts.withdraw_stake(id), paid.is_some())
    }

    fn recent(&mut self) -> u64 {
        (self.payouts.posted + 1).saturating_sub(self.dice.below(4))
    }

    /// Whether the slot of the ring can be taken for a payout, and which block decides.
    fn seed_block(&self, number: u64, payout: primitives::B256, posted_block: u64) -> Option<u64> {
        let Some(entry) = self.draws.get(&(number % RING)) else { return Some(posted_block + 1) };
        if entry.payout == payout {
            return entry.drawn.is_empty().then_some(entry.seed_block);
        }
        let is_unpunished = !entry.attested.is_empty() && self.fraud.contains(&entry.payout);
        (!is_unpunished).then_some(posted_block + 1)
    }

    pub(super) fn draw(&mut self) -> Option<bool> {
        let (number, now_s, from) = (self.recent(), self.now_s(), self.person());
        let call = self.contracts.draw(number);
        let is_pending = self.payouts.is_pending(number, now_s);
        let period = self.payouts.period(number).filter(|_| is_pending);
        let facts = period
            .map(|period| (period.payout, period.posted_block, period.posted_s + period.window_s));
        let seed = facts.and_then(|(payout, block, latest_s)| {
            let seed = self.seed_block(number, payout, block)?;
            (self.blocks > seed && now_s < latest_s).then_some((payout, seed))
        });
        let Some((payout, seed_block)) = seed else { return self.expect(from, &call, false) };
        let mut entry = Draw { payout, seed_block, ..Draw::default() };
        if self.blocks > seed_block + HASHES {
            entry.seed_block = self.blocks + 1;
            self.draws.insert(number % RING, entry);
            return self.expect(from, &call, true);
        }
        let window_s = self.numbers.window_s();
        let weighty = |validator: &&Address| self.pools.weight(**validator, window_s, now_s) > 0;
        let weighty: BTreeSet<Address> =
            self.pools.listed.iter().filter(weighty).copied().collect();
        if weighty.is_empty() {
            return self.expect(from, &call, false);
        }
        self.expect(from, &call, true)?;
        let drawn = self.contracts.attesters(&self.evm, number, payout).expect("a read");
        entry.drawn = drawn.iter().map(|attester| attester.validator).collect();
        let distinct: BTreeSet<Address> = entry.drawn.iter().copied().collect();
        assert_eq!(distinct.len(), self.numbers.attesters().min(weighty.len()));
        assert_eq!(distinct.len(), entry.drawn.len());
        assert!(distinct.is_subset(&weighty));
        self.draws.insert(number % RING, entry);
        Some(true)
    }

    pub(super) fn attest(&mut self) -> Option<bool> {
        let (number, now_s) = (self.recent(), self.now_s());
        let drawn = self.draws.get(&(number % RING)).map_or(&[][..], |entry| &entry.drawn);
        let validator = match self.dice.below(5) {
            0 => self.dice.pick(&self.validators),
            _ => *drawn.get(self.dice.place(drawn.len().max(1)))?,
        };
        let payout = self.payouts.period(number)?.payout;
        let is_pending = self.payouts.is_pending(number, now_s);
        let entry = self.draws.get_mut(&(number % RING));
        let entry = entry.filter(|entry| is_pending && entry.payout == payout);
        let entry = entry.filter(|entry| entry.drawn.contains(&validator));
        let allowed = entry.is_some_and(|entry| entry.attested.insert(validator));
        self.expect(validator, &self.contracts.attest(number, payout), allowed)
    }

    pub(super) fn distribute(&mut self) -> Option<bool> {
        let (number, now_s, from) = (self.recent(), self.now_s(), self.person());
        let is_active = number > 0 && number <= self.payouts.active(now_s);
        let payout = self.payouts.period(number).map(|period| period.payout);
        let pot = self.ledger.of(self.contracts.attestations);
        let entry = self
            .draws
            .get(&(number % RING))
            .filter(|entry| is_active && Some(entry.payout) == payout && !entry.is_distributed);
        let honoured: Vec<Address> = entry.map_or_else(Vec::new, |entry| {
            let drawn = entry.drawn.iter();
            drawn.filter(|validator| entry.attested.contains(*validator)).copied().collect()
        });
        let share = pot.checked_div(honoured.len() as u128).unwrap_or(0);
        let before = self.pools.clone();
        let rewarded = share > 0
            && honoured.iter().all(|validator| self.pools.reward(*validator, share).is_some());
        if rewarded {
            let sum = share * honoured.len() as u128;
            self.ledger.pay(self.contracts.attestations, self.contracts.staking, sum);
            self.draws.entry(number % RING).or_default().is_distributed = true;
        } else {
            self.pools = before;
        }
        self.expect(from, &self.contracts.distribute(number), rewarded)
    }

    /// Whoever attested a fraud is slashed.
    pub(super) fn punish(&mut self) -> Option<bool> {
        let (now_s, from) = (self.now_s(), self.person());
        let guilty = self
            .draws
            .iter()
            .find(|(_, entry)| !entry.attested.is_empty() && self.fraud.contains(&entry.payout));
        let (slot, validator) = match guilty {
            Some((slot, entry)) => (*slot, *entry.attested.first()?),
            None => (self.dice.below(RING), self.validator()),
        };
        let entry = self.draws.get_mut(&slot)?;
        let payout = entry.payout;
        let is_guilty = self.fraud.contains(&payout) && entry.attested.remove(&validator);
        if is_guilty {
            self.pools.propose_slash(validator, from, &self.numbers, now_s);
        }
        self.expect(from, &self.contracts.punish(slot, payout, validator), is_guilty)
    }

    /// Executes or vetoes a slash, or pays a reward out.
    pub(super) fn slash(&mut self) -> Option<bool> {
        let (now_s, from, place) = (self.now_s(), self.person(), self.dice.place(40));
        match (self.dice.below(5), self.pools.some_slash(place)) {
            (0..=2, Some(id)) => {
                let allowed = self.pools.execute(id, now_s).is_some();
                self.expect(from, &self.contracts.execute_slash(id), allowed)
            }
            (3, Some(id)) if self.dice.below(3) == 0 => {
                let allowed = self.pools.veto(id, now_s).is_some();
                self.expect(self.operator, &self.contracts.veto_slash(id), allowed)
            }
            _ => {
                let account = if self.dice.below(2) == 0 { DEAD } else { self.person() };
                let paid = self.pools.withdraw_reward(account);
                if let Some(wei) = paid {
                    self.ledger.pay(self.contracts.staking, account, wei);
                }
                self.expect(from, &self.contracts.withdraw_reward(account), paid.is_some())
            }
        }
    }
}
