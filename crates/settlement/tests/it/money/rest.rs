//! Parameters, votes' tokens, commitments.

use primitives::{B256, SharePpm, Wei, keccak256};
use settlement::{Commitment, Parameter, SplitOptions};

use super::run::{Committed, Run};

/// What the numbers were at first.
const STARTED: [u128; 12] =
    [600, 1_000_003, 120, 1_009, 500_000, 1_000_000, 500, 300, 100_000, 3, 5_003, 200];
/// Seconds that a pause lasts.
const PAUSE_S: u64 = 14 * 86_400;

impl Run {
    pub(super) fn pause(&mut self) -> Option<bool> {
        let now_s = self.now_s();
        let allowed = now_s >= self.paused_until_s;
        if allowed {
            self.paused_until_s = now_s + PAUSE_S;
        }
        self.expect(self.operator, &self.contracts.pause(), allowed)
    }

    pub(super) fn unpause(&mut self) -> Option<bool> {
        let allowed = self.now_s() < self.paused_until_s;
        self.paused_until_s = 0;
        self.expect(self.contracts.timelock, &self.contracts.unpause(), allowed)
    }

    /// What a vote would do: one number a little, or the split a little.
    pub(super) fn govern(&mut self) -> Option<bool> {
        if self.dice.below(3) == 0 {
            return self.move_split();
        }
        let parameter = self.dice.pick(&Parameter::ALL);
        let setting = self.contracts.setting(&self.evm, parameter).expect("a read");
        let place = usize::from(parameter.code());
        assert_eq!(setting.value, self.numbers.0[place]);
        let step = setting.value / 5;
        let moved = setting.value - step + self.dice.amount(2 * step + 1);
        // Near where the run began, so that it stays lively.
        let moved = moved.clamp(STARTED[place] / 2, STARTED[place] * 2);
        let far = moved.abs_diff(setting.value) > step;
        let value = if far { setting.value } else { moved };
        let value = value.clamp(setting.min, setting.max);
        self.numbers.0[place] = value;
        let call = self.contracts.set_parameter(parameter, value);
        self.expect(self.operator, &call, false)?;
        self.expect(self.contracts.timelock, &call, true)
    }

    fn move_split(&mut self) -> Option<bool> {
        let mut parts = *self.splits.last().expect("a split");
        let (from, to) = (self.dice.place(6), self.dice.place(6));
        let moved = self.dice.amount(10_001).min(parts[from]);
        parts[from] -= moved;
        parts[to] += moved;
        let allowed = parts[4] + parts[5] >= 50_000;
        let ppm = |place: usize| {
            let part = u32::try_from(parts[place]).expect("at most a million");
            SharePpm::new(part).expect("at most a whole")
        };
        let options = SplitOptions {
            contributors_ppm: ppm(0),
            owner_ppm: ppm(1),
            host_ppm: ppm(2),
            validators_ppm: ppm(3),
            treasury_ppm: ppm(4),
            burn_ppm: ppm(5),
        };
        if allowed {
            self.splits.push(parts);
        }
        let call = self.contracts.set_split(&options);
        self.expect(self.contracts.timelock, &call, allowed)
    }

    /// Votes' tokens and commitments: money that goes in comes out.
    pub(super) fn wrap(&mut self) -> Option<bool> {
        match self.dice.below(5) {
            0 | 1 => self.votes(),
            2 => self.commit(),
            _ => self.settle_commitment(),
        }
    }

    fn votes(&mut self) -> Option<bool> {
        let (person, wei) = (self.person(), self.dice.amount(1 << 50));
        let held = self.wrapped.get(&person).copied().unwrap_or(0);
        if self.dice.below(2) == 0 {
            self.wrapped.insert(person, held + wei);
            self.ledger.pay(person, self.contracts.wopen, wei);
            return self.expect(person, &self.contracts.wrap_votes(Wei::new(wei)), true);
        }
        let allowed = wei <= held;
        if allowed {
            self.wrapped.insert(person, held - wei);
            self.ledger.pay(self.contracts.wopen, person, wei);
        }
        self.expect(person, &self.contracts.unwrap_votes(Wei::new(wei)), allowed)
    }

    fn commit(&mut self) -> Option<bool> {
        let contributor = self.person();
        let batch = Commitment {
            contributor,
            datanet: keccak256("a datanet"),
            root: self.dice.hash(),
            records: 1,
            salt: B256::repeat_byte(9),
        };
        let bond = self.numbers.commitment_bond();
        let deadline_s = self.now_s() + self.numbers.reveal_deadline_s();
        self.committed.push(Committed { batch, bond, deadline_s });
        self.ledger.pay(contributor, self.contracts.contributions, bond);
        self.expect(contributor, &self.contracts.commit(&batch, Wei::new(bond)), true)
    }

    fn settle_commitment(&mut self) -> Option<bool> {
        let place = self.dice.place(self.committed.len().max(1));
        let Committed { batch, bond, deadline_s } = *self.committed.get(place)?;
        let (is_late, contributor) = (self.now_s() > deadline_s, batch.contributor);
        let reveal = self.dice.below(2) == 0;
        let (allowed, to) =
            if reveal { (!is_late, contributor) } else { (is_late, self.contracts.timelock) };
        if allowed {
            self.committed.swap_remove(place);
            self.ledger.pay(self.contracts.contributions, to, bond);
        }
        if reveal {
            return self.expect(contributor, &self.contracts.reveal(&batch), allowed);
        }
        let commitment = self.contracts.commitment(&batch);
        let from = self.person();
        self.expect(from, &self.contracts.forfeit(contributor, commitment), allowed)
    }
}
