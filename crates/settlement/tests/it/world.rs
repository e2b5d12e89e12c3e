//! A chain with our contracts, an operator who hosts and posts, and a payer.

use std::cell::Cell;
use std::collections::BTreeMap;

use ledger::Chain;
use primitives::{
    Address, AttributionReceipt, B256, ChainRecord, Key, RecordShare, Signature, Wei, keccak256,
};
use settlement::{
    Capture, ChainClient, ChainError, ClosedPeriod, ContractCall, Contracts, Deployment,
    DeploymentOptions, Earning, Parties, Refusal, SplitVersion, Terms, TransactionOutcome,
    VotingOptions, genesis,
};

use crate::embedded::Embedded;

pub(crate) const CHAIN_ID: u64 = 1612;
pub(crate) const START_S: u64 = 1_800_000_000;
pub(crate) const DELAY_S: u64 = 3_600;
pub(crate) const WINDOW_S: u64 = 600;

pub(crate) struct World {
    pub(crate) chain: Embedded,
    pub(crate) contracts: Contracts,
    pub(crate) operator: Key,
    pub(crate) payer: Key,
    pub(crate) time_s: Cell<u64>,
}

pub(crate) fn key(number: u8) -> Key {
    Key::from_bytes(&[number; 32]).expect("a small number is a key")
}

pub(crate) fn person(number: u8) -> Address {
    Address::repeat_byte(number)
}

pub(crate) fn open(amount: u128) -> Wei {
    Wei::new(amount * Wei::OPEN.get())
}

/// Short delays, so that tests wait little; the wait itself is only a later block.
pub(crate) fn options() -> DeploymentOptions {
    let mut options = DeploymentOptions {
        withdrawal_delay_s: DELAY_S,
        payee_delay_s: 60,
        cooldown_s: 1_000,
        timelock_delay_s: 100,
        voting: VotingOptions { delay_s: 10, period_s: 100, ..VotingOptions::default() },
        ..DeploymentOptions::default()
    };
    options.parameters.challenge_window_s = WINDOW_S;
    options.parameters.reveal_delay_s = WINDOW_S / 4;
    options.parameters.unbonding_delay_s = 1_000;
    options.parameters.veto_delay_s = 500;
    options
}

pub(crate) fn deployment(operator: &Key, options: &DeploymentOptions) -> Deployment {
    Deployment::new(CHAIN_ID, operator.address(), options).expect("committed artifacts")
}

/// A chain without our contracts on which the first few people are rich.
pub(crate) fn bare() -> Embedded {
    let balances = (1..=9).map(|number| (key(number).address(), open(1_000_000)));
    let genesis = genesis(CHAIN_ID, &balances.collect::<BTreeMap<_, _>>(), START_S);
    Embedded(Chain::in_memory(&genesis, ledger::Options::default()).expect("a new chain"))
}

pub(crate) fn start() -> World {
    start_with(&options())
}

pub(crate) fn start_with(options: &DeploymentOptions) -> World {
    let deployment = deployment(&key(1), options);
    let world = World {
        chain: bare(),
        contracts: *deployment.contracts(),
        operator: key(1),
        payer: key(2),
        time_s: Cell::new(START_S),
    };
    world.deploy(&deployment);
    deployment.verify(&world.chain).expect("just deployed");
    world
}

impl World {
    /// Sends what a deployment still needs and seals until all of it is in blocks.
    pub(crate) fn deploy(&self, deployment: &Deployment) {
        let fees = self.chain.fees().expect("fees");
        let missing = deployment.missing(&self.chain, &self.operator, fees).expect("a plan");
        for transaction in &missing {
            self.chain.submit(&transaction.raw).expect("a funded operator");
            self.seal(1);
            let outcome = self.chain.outcome(transaction.hash).expect("a read");
            let outcome = outcome.expect("a sealed creation");
            let (nonce, used) = (transaction.nonce, outcome.gas_used);
            assert!(outcome.succeeded, "creation {nonce} failed after {used} gas");
        }
    }

    pub(crate) fn seal(&self, later_s: u64) {
        self.time_s.set(self.time_s.get() + later_s);
        self.chain.0.seal_even_empty(self.time_s.get()).expect("a block");
    }

    pub(crate) fn send(&self, from: &Key, call: &ContractCall) -> TransactionOutcome {
        let nonce = self.chain.nonce(from.address()).expect("a nonce");
        let fees = self.chain.fees().expect("fees");
        let terms = Terms { chain_id: CHAIN_ID, nonce, fees };
        let signed = call.sign(from, &terms).expect("a signature");
        assert_eq!(call.sign(from, &terms).expect("a signature"), signed);
        let hash = self.chain.submit(&signed.raw).expect("a place in the pool");
        assert_eq!(hash, signed.hash);
        self.seal(1);
        assert_eq!(self.chain.submit(&signed.raw).expect("sent again"), hash);
        let outcome = self.chain.outcome(hash).expect("a read").expect("a sealed transaction");
        let (used, limit) = (outcome.gas_used, call.gas_limit);
        assert!(used <= limit && limit <= 16_777_216, "{used} gas of {limit}");
        outcome
    }

    pub(crate) fn done(&self, from: &Key, call: &ContractCall) -> u64 {
        let outcome = self.send(from, call);
        assert!(outcome.succeeded, "{:?}", self.tried(from, call));
        outcome.gas_used
    }

    fn tried(&self, from: &Key, call: &ContractCall) -> Result<(), ChainError> {
        self.chain.try_call(from.address(), call)
    }

    pub(crate) fn refusal(&self, from: &Key, call: &ContractCall) -> Refusal {
        let refusal = self.tried(from, call).err().and_then(|error| match error {
            ChainError::Refused(refusal) => Some(refusal),
            _ => None,
        });
        refusal.expect("a refusal with a reason")
    }

    pub(crate) fn balance(&self, account: Address) -> u128 {
        let account = self.chain.0.account(account, alloy_eips::BlockId::latest()).expect("a read");
        account.balance.to()
    }

    pub(crate) fn host(&self) -> Address {
        self.operator.address()
    }

    pub(crate) fn parties(&self) -> Parties {
        self.contracts.parties(person(0x61), self.host())
    }

    pub(crate) fn split(&self) -> SplitVersion {
        self.contracts.current_split(&self.chain).expect("a read")
    }

    pub(crate) fn sign(&self, receipt: &AttributionReceipt) -> Signature {
        self.operator.sign_record(receipt, CHAIN_ID).expect("a signature")
    }

    pub(crate) fn earning(&self, receipt: &AttributionReceipt, fee: u128) -> Earning {
        let (signature, split) = (self.sign(receipt), self.split());
        Earning::new(Wei::new(fee), receipt, signature, &split, &self.parties())
            .expect("whole shares")
    }

    pub(crate) fn earnings(&self, answers: &[(u8, u128)]) -> Vec<Earning> {
        answers.iter().map(|(answer, fee)| self.earning(&receipt(*answer), *fee)).collect()
    }

    pub(crate) fn captures(&self, earnings: &[Earning]) -> Vec<Capture> {
        let payer = self.payer.address();
        let captures = earnings.iter().map(|earning| Capture {
            payer,
            completion: earning.completion,
            fee: earning.fee,
        });
        captures.collect()
    }

    pub(crate) fn capture(&self, earnings: &[Earning]) {
        for call in self.contracts.captures(&self.captures(earnings)) {
            self.done(&self.operator, &call);
        }
    }

    /// Deposits and lets the operator capture.
    pub(crate) fn fund(&self) {
        let limit = open(500);
        let expires_s = START_S + 86_400;
        let deposit = self.contracts.deposit_for(self.payer.address(), limit);
        self.done(&self.payer, &deposit);
        self.done(&self.payer, &self.contracts.authorize(self.host(), limit, expires_s));
        let account = self.contracts.account(&self.chain, self.payer.address(), self.host());
        let account = account.expect("a read");
        assert_eq!((account.available, account.expires_s), (limit, expires_s));
    }

    pub(crate) fn close(
        &self,
        before: Option<&ClosedPeriod>,
        earnings: &[Earning],
    ) -> ClosedPeriod {
        let (domain, time_s) = (self.contracts.domain(), self.time_s.get());
        ClosedPeriod::close(domain, before, earnings, time_s).expect("new answers")
    }

    /// The call that posts a period with its bond.
    pub(crate) fn post_call(&self, period: &ClosedPeriod) -> ContractCall {
        let bond = self.contracts.poster_bond(&self.chain).expect("a read");
        self.contracts.post(period.payout(), period.balances().digest(), bond)
    }

    /// Posts; gives the gas used.
    pub(crate) fn post(&self, period: &ClosedPeriod) -> u64 {
        let gas = self.done(&self.operator, &self.post_call(period));
        let state = self.contracts.payouts_state(&self.chain).expect("a read");
        assert_eq!((state.payout, state.total), (period.id(), period.total()));
        gas
    }

    /// Waits until a period's window is over.
    pub(crate) fn activate(&self, period: &ClosedPeriod) {
        self.seal(WINDOW_S + 1);
        let active = self.contracts.active(&self.chain).expect("a read");
        assert_eq!((active.payout, active.root), (period.id(), period.root()));
    }

    /// Captures, closes, posts and waits; gives the period.
    pub(crate) fn pay_out(
        &self,
        before: Option<&ClosedPeriod>,
        answers: &[(u8, u128)],
    ) -> ClosedPeriod {
        let earnings = self.earnings(answers);
        self.capture(&earnings);
        let period = self.close(before, &earnings);
        self.post(&period);
        self.activate(&period);
        period
    }
}

/// An answer's attribution to three people's records, with a copycat who gets nothing.
pub(crate) fn receipt(answer: u8) -> AttributionReceipt {
    let share = |row: u8, contributor, ppm, reason| RecordShare {
        row: u32::from(row),
        record: keccak256([answer, row]),
        contributor: person(contributor),
        score: i64::from(ppm),
        spanTokens: 0,
        evidence: 4,
        reason,
        sharePpm: ppm,
    };
    AttributionReceipt {
        completion: keccak256([answer]),
        adapter: B256::repeat_byte(2),
        influenceRoot: B256::repeat_byte(3),
        rule: "poa/1".to_owned(),
        query: Vec::new().into(),
        liftMicronats: 1,
        shares: vec![
            share(0, 0x51, 333_333, 0),
            share(1, 0x52, 333_333, 0),
            share(2, 0x53, 111_111, 0),
            share(3, 0x54, 0, 3),
        ],
        unattributedPpm: 222_223,
    }
}

/// The id of a record, for tests that only need it.
pub(crate) fn id_of(record: &impl ChainRecord) -> B256 {
    record.id()
}
