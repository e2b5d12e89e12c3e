//! From deposit to claim on the embedded chain, with the committed bytecode.

use std::cell::Cell;
use std::collections::BTreeMap;

use ledger::Chain;
use primitives::{
    Adapter, Address, AttributionReceipt, B256, ChainRecord, Key, RecordShare, Snapshot, Wei,
    keccak256,
};
use settlement::{
    Capture, ChainClient, ChainError, ClosedPeriod, ContractCall, Contracts, Deployment,
    DeploymentError, Earning, Options, Parties, Refusal, Terms, TransactionOutcome, genesis,
};

use crate::embedded::Embedded;

const CHAIN_ID: u64 = 1612;
const START_S: u64 = 1_800_000_000;
const DELAY_S: u64 = 3_600;

/// A chain with our contracts, an operator who hosts and posts, and a payer.
struct World {
    chain: Embedded,
    contracts: Contracts,
    operator: Key,
    payer: Key,
    time_s: Cell<u64>,
}

fn key(number: u8) -> Key {
    Key::from_bytes(&[number; 32]).expect("a small number is a key")
}

fn person(number: u8) -> Address {
    Address::repeat_byte(number)
}

fn start() -> World {
    let (operator, payer) = (key(1), key(2));
    let rich = Wei::new(1_000 * Wei::OPEN.get());
    let balances = BTreeMap::from([(operator.address(), rich), (payer.address(), rich)]);
    let genesis = genesis(CHAIN_ID, &balances, START_S);
    let chain = Chain::in_memory(&genesis, ledger::Options::default());
    let chain = Embedded(chain.expect("a new chain"));
    let deployment = deployment(&operator);
    let contracts = *deployment.contracts();
    let world = World { chain, contracts, operator, payer, time_s: Cell::new(START_S) };
    let fees = world.chain.fees().expect("fees");
    for transaction in deployment.missing(&world.chain, &world.operator, fees).expect("a new chain")
    {
        world.chain.submit(&transaction.raw).expect("a funded operator");
    }
    world.seal(1);
    deployment.verify(&world.chain).expect("just deployed");
    world
}

fn deployment(operator: &Key) -> Deployment {
    Deployment::new(CHAIN_ID, operator.address(), DELAY_S).expect("committed artifacts")
}

impl World {
    fn seal(&self, later_s: u64) {
        self.time_s.set(self.time_s.get() + later_s);
        self.chain.0.seal_even_empty(self.time_s.get()).expect("a block");
    }

    fn send(&self, from: &Key, call: &ContractCall) -> TransactionOutcome {
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
        assert!(
            outcome.gas_used <= call.gas_limit,
            "{} gas of {}",
            outcome.gas_used,
            call.gas_limit
        );
        outcome
    }

    fn done(&self, from: &Key, call: &ContractCall) -> u64 {
        let outcome = self.send(from, call);
        assert!(outcome.succeeded, "{:?}", self.refusal(from, call));
        outcome.gas_used
    }

    fn refusal(&self, from: &Key, call: &ContractCall) -> Refusal {
        let to = *call.to.to().expect("a call");
        let answer = self.chain.call(from.address(), to, call.data.clone());
        let refusal = answer.err().and_then(|error| match error {
            ChainError::Refused(refusal) => Some(refusal),
            _ => None,
        });
        refusal.expect("a refusal with a reason")
    }

    fn balance(&self, account: Address) -> u128 {
        let account = self.chain.0.account(account, alloy_eips::BlockId::latest()).expect("a read");
        account.balance.to()
    }

    fn host(&self) -> Address {
        self.operator.address()
    }
}

/// An answer's attribution to three people's records, with a copycat who gets nothing.
fn receipt(answer: u8) -> AttributionReceipt {
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

fn parties(world: &World) -> Parties {
    Parties { owner: person(0x61), host: world.host(), treasury: person(0x62) }
}

fn earnings(world: &World, answers: &[(u8, u128)]) -> Vec<Earning> {
    let options = Options::default().split;
    let earnings = answers.iter().map(|(answer, fee)| {
        Earning::new(Wei::new(*fee), &receipt(*answer), &options, &parties(world))
    });
    earnings.collect::<Result<_, _>>().expect("whole shares")
}

fn captures(world: &World, earnings: &[Earning]) -> Vec<Capture> {
    let payer = world.payer.address();
    let captures = earnings.iter().map(|earning| Capture {
        payer,
        completion: earning.completion,
        fee: earning.fee,
    });
    captures.collect()
}

fn fund(world: &World) {
    let limit = Wei::new(500 * Wei::OPEN.get());
    let expires_s = START_S + 86_400;
    let deposit = world.contracts.deposit_for(world.payer.address(), limit);
    world.done(&world.payer, &deposit);
    world.done(&world.payer, &world.contracts.authorize(world.host(), limit, expires_s));
    let account = world.contracts.account(&world.chain, world.payer.address(), world.host());
    let account = account.expect("a read");
    assert_eq!((account.available, account.expires_s), (limit, expires_s));
}

/// Captures, closes, posts; gives the period.
fn pay_out(world: &World, before: Option<&ClosedPeriod>, answers: &[(u8, u128)]) -> ClosedPeriod {
    let earnings = earnings(world, answers);
    for call in world.contracts.captures(&captures(world, &earnings)) {
        world.done(&world.operator, &call);
    }
    let domain = world.contracts.domain();
    let time_s = world.time_s.get();
    let period = ClosedPeriod::close(domain, before, &earnings, time_s).expect("new answers");
    let post = world.contracts.post(period.payout(), period.balances().digest());
    let gas = world.done(&world.operator, &post);
    let state = world.contracts.payouts_state(&world.chain).expect("a read");
    assert_eq!((state.payout, state.root), (period.id(), period.root()));
    assert_eq!((state.total, state.funded), (period.total(), period.total()));
    assert!(gas < 150_000, "posting costs the same for any number of accounts: {gas} gas");
    period
}

#[test]
fn every_captured_wei_reaches_an_account_once() {
    let world = start();
    fund(&world);
    let fees = [(1, 1_000_000_000_000_007), (2, 999_999_999_999_999), (3, 123_456_789)];
    let first = pay_out(&world, None, &fees);
    let one = first.entitlement(person(0x51)).expect("a tree").expect("earned");
    let gas = world.done(&world.operator, &world.contracts.claim(&one));
    println!("claim: {gas} gas");
    assert_eq!(world.balance(person(0x51)), one.cumulative.get());
    let refusal = world.refusal(&world.operator, &world.contracts.claim(&one));
    let claimed = one.cumulative.to_u256();
    assert_eq!(refusal, Refusal::NothingToClaim { account: person(0x51), claimed });
    assert!(!world.send(&world.operator, &world.contracts.claim(&one)).succeeded);

    let second = pay_out(&world, Some(&first), &[(4, 5_000_000_000_000_000)]);
    let stale = world.refusal(&world.operator, &world.contracts.claim(&one));
    assert_eq!(stale, Refusal::WrongProof { account: person(0x51) });
    let all = second.entitlements().expect("a tree");
    let before = all.iter().map(|entitlement| world.balance(entitlement.account));
    let before: Vec<_> = before.collect();
    for call in world.contracts.claims(&all) {
        let gas = world.done(&world.payer, &call);
        println!("claims of {}: {gas} gas", all.len());
    }
    let mut paid = 0;
    for (entitlement, before) in all.iter().zip(before) {
        let account = entitlement.account;
        let claimed = world.contracts.claimed(&world.chain, account).expect("a read");
        assert_eq!(claimed, entitlement.cumulative);
        let own = if account == person(0x51) { one.cumulative.get() } else { 0 };
        if account != world.host() {
            assert_eq!(world.balance(account) + own, before + claimed.get());
        }
        paid += claimed.get();
    }
    let state = world.contracts.payouts_state(&world.chain).expect("a read");
    assert_eq!((state.claimed, paid), (state.funded, state.funded.get()));
    assert_eq!(world.balance(world.contracts.payouts), 0);
    assert_eq!(second.balances().of(person(0x54)), Wei::ZERO);
}

#[test]
fn an_answer_is_captured_once_and_never_above_the_limit() {
    let world = start();
    fund(&world);
    let earnings = earnings(&world, &[(1, 100)]);
    let capture = world.contracts.captures(&captures(&world, &earnings)).remove(0);
    world.done(&world.operator, &capture);
    let completion = earnings[0].completion;
    let host = world.host();
    assert!(world.contracts.is_captured(&world.chain, host, completion).expect("a read"));
    let twice = world.refusal(&world.operator, &capture);
    assert_eq!(twice, Refusal::AlreadyCaptured { completion });
    let payer = world.payer.address();
    let fee = Wei::new(500 * Wei::OPEN.get());
    let completion = B256::repeat_byte(9);
    let more = world.contracts.captures(&[Capture { payer, completion, fee }]).remove(0);
    let refusal = world.refusal(&world.operator, &more);
    assert!(matches!(refusal, Refusal::AboveFunds { .. }), "{refusal}");
    let stranger = world.refusal(&world.payer, &more);
    assert_eq!(stranger, Refusal::AuthorizationExpired { payer, completion });
}

#[test]
fn what_is_not_captured_comes_back_after_the_delay() {
    let world = start();
    fund(&world);
    let amount = Wei::new(200 * Wei::OPEN.get());
    world.done(&world.payer, &world.contracts.request_withdrawal(amount));
    let refusal = world.refusal(&world.payer, &world.contracts.execute_withdrawal());
    let executable_s = world.time_s.get() + DELAY_S;
    assert_eq!(refusal, Refusal::TooEarly { executable_s });
    world.seal(DELAY_S);
    let before = world.balance(world.payer.address());
    world.done(&world.payer, &world.contracts.execute_withdrawal());
    assert!(world.balance(world.payer.address()) > before + 199 * Wei::OPEN.get());
    world.done(&world.payer, &world.contracts.revoke(world.host()));
    let account = world.contracts.account(&world.chain, world.payer.address(), world.host());
    assert_eq!(account.expect("a read").available, Wei::ZERO);
}

#[test]
fn a_batch_of_captures_and_claims_stays_below_its_gas_limit() {
    let world = start();
    fund(&world);
    let payer = world.payer.address();
    let capture =
        |number: u8| Capture { payer, completion: keccak256([number]), fee: Wei::new(1_000_000) };
    let batch: Vec<_> = (0..100).map(capture).collect();
    let calls = world.contracts.captures(&batch);
    assert_eq!(calls.len(), 1);
    let gas = world.done(&world.operator, &calls[0]);
    println!("captures of 100: {gas} gas, {} each", gas / 100);
    let options = Options::default().split;
    let mut receipt = receipt(1);
    receipt.shares = (0..100_u8)
        .map(|row| RecordShare {
            row: u32::from(row),
            record: keccak256([row]),
            contributor: person(100 + row),
            score: 1,
            spanTokens: 0,
            evidence: 4,
            reason: 0,
            sharePpm: 10_000,
        })
        .collect();
    receipt.unattributedPpm = 0;
    let fee = Wei::new(100_000_000);
    let earning = Earning::new(fee, &receipt, &options, &parties(&world)).expect("whole");
    let domain = world.contracts.domain();
    let period = ClosedPeriod::close(domain, None, &[earning], 1).expect("one answer");
    let post = world.contracts.post(period.payout(), period.balances().digest());
    world.done(&world.operator, &post);
    let all = period.entitlements().expect("a tree");
    for call in world.contracts.claims(&all) {
        let gas = world.done(&world.operator, &call);
        println!("first claims: {gas} gas");
    }
    let state = world.contracts.payouts_state(&world.chain).expect("a read");
    assert_eq!(state.claimed, fee);
}

#[test]
fn anchors_carry_the_ids_that_rust_computes() {
    let world = start();
    let owner = world.payer.address();
    let datanet = keccak256("rust-errors");
    let licence = keccak256("MIT OR Apache-2.0");
    let register = world.contracts.register_datanet(datanet, owner, licence);
    let refusal = world.refusal(&world.operator, &register);
    assert_eq!(refusal, Refusal::NotAuthorized { owner });
    world.done(&world.payer, &world.contracts.authorize_host(world.host(), true));
    assert!(world.contracts.is_host(&world.chain, owner, world.host()).expect("a read"));
    world.done(&world.operator, &register);
    let mut snapshot = Snapshot {
        datanet,
        parent: B256::ZERO,
        root: B256::repeat_byte(1),
        records: 400,
        contributions: B256::repeat_byte(2),
        licence,
        timeS: START_S,
    };
    world.done(&world.operator, &world.contracts.anchor_snapshot(&snapshot));
    snapshot.parent = snapshot.id();
    snapshot.records = 500;
    world.done(&world.operator, &world.contracts.anchor_snapshot(&snapshot));
    let anchor = world.contracts.datanet(&world.chain, datanet).expect("a read");
    assert_eq!((anchor.owner, anchor.last_snapshot), (owner, snapshot.id()));
    let adapter = Adapter {
        snapshot: snapshot.id(),
        base: B256::repeat_byte(3),
        weights: B256::repeat_byte(4),
        options: B256::repeat_byte(5),
        influenceRoot: B256::repeat_byte(6),
        spanIndex: B256::repeat_byte(7),
        rule: "poa/1 with a name that is longer than one word of the EVM".to_owned(),
        owner,
        timeS: START_S + 1,
    };
    let gas = world.done(&world.operator, &world.contracts.anchor_adapter(&adapter));
    println!("anchor adapter: {gas} gas");
    let chain = &world.chain;
    assert!(world.contracts.is_adapter_anchored(chain, adapter.id()).expect("a read"));
    assert!(world.contracts.is_snapshot_anchored(chain, snapshot.id()).expect("a read"));
    let again = world.refusal(&world.operator, &world.contracts.anchor_adapter(&adapter));
    assert_eq!(again, Refusal::Exists { id: adapter.id() });
}

#[test]
fn only_the_poster_posts_and_only_what_is_funded() {
    let world = start();
    fund(&world);
    let domain = world.contracts.domain();
    let earnings = earnings(&world, &[(1, 1_000)]);
    let period = ClosedPeriod::close(domain, None, &earnings, 1).expect("one answer");
    let post = world.contracts.post(period.payout(), period.balances().digest());
    let account = world.payer.address();
    assert_eq!(world.refusal(&world.payer, &post), Refusal::NotPoster { account });
    let refusal = world.refusal(&world.operator, &post);
    assert!(matches!(refusal, Refusal::Unfunded { .. }), "{refusal}");
    for call in world.contracts.captures(&captures(&world, &earnings)) {
        world.done(&world.operator, &call);
    }
    world.done(&world.operator, &post);
    let again = world.refusal(&world.operator, &post);
    assert_eq!(again, Refusal::PeriodNotNext { next: 2, period: 1 });
}

#[test]
fn deploying_again_finds_everything_in_place() {
    let world = start();
    let again = deployment(&world.operator);
    let fees = world.chain.fees().expect("fees");
    assert!(again.missing(&world.chain, &world.operator, fees).expect("a read").is_empty());
    again.verify(&world.chain).expect("unchanged");
    let other = Deployment::new(CHAIN_ID, world.host(), DELAY_S + 1).expect("artifacts");
    let wrong = other.verify(&world.chain);
    assert!(matches!(wrong, Err(DeploymentError::WrongSetting { .. })), "{wrong:?}");
    let nobody = Deployment::new(CHAIN_ID, world.payer.address(), DELAY_S).expect("artifacts");
    let wrong = nobody.verify(&world.chain);
    assert!(matches!(wrong, Err(DeploymentError::WrongCode { .. })), "{wrong:?}");
    world.done(&world.payer, &ContractCall::transfer(person(1), Wei::OPEN));
    let used = nobody.missing(&world.chain, &world.payer, fees);
    assert!(matches!(used, Err(DeploymentError::NonceUsed { nonce: 0, .. })), "{used:?}");
}
