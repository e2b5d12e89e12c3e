//! Deposits, answers, channels.

use primitives::{Address, AttributionReceipt, ChainRecord as _, Wei};
use settlement::{Capture, Redemption, Voucher};

use super::ledger::{DEAD, part};
use super::run::Run;

impl Run {
    /// Who earns what of a fee, by the rules: floors, and what is left to the treasury.
    pub(super) fn lines(
        &self,
        receipt: &AttributionReceipt,
        fee: u128,
        owner: Address,
        host: Address,
    ) -> Vec<(Address, u128)> {
        let [contributors, owners, hosts, validators, treasury, burn] =
            *self.splits.last().expect("a split");
        let (network, pool) = (self.contracts.timelock, part(fee, contributors));
        let records = receipt
            .shares
            .iter()
            .map(|share| (share.contributor, part(pool, share.sharePpm.into())));
        let mut lines: Vec<(Address, u128)> = records.collect();
        lines.extend([
            (owner, part(fee, owners)),
            (host, part(fee, hosts)),
            (self.contracts.attestations, part(fee, validators)),
            (network, part(fee, treasury)),
            (DEAD, part(fee, burn)),
        ]);
        let given: u128 = lines.iter().map(|(_, wei)| wei).sum();
        lines.push((network, fee - given));
        lines
    }

    pub(super) fn deposit(&mut self) -> Option<bool> {
        let payer = self.payer().address();
        let wei = self.dice.amount(1 << self.dice.clone().below(70));
        let call = self.contracts.deposit_for(payer, Wei::new(wei));
        let allowed = self.escrow.deposit(payer, wei).is_some();
        if allowed {
            self.ledger.pay(payer, self.contracts.escrow, wei);
        }
        self.expect(payer, &call, allowed)
    }

    pub(super) fn authorize(&mut self) -> Option<bool> {
        let (payer, host, now_s) = (self.payer().address(), self.host(), self.now_s());
        let limit = self.dice.amount(1 << 72);
        let expires_s = now_s + self.dice.below(4_000) - 20;
        let call = self.contracts.authorize(host, Wei::new(limit), expires_s);
        let allowed = self.escrow.authorize((payer, host), limit, expires_s, now_s).is_some();
        self.expect(payer, &call, allowed)
    }

    pub(super) fn revoke(&mut self) -> Option<bool> {
        let (payer, host, now_s) = (self.payer().address(), self.host(), self.now_s());
        self.escrow.revoke(payer, host, now_s);
        self.expect(payer, &self.contracts.revoke(host), true)
    }

    pub(super) fn ask_back(&mut self) -> Option<bool> {
        let payer = self.payer().address();
        let wei = self.dice.amount(1 << 60);
        let allowed = self.escrow.ask_back(payer, wei, self.evm.now_s()).is_some();
        self.expect(payer, &self.contracts.request_withdrawal(Wei::new(wei)), allowed)
    }

    pub(super) fn give_back(&mut self) -> Option<bool> {
        let payer = self.payer().address();
        let paid = self.escrow.give_back(payer, self.evm.now_s());
        if let Some(wei) = paid {
            self.ledger.pay(self.contracts.escrow, payer, wei);
        }
        self.expect(payer, &self.contracts.execute_withdrawal(), paid.is_some())
    }

    /// Moves captured fees on, and remembers the answer for the next period.
    fn funded(&mut self, wei: u128) {
        self.ledger.pay(self.contracts.escrow, self.contracts.payouts, wei);
        self.payouts.funded += wei;
    }

    pub(super) fn answer(&mut self) -> Option<bool> {
        let (payer, host, now_s) = (self.payer().address(), self.host(), self.now_s());
        let fee = self.dice.amount(1 << self.dice.clone().below(62));
        let answered = self.new_answer(payer, host, fee);
        let completion = answered.completion.id();
        let capture = Capture { payer, completion, fee: Wei::new(fee) };
        let call = self.contracts.captures(&[capture]).remove(0);
        let allowed = self.escrow.capture((payer, host), completion, fee, now_s).is_some();
        if allowed {
            self.funded(fee);
            self.open.push(answered);
        }
        self.expect(host, &call, allowed)?;
        // A fee is taken once.
        if allowed && self.dice.below(20) == 0 {
            self.expect(host, &call, false)?;
        }
        Some(allowed)
    }

    pub(super) fn redeem(&mut self) -> Option<bool> {
        let (payer, host, now_s) = (self.payer(), self.host(), self.now_s());
        let before = self.escrow.redeemed(payer.address(), host);
        let limit = before + self.dice.amount(1 << 56);
        let expires_s = now_s + self.dice.below(1_000) - 350;
        let cumulative = before + self.dice.amount(1 << 56);
        let (escrow, account) = (self.contracts.escrow, payer.address());
        let voucher =
            Voucher { escrow, payer: account, host, limitWei: limit, expiresS: expires_s };
        let voucher = voucher.sign(&payer, 1612).expect("the payer's key");
        let redemption = Redemption { voucher, cumulative: Wei::new(cumulative) };
        let call = self.contracts.redeem(&[redemption]).remove(0);
        let taken = self.escrow.redeem((account, host), (limit, expires_s), cumulative, now_s);
        if let Some(wei) = taken {
            self.funded(wei);
            let answered = self.new_answer(account, host, wei);
            self.open.push(answered);
        }
        self.expect(host, &call, taken.is_some())
    }

    /// Anybody may give; nobody in particular earns it.
    pub(super) fn fund(&mut self) -> Option<bool> {
        let (from, wei) = (self.person(), 1 + self.dice.amount(1 << 40));
        let call = self.contracts.fund(Wei::new(wei));
        self.ledger.pay(from, self.contracts.payouts, wei);
        self.payouts.funded += wei;
        self.expect(from, &call, true)
    }
}
