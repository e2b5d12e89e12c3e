//! What nobody can do to gain.

use std::collections::BTreeMap;

use primitives::{
    Address, AttributionReceipt, B256, Bytes, ChainRecord as _, Completion, Key, RecordShare,
    SharePpm, Signature, Wei,
};
use settlement::{
    Capture, ClosedPeriod, ContractCall, Contracts, Deployment, DeploymentOptions, Earning,
    Parties, SplitOptions, SplitVersion, split,
};

use crate::evm::{Dice, Evm};

const CHAIN_ID: u64 = 1612;
const START_S: u64 = 1_800_000_000;
const WINDOW_S: u64 = 600;
const RICH: u128 = 1 << 82;

fn key(number: u8) -> Key {
    Key::from_bytes(&[number; 32]).expect("a small number is a key")
}

fn receipt(completion: B256, shares: &[(Address, u32)]) -> AttributionReceipt {
    let given: u32 = shares.iter().map(|(_, ppm)| ppm).sum();
    let shares = (0..).zip(shares).map(|(row, (contributor, ppm))| RecordShare {
        row,
        record: B256::repeat_byte(4),
        contributor: *contributor,
        score: 1,
        spanTokens: 0,
        evidence: 4,
        reason: 0,
        sharePpm: *ppm,
    });
    AttributionReceipt {
        completion,
        adapter: B256::repeat_byte(1),
        influenceRoot: B256::repeat_byte(5),
        rule: "poa/1".to_owned(),
        query: Bytes::new(),
        liftMicronats: 1,
        shares: shares.collect(),
        unattributedPpm: 1_000_000 - given,
    }
}

/// Whole shares of `whole` parts per million for `count` names, some of them empty.
fn cut(dice: &mut Dice, whole: u32, count: usize) -> Vec<u32> {
    let mut cuts: Vec<u32> = (1..count)
        .map(|_| u32::try_from(dice.below(u64::from(whole) + 1)).expect("a share"))
        .collect();
    cuts.sort_unstable();
    let ends = cuts.iter().copied().chain([whole]);
    let begins = [0].into_iter().chain(cuts.iter().copied());
    begins.zip(ends).map(|(begin, end)| end - begin).collect()
}

/// Asks itself through the real contracts: one coalition pays, hosts, owns, contributes and is the
/// only validator.
struct Coalition {
    evm: Evm,
    contracts: Contracts,
    members: Vec<Address>,
    payer: Address,
    host: Address,
    validator: Address,
}

impl Coalition {
    fn start(split: SplitOptions) -> Self {
        let operator = key(1);
        let members: Vec<Address> = (0x30..0x38).map(Address::repeat_byte).collect();
        let rich = members.iter().copied().chain([operator.address()]);
        let balances: BTreeMap<Address, u128> = rich.map(|account| (account, RICH)).collect();
        let evm = Evm::new(CHAIN_ID, START_S, &balances);
        let mut options = DeploymentOptions { split, ..DeploymentOptions::default() };
        options.parameters.challenge_window_s = WINDOW_S;
        options.parameters.unbonding_delay_s = 10;
        options.poster = Some(members[0]);
        let deployment = Deployment::new(CHAIN_ID, operator.address(), &options);
        let deployment = deployment.expect("committed artifacts");
        evm.deploy(&deployment, &operator);
        let contracts = *deployment.contracts();
        let (payer, host, validator) = (members[0], members[1], members[2]);
        Self { evm, contracts, members, payer, host, validator }
    }

    fn send(&self, from: Address, call: &ContractCall) {
        self.evm.send(from, call).expect("allowed");
        self.evm.next_block(1);
    }

    fn wealth(&self) -> u128 {
        self.members.iter().map(|member| self.evm.balance(*member)).sum()
    }

    /// Pays `fees` to itself and takes everything back that it can; gives what it lost.
    fn ask_itself(&self, dice: &mut Dice, fees: &[u128]) -> u128 {
        let before = self.wealth();
        let contracts = &self.contracts;
        let stake = Wei::new(200 * Wei::OPEN.get());
        let commission = SharePpm::ZERO;
        self.send(self.validator, &contracts.register_validator(commission, stake));
        self.evm.next_block(2 * WINDOW_S);
        let total: u128 = fees.iter().sum();
        self.send(self.payer, &contracts.deposit_for(self.payer, Wei::new(total)));
        let expires_s = self.evm.now_s() + 100_000;
        self.send(self.payer, &contracts.authorize(self.host, Wei::new(total), expires_s));
        let version = contracts.current_split(&self.evm).expect("a read");
        let earnings: Vec<Earning> =
            (0..).zip(fees).map(|(nonce, fee)| self.earn(dice, nonce, *fee, &version)).collect();
        let captures = earnings.iter().map(|earning| Capture {
            payer: self.payer,
            completion: earning.completion,
            fee: earning.fee,
        });
        for call in contracts.captures(&captures.collect::<Vec<_>>()) {
            self.send(self.host, &call);
        }
        let now_s = self.evm.now_s();
        let period = ClosedPeriod::close(contracts.domain(), None, &earnings, now_s);
        let period = period.expect("new answers");
        let bond = contracts.poster_bond(&self.evm).expect("a read");
        let post = contracts.post(period.payout(), period.balances().digest(), bond);
        self.send(self.payer, &post);
        self.evm.next_block(1);
        self.send(self.payer, &contracts.draw(1));
        self.send(self.validator, &contracts.attest(1, period.id()));
        self.evm.next_block(WINDOW_S);
        for call in contracts.claims(&period.entitlements().expect("a tree")) {
            self.send(self.payer, &call);
        }
        if self.evm.balance(contracts.attestations) > 0 {
            self.send(self.payer, &contracts.distribute(1));
        }
        self.send(self.payer, &contracts.release(1));
        self.send(self.payer, &contracts.withdraw_bonds(self.payer));
        let own = contracts.position(&self.evm, self.validator, self.validator).expect("a read");
        self.send(self.validator, &contracts.unbond(self.validator, own.shares));
        self.evm.next_block(20);
        self.send(self.validator, &contracts.withdraw_stake(1));
        before.checked_sub(self.wealth()).expect("nobody earns from asking itself")
    }

    fn earn(&self, dice: &mut Dice, nonce: u64, fee: u128, version: &SplitVersion) -> Earning {
        let completion = Completion {
            adapter: B256::repeat_byte(1),
            payer: self.payer,
            host: self.host,
            prompt: B256::repeat_byte(2),
            answer: B256::repeat_byte(3),
            promptTokens: 4,
            answerTokens: 5,
            feeWei: fee,
            timeS: self.evm.now_s(),
            nonce,
        };
        let shares = cut(dice, 1_000_000, 6);
        let names: Vec<(Address, u32)> =
            shares.iter().map(|ppm| (dice.pick(&self.members), *ppm)).collect();
        let receipt = receipt(completion.id(), &names);
        let parties = self.contracts.parties(dice.pick(&self.members), self.host);
        let signature = Signature::from_bytes(&[7; 65]).expect("65 bytes");
        Earning::new(Wei::new(fee), &receipt, signature, version, &parties).expect("whole")
    }
}

#[test]
fn no_coalition_earns_from_asking_itself() {
    let mut dice = Dice::new(7);
    for round in 0..40 {
        let ppm = |share: u32| SharePpm::new(share).expect("at most a whole");
        let kept = 50_000 + u32::try_from(dice.below(200_000)).expect("a share");
        let burn = u32::try_from(dice.below(u64::from(kept) + 1)).expect("a share");
        let rest = cut(&mut dice, 1_000_000 - kept, 4);
        let split = SplitOptions {
            contributors_ppm: ppm(rest[0]),
            owner_ppm: ppm(rest[1]),
            host_ppm: ppm(rest[2]),
            validators_ppm: ppm(rest[3]),
            treasury_ppm: ppm(kept - burn),
            burn_ppm: ppm(burn),
        };
        let fees: Vec<u128> =
            (0..=dice.place(20)).map(|_| 1 + dice.amount(1 << dice.clone().below(66))).collect();
        let coalition = Coalition::start(split);
        let lost = coalition.ask_itself(&mut dice, &fees);
        let least: u128 = fees.iter().map(|fee| fee / 1_000_000 * u128::from(kept)).sum();
        assert!(lost >= least, "round {round}: lost {lost}, at least {least} expected");
    }
}

#[test]
fn a_thousand_names_earn_no_more_than_one() {
    let mut dice = Dice::new(8);
    let address = Address::repeat_byte;
    let parties = Parties {
        owner: address(1),
        host: address(2),
        validators: address(3),
        treasury: address(4),
    };
    for _ in 0..300 {
        let fee = Wei::new(dice.amount(1 << dice.clone().below(127)));
        let whole = u32::try_from(dice.below(1_000_001)).expect("a share");
        let count = 1 + dice.place(1_000);
        let me = address(9);
        let one =
            split(fee, &receipt(B256::ZERO, &[(me, whole)]), &SplitOptions::default(), &parties);
        let shares = cut(&mut dice, whole, count);
        let names: Vec<(Address, u32)> = (1_u64..)
            .zip(shares)
            .map(|(name, ppm)| (Address::left_padding_from(&name.to_be_bytes()), ppm))
            .collect();
        let many = split(fee, &receipt(B256::ZERO, &names), &SplitOptions::default(), &parties);
        let earned = |lines: Vec<settlement::SplitLine>| -> u128 {
            let own = lines.iter().filter(|line| line.record.is_some());
            own.map(|line| line.amount.get()).sum()
        };
        let (one, many) = (earned(one.expect("whole")), earned(many.expect("whole")));
        assert!(many <= one, "{count} names earn {many}, one earns {one}");
    }
}
