//! One run: the chain, the crate under test, the model, and the dice.

use std::collections::{BTreeMap, BTreeSet};

use primitives::{
    Address, AttributionReceipt, B256, Bytes, ChainRecord as _, Completion, Key, RecordShare,
    Signature, Wei, keccak256,
};
use settlement::{
    ClosedPeriod, ContractCall, Contracts, Deployment, DeploymentOptions, Earning,
    ParameterOptions, Refusal, SplitVersion,
};

use super::escrow::Escrow;
use super::ledger::{DEAD, Ledger, Numbers};
use super::payouts::Payouts;
use super::pools::{Draw, Pools};
use crate::evm::{Dice, Evm};

const CHAIN_ID: u64 = 1612;
const START_S: u64 = 1_800_000_000;
const DELAY_S: u64 = 300;
const RICH: u128 = 1 << 82;

/// An answer that was paid for: its records, what the crate makes of it, and who earns what.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) completion: Completion,
    pub(super) receipt: AttributionReceipt,
    pub(super) earning: Earning,
    pub(super) lines: Vec<(Address, u128)>,
}

/// A commitment that waits to be revealed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Committed {
    pub(super) batch: settlement::Commitment,
    pub(super) bond: u128,
    pub(super) deadline_s: u64,
}

/// Everything together.
pub(super) struct Run {
    pub(super) dice: Dice,
    pub(super) evm: Evm,
    pub(super) contracts: Contracts,
    pub(super) operator: Address,
    pub(super) payers: Vec<Key>,
    pub(super) hosts: Vec<Address>,
    pub(super) people: Vec<Address>,
    pub(super) validators: Vec<Address>,
    // The crate under test.
    pub(super) closed: BTreeMap<u64, ClosedPeriod>,
    pub(super) open: Vec<Answered>,
    pub(super) settled: BTreeMap<u64, Vec<Answered>>,
    // The model.
    pub(super) ledger: Ledger,
    pub(super) escrow: Escrow,
    pub(super) payouts: Payouts,
    pub(super) pools: Pools,
    pub(super) draws: BTreeMap<u64, Draw>,
    pub(super) numbers: Numbers,
    pub(super) splits: Vec<[u128; 6]>,
    pub(super) fraud: BTreeSet<B256>,
    pub(super) paused_until_s: u64,
    pub(super) wrapped: BTreeMap<Address, u128>,
    pub(super) committed: Vec<Committed>,
    pub(super) serial: u64,
    pub(super) blocks: u64,
    supply: u128,
    /// How often each operation succeeded and was refused.
    pub(super) done: BTreeMap<&'static str, (u64, u64)>,
}

type Operation = (&'static str, u64, fn(&mut Run) -> Option<bool>);

/// What can happen, with its weight.
const OPERATIONS: [Operation; 36] = [
    ("answer", 300, Run::answer),
    ("deposit", 60, Run::deposit),
    ("authorize", 50, Run::authorize),
    ("revoke", 3, Run::revoke),
    ("ask back", 10, Run::ask_back),
    ("give back", 10, Run::give_back),
    ("redeem", 25, Run::redeem),
    ("fund", 3, Run::fund),
    ("post", 14, Run::post),
    ("claim", 180, Run::claim),
    ("claim many", 6, Run::claim_many),
    ("stale claim", 4, Run::stale_claim),
    ("release", 14, Run::release),
    ("withdraw bonds", 8, Run::withdraw_bonds),
    ("set payee", 8, Run::set_payee),
    ("cancel payee", 3, Run::cancel_payee),
    ("disable", 1, Run::disable),
    ("pause", 1, Run::pause),
    ("unpause", 4, Run::unpause),
    ("dispute", 3, Run::dispute),
    ("demand", 3, Run::demand),
    ("reveal", 9, Run::reveal),
    ("expire", 3, Run::expire),
    ("withdraw demands", 3, Run::withdraw_demands),
    ("register", 6, Run::register),
    ("delegate", 50, Run::delegate),
    ("unbond", 30, Run::unbond),
    ("withdraw stake", 30, Run::withdraw_stake),
    ("draw", 20, Run::draw),
    ("attest", 30, Run::attest),
    ("distribute", 12, Run::distribute),
    ("punish", 12, Run::punish),
    ("slash", 8, Run::slash),
    ("govern", 12, Run::govern),
    ("wrap", 20, Run::wrap),
    ("restart", 5, Run::restart),
];

fn options() -> DeploymentOptions {
    let parameters = ParameterOptions {
        challenge_window_s: 600,
        poster_bond: Wei::new(1_000_003),
        reveal_delay_s: 120,
        demand_bond: Wei::new(1_009),
        stake_min: Wei::new(1_000_000),
        unbonding_delay_s: 500,
        veto_delay_s: 300,
        attesters_drawn: 3,
        commitment_bond: Wei::new(5_003),
        reveal_deadline_s: 200,
        ..ParameterOptions::default()
    };
    DeploymentOptions {
        withdrawal_delay_s: DELAY_S,
        payee_delay_s: 200,
        cooldown_s: 1,
        parameters,
        ..DeploymentOptions::default()
    }
}

fn key(number: u8) -> Key {
    Key::from_bytes(&[number; 32]).expect("a small number is a key")
}

fn crowd(first: u8, count: u8) -> Vec<Address> {
    (first..first + count).map(Address::repeat_byte).collect()
}

impl Run {
    pub(super) fn start(dice: Dice) -> Self {
        let operator = key(1);
        let payers: Vec<Key> = (2..8).map(key).collect();
        let (hosts, people) = (crowd(0x20, 3), crowd(0x30, 24));
        let validators = crowd(0x50, 6);
        let groups = [&hosts, &people, &validators].into_iter().flatten().copied();
        let rich = payers.iter().map(Key::address).chain([operator.address()]).chain(groups);
        let balances: BTreeMap<Address, u128> = rich.map(|account| (account, RICH)).collect();
        let evm = Evm::new(CHAIN_ID, START_S, &balances);
        let options = options();
        let deployment = Deployment::new(CHAIN_ID, operator.address(), &options);
        let deployment = deployment.expect("committed artifacts");
        evm.deploy(&deployment, &operator);
        let contracts = *deployment.contracts();
        let values = options.values().map(|(_, value)| value).collect::<Vec<_>>();
        let mut run = Self {
            dice,
            evm,
            contracts,
            operator: operator.address(),
            payers,
            hosts,
            people,
            validators,
            closed: BTreeMap::new(),
            open: Vec::new(),
            settled: BTreeMap::new(),
            supply: balances.values().sum(),
            ledger: Ledger::new(&balances),
            escrow: Escrow::new(DELAY_S),
            payouts: Payouts::default(),
            pools: Pools::default(),
            draws: BTreeMap::new(),
            numbers: Numbers(values.try_into().expect("twelve")),
            splits: vec![[700_000, 100_000, 100_000, 20_000, 70_000, 10_000]],
            fraud: BTreeSet::new(),
            paused_until_s: 0,
            wrapped: BTreeMap::new(),
            committed: Vec::new(),
            serial: 0,
            blocks: 22,
            done: BTreeMap::new(),
        };
        let (owner, datanet) = (run.operator, keccak256("a datanet"));
        let register = run.contracts.register_datanet(datanet, owner, B256::ZERO);
        run.send(owner, &register).expect("a new Datanet");
        run.next_block(1);
        run
    }

    /// One random operation.
    pub(super) fn step(&mut self) {
        let all: u64 = OPERATIONS.iter().map(|(_, weight, _)| weight).sum();
        let mut point = self.dice.below(all);
        for (name, weight, operation) in OPERATIONS {
            if point < weight {
                let succeeded = operation(self);
                self.count(name, succeeded);
                break;
            }
            point -= weight;
        }
        let later_s = 1 + self.dice.below(9);
        self.next_block(later_s);
    }

    fn count(&mut self, name: &'static str, succeeded: Option<bool>) {
        let (done, refused) = self.done.entry(name).or_default();
        match succeeded {
            Some(true) => *done += 1,
            Some(false) => *refused += 1,
            None => {}
        }
    }

    fn next_block(&mut self, later_s: u64) {
        self.evm.next_block(later_s);
        self.blocks += 1;
    }

    pub(super) fn now_s(&self) -> u64 {
        self.evm.now_s()
    }

    pub(super) fn send(&self, from: Address, call: &ContractCall) -> Result<Bytes, Refusal> {
        self.evm.send(from, call)
    }

    /// Executes a call that the model allows or does not; both must agree.
    #[expect(clippy::unnecessary_wraps, reason = "operations end with it, and some do not happen")]
    pub(super) fn expect(&self, from: Address, call: &ContractCall, allowed: bool) -> Option<bool> {
        let found = self.send(from, call);
        assert_eq!(found.is_ok(), allowed, "the model disagrees: {found:?}");
        Some(allowed)
    }

    pub(super) fn payer(&mut self) -> Key {
        let place = self.dice.place(self.payers.len());
        self.payers[place].clone()
    }

    pub(super) fn host(&mut self) -> Address {
        self.dice.pick(&self.hosts)
    }

    pub(super) fn person(&mut self) -> Address {
        self.dice.pick(&self.people)
    }

    /// Every balance, and the sum of all.
    pub(super) fn compare(&mut self) {
        for (account, wei) in self.ledger.iter() {
            assert_eq!(self.evm.balance(account), wei, "{account}");
        }
        assert_eq!(self.evm.supply(), primitives::U256::from(self.supply));
        let modelled: u128 = self.ledger.iter().map(|(_, wei)| wei).sum();
        assert_eq!(modelled, self.supply);
        let escrow = self.contracts.escrow;
        let deposits: u128 =
            self.payers.iter().map(|payer| self.escrow.balance(payer.address())).sum();
        assert_eq!(self.ledger.of(escrow), deposits);
        assert_eq!(self.ledger.of(self.contracts.staking), self.pools.held());
        let state = self.contracts.payouts_state(&self.evm).expect("a read");
        assert_eq!(state.funded.get(), self.payouts.funded);
        assert_eq!(state.claimed.get(), self.payouts.claimed_total);
        assert_eq!(state.posted, self.payouts.posted);
        assert_eq!(state.active.period, self.payouts.active(self.evm.now_s()));
        let accounts = [self.contracts.attestations, self.contracts.timelock, DEAD];
        for account in self.people.iter().chain(&self.hosts).chain(&accounts) {
            let claimed = self.contracts.claimed(&self.evm, *account).expect("a read");
            assert_eq!(claimed.get(), self.payouts.claimed(*account), "{account}");
            let bonds = self.contracts.withdrawable(&self.evm, *account).expect("a read");
            assert_eq!(bonds.get(), self.payouts.withdrawable(*account), "{account}");
        }
        for validator in &self.validators {
            for owner in self.people.iter().chain([validator]) {
                let position = self.contracts.position(&self.evm, *validator, *owner);
                let position = position.expect("a read");
                assert_eq!(position.shares, self.pools.position(*validator, *owner));
            }
        }
    }

    /// The split in force, as the crate reads it.
    pub(super) fn version(&self) -> SplitVersion {
        let version = self.contracts.current_split(&self.evm).expect("a read");
        assert_eq!(version.version as usize, self.splits.len());
        version
    }

    /// A new answer of `host` for `payer`, with random shares.
    pub(super) fn new_answer(&mut self, payer: Address, host: Address, fee: u128) -> Answered {
        self.serial += 1;
        let completion = Completion {
            adapter: B256::repeat_byte(1),
            payer,
            host,
            prompt: B256::repeat_byte(2),
            answer: B256::repeat_byte(3),
            promptTokens: 4,
            answerTokens: 5,
            feeWei: fee,
            timeS: self.now_s(),
            nonce: self.serial,
        };
        let mut left = 1_000_000_u32;
        let count = self.dice.place(7);
        let mut shares = Vec::new();
        for row in 0..count {
            let ppm = u32::try_from(self.dice.below(u64::from(left) + 1)).expect("a share");
            left -= ppm;
            shares.push(RecordShare {
                row: u32::try_from(row).expect("few rows"),
                record: B256::repeat_byte(4),
                contributor: self.person(),
                score: 1,
                spanTokens: 0,
                evidence: 4,
                reason: 0,
                sharePpm: ppm,
            });
        }
        let receipt = AttributionReceipt {
            completion: completion.id(),
            adapter: completion.adapter,
            influenceRoot: B256::repeat_byte(5),
            rule: "poa/1".to_owned(),
            query: Bytes::new(),
            liftMicronats: 1,
            shares,
            unattributedPpm: left,
        };
        let owner = self.person();
        let (version, parties) = (self.version(), self.contracts.parties(owner, host));
        let signature = Signature::from_bytes(&[7; 65]).expect("65 bytes");
        let earning = Earning::new(Wei::new(fee), &receipt, signature, &version, &parties);
        let earning = earning.expect("whole shares");
        let lines = self.lines(&receipt, fee, owner, host);
        Answered { completion, receipt, earning, lines }
    }
}
