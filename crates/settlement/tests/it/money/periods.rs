//! Posting, claiming, disputing.

use std::collections::BTreeMap;

use primitives::{B256, ChainRecord as _, Payout, Wei};
use settlement::{
    Balances, ClosedPeriod, Earning, FraudProof, PublishedAnswer, SettledAnswer, SettledAnswers,
};

use super::ledger::DEAD;
use super::payouts::{Earned, Posted, RING};
use super::run::Run;

impl Run {
    pub(super) fn post(&mut self) -> Option<bool> {
        let now_s = self.now_s();
        let last = self.payouts.posted;
        let answers = self.open.clone();
        let earnings: Vec<Earning> =
            answers.iter().map(|answered| answered.earning.clone()).collect();
        let (domain, before) = (self.contracts.domain(), self.closed.get(&last));
        let closed = ClosedPeriod::close(domain, before, &earnings, now_s).expect("new answers");
        let mut earned: Earned =
            self.payouts.period(last).map_or_else(BTreeMap::new, |last| last.earned.clone());
        for (account, wei) in answers.iter().flat_map(|answered| &answered.lines) {
            if *wei > 0 {
                *earned.entry(*account).or_default() += wei;
            }
        }
        let listed: Earned =
            closed.balances().iter().map(|(account, wei)| (account, wei.get())).collect();
        assert_eq!(listed, earned, "the crate adds up what the rules say");
        let bond = self.numbers.poster_bond();
        let posted = Posted {
            payout: closed.id(),
            total: earned.values().sum(),
            earned,
            bond,
            poster: self.operator,
            posted_s: now_s,
            posted_block: self.blocks,
            window_s: self.numbers.window_s(),
            delay_s: self.numbers.window_s(),
        };
        let data = closed.balances().digest();
        let call = self.contracts.post(closed.payout(), data, Wei::new(bond));
        let is_paused = now_s < self.paused_until_s;
        let allowed = !is_paused && self.payouts.post(posted, now_s).is_some();
        if allowed {
            self.ledger.pay(self.operator, self.contracts.payouts, bond);
            self.closed.insert(last + 1, closed);
            self.settled.insert(last + 1, std::mem::take(&mut self.open));
            self.closed.retain(|number, _| number + 2 * RING > last);
            self.settled.retain(|number, _| number + 2 * RING > last);
        }
        self.expect(self.operator, &call, allowed)
    }

    /// The Rust side forgets everything and reads it back.
    #[expect(clippy::unnecessary_wraps, reason = "every operation has this shape")]
    pub(super) fn restart(&mut self) -> Option<bool> {
        let domain = self.contracts.domain();
        let restored = std::mem::take(&mut self.closed).into_iter().map(|(number, closed)| {
            let payout = Payout::decode(&closed.payout().encode()).expect("a record");
            let list = Balances::decode(&closed.balances().encode()).expect("a list");
            let restored = ClosedPeriod::restore(domain, payout, list).expect("the same period");
            assert_eq!(restored.id(), closed.id());
            (number, restored)
        });
        self.closed = restored.collect();
        Some(true)
    }

    fn account(&mut self) -> primitives::Address {
        match self.dice.below(20) {
            0 => self.contracts.attestations,
            1 => self.contracts.timelock,
            2 => DEAD,
            3..=5 => self.host(),
            _ => self.person(),
        }
    }

    pub(super) fn claim(&mut self) -> Option<bool> {
        let (account, now_s) = (self.account(), self.now_s());
        let active = self.payouts.active(now_s);
        let entitlement = self.closed.get(&active)?.entitlement(account).expect("a tree")?;
        let call = self.contracts.claim(&entitlement);
        let paid = self.payouts.claim(account, now_s);
        if let Some((payee, wei)) = paid {
            self.ledger.pay(self.contracts.payouts, payee, wei);
        }
        let from = self.person();
        self.expect(from, &call, paid.is_some())
    }

    pub(super) fn claim_many(&mut self) -> Option<bool> {
        let now_s = self.now_s();
        let active = self.payouts.active(now_s);
        let all = self.closed.get(&active)?.entitlements().expect("a tree");
        for entitlement in &all {
            if let Some((payee, wei)) = self.payouts.claim(entitlement.account, now_s) {
                self.ledger.pay(self.contracts.payouts, payee, wei);
            }
        }
        let from = self.person();
        for call in self.contracts.claims(&all) {
            self.expect(from, &call, true)?;
        }
        Some(true)
    }

    /// What another period says counts for nothing.
    pub(super) fn stale_claim(&mut self) -> Option<bool> {
        let (account, now_s) = (self.account(), self.now_s());
        let active = self.payouts.active(now_s);
        let other = if self.dice.below(2) == 0 { active + 1 } else { active.checked_sub(1)? };
        let (closed, right) = (self.closed.get(&other)?, self.closed.get(&active)?);
        if closed.root() == right.root() {
            return None;
        }
        let entitlement = closed.entitlement(account).expect("a tree")?;
        let call = self.contracts.claim(&entitlement);
        self.expect(account, &call, false)?;
        Some(true)
    }

    pub(super) fn release(&mut self) -> Option<bool> {
        let now_s = self.now_s();
        let number = (self.payouts.posted + 1).checked_sub(self.dice.below(20))?;
        let allowed = self.payouts.release(number, now_s).is_some();
        let from = self.person();
        self.expect(from, &self.contracts.release(number), allowed)
    }

    pub(super) fn withdraw_bonds(&mut self) -> Option<bool> {
        let account = match self.dice.below(3) {
            0 => self.operator,
            1 => DEAD,
            _ => self.person(),
        };
        let paid = self.payouts.withdraw(account);
        if let Some(wei) = paid {
            self.ledger.pay(self.contracts.payouts, account, wei);
        }
        let from = self.person();
        self.expect(from, &self.contracts.withdraw_bonds(account), paid.is_some())
    }

    pub(super) fn set_payee(&mut self) -> Option<bool> {
        let (account, payee, now_s) = (self.person(), self.person(), self.now_s());
        self.payouts.set_payee(account, payee, now_s + 200, now_s);
        self.expect(account, &self.contracts.set_payee(payee), true)
    }

    pub(super) fn cancel_payee(&mut self) -> Option<bool> {
        let (account, now_s) = (self.person(), self.now_s());
        let allowed = self.payouts.cancel_payee(account, now_s).is_some();
        self.expect(account, &self.contracts.cancel_payee(), allowed)
    }

    /// A period that may be pending.
    fn late_period(&mut self) -> Option<u64> {
        (self.payouts.posted + 1).checked_sub(self.dice.below(4))
    }

    /// The answers of periods that are gone wait for the next one.
    fn reopen(&mut self, last: u64) {
        let gone = self.settled.split_off(&(last + 1));
        self.open.extend(gone.into_values().flatten());
        drop(self.closed.split_off(&(last + 1)));
    }

    pub(super) fn disable(&mut self) -> Option<bool> {
        let (number, now_s) = (self.late_period()?, self.now_s());
        let allowed = self.payouts.disable(number, now_s).is_some();
        if allowed {
            self.reopen(number - 1);
        }
        self.expect(self.operator, &self.contracts.disable(number), allowed)
    }

    /// One answer of a period as it is published, by its place among them.
    fn published(&self, number: u64, index: u64) -> Option<PublishedAnswer> {
        let answers = self.settled.get(&number)?;
        let settled = answers.iter().map(|answered| SettledAnswer::from(&answered.earning));
        let tree = SettledAnswers::new(settled).expect("distinct answers");
        let completion = tree.answers().get(usize::try_from(index).ok()?)?.completion;
        let proof = tree.proof(number, completion).expect("a tree").expect("its own answer");
        let mut answers = answers.iter();
        let chosen = answers.find(|answered| answered.earning.completion == completion)?;
        let (completion, receipt) = (chosen.completion.clone(), chosen.receipt.clone());
        Some(PublishedAnswer { proof, completion, receipt })
    }

    /// Nobody signs anything here, so every answer is a fraud that somebody may prove.
    pub(super) fn dispute(&mut self) -> Option<bool> {
        let (number, now_s, challenger) = (self.late_period()?, self.now_s(), self.person());
        let index = self.dice.below(8);
        let answer = self.published(number, index)?;
        let payout = self.payouts.period(number)?.payout;
        let call = self.contracts.prove(&FraudProof::Signature { answer });
        let numbers = self.numbers.clone();
        let allowed = self.payouts.convict(number, challenger, &numbers, now_s).is_some();
        if allowed {
            self.fraud.insert(payout);
            self.reopen(number - 1);
        }
        self.expect(challenger, &call, allowed)
    }

    pub(super) fn demand(&mut self) -> Option<bool> {
        let (number, now_s, by) = (self.late_period()?, self.now_s(), self.person());
        let (index, bond) = (self.dice.below(3), self.numbers.demand_bond());
        let call = self.contracts.demand(number, index, Wei::new(bond));
        let numbers = self.numbers.clone();
        let allowed = self.payouts.demand((number, index), by, &numbers, now_s).is_some();
        if allowed {
            self.ledger.pay(by, self.contracts.disputes, bond);
        }
        self.expect(by, &call, allowed)
    }

    pub(super) fn reveal(&mut self) -> Option<bool> {
        let (place, now_s, by) = (self.dice.place(50), self.now_s(), self.person());
        let (payout, index) = self.payouts.some_demand(place)?;
        let number = self.number_of(payout);
        let answer = self.published(number, index)?;
        let call = self.contracts.reveal_answer(&answer);
        let allowed = self.payouts.reveal(number, index, now_s).is_some();
        self.expect(by, &call, allowed)
    }

    pub(super) fn expire(&mut self) -> Option<bool> {
        let (place, now_s, by) = (self.dice.place(50), self.now_s(), self.person());
        let (payout, index) = self.payouts.some_demand(place)?;
        let number = self.number_of(payout);
        let call = self.contracts.expire_demand(payout, number, index);
        let numbers = self.numbers.clone();
        let ended = self.payouts.expire((payout, number, index), &numbers, now_s);
        if ended == Some(true) {
            self.fraud.insert(payout);
            self.reopen(number - 1);
        }
        self.expect(by, &call, ended.is_some())
    }

    /// The period of a payout that is still known, or any.
    fn number_of(&self, payout: B256) -> u64 {
        let known = self.closed.iter().find(|(_, closed)| closed.id() == payout);
        known.map_or(1, |(number, _)| *number)
    }

    pub(super) fn withdraw_demands(&mut self) -> Option<bool> {
        let account = if self.dice.below(2) == 0 { self.operator } else { self.person() };
        let paid = self.payouts.demand_refunds.remove(&account);
        if let Some(wei) = paid {
            self.ledger.pay(self.contracts.disputes, account, wei);
        }
        let from = self.person();
        self.expect(from, &self.contracts.withdraw_demands(account), paid.is_some())
    }
}
