//! Every kind of lie about an answer is found, proven on chain and paid for; the truth is not.

use primitives::{
    Adapter, Address, AttributionReceipt, B256, ChainRecord, Completion, RecordShare, Snapshot,
    Wei, keccak256,
};
use settlement::{
    AdapterAnchor, AnswerProof, ClosedPeriod, Earning, FraudProof, PeriodStatus, Published,
    PublishedAnswer, PublishedIndex, SettledAnswer, SettledAnswers, SplitVersion, find_fraud,
    find_repeated,
};

use crate::world::{CHAIN_ID, START_S, World, key, open, person, start};

const RANK: usize = 48;
const ROWS: u32 = 20;

/// Values of row `row`, and of the query as row 255.
fn values(row: u8) -> Vec<u8> {
    let words = (0..2_u8).flat_map(|half| keccak256([row, half]).0);
    words.take(RANK).collect()
}

fn shift(row: u32) -> u8 {
    u8::try_from(row % 4).expect("small")
}

/// An influence index in its published encoding.
fn index() -> PublishedIndex {
    let mut bytes = b"OLINFL01".to_vec();
    bytes.extend(u32::try_from(RANK).expect("small").to_le_bytes());
    bytes.extend(ROWS.to_le_bytes());
    bytes.extend([1; 64]);
    for row in 0..ROWS {
        let number = u8::try_from(row).expect("few rows");
        bytes.extend(keccak256([number]));
        bytes.extend(person(0x80 + number));
        bytes.extend([0; 12]);
        bytes.push(shift(row));
        bytes.extend([0; 16]);
        bytes.extend(values(number));
    }
    PublishedIndex::read(&bytes).expect("an index")
}

/// A world whose operator has anchored an adapter, and answered with it.
struct Case {
    world: World,
    index: PublishedIndex,
    adapter: B256,
    before: Option<ClosedPeriod>,
    nonce: u64,
}

impl Case {
    fn start() -> Self {
        let world = start();
        world.fund();
        let index = index();
        let adapter = anchor(&world, index.root());
        Self { world, index, adapter, before: None, nonce: 0 }
    }

    /// A true answer: the four best rows share, the eight next are listed.
    fn answer(&mut self) -> (Completion, AttributionReceipt) {
        self.nonce += 1;
        let completion = Completion {
            adapter: self.adapter,
            payer: self.world.payer.address(),
            host: self.world.host(),
            prompt: B256::repeat_byte(1),
            answer: B256::repeat_byte(2),
            promptTokens: 3,
            answerTokens: 4,
            feeWei: 1_000_003,
            timeS: self.world.time_s.get(),
            nonce: self.nonce,
        };
        let query = values(255);
        let scores = self.index.rows().map(|row| row.score(&query).expect("of its rank"));
        let mut rows: Vec<(i128, u32)> = scores.zip(0..).collect();
        rows.sort_by_key(|(score, row)| (std::cmp::Reverse(*score), *row));
        let mut shares: Vec<_> = rows.iter().take(12).zip(0..).map(share).collect();
        shares.sort_by_key(|share| (std::cmp::Reverse(share.sharePpm), share.row));
        let receipt = AttributionReceipt {
            completion: completion.id(),
            adapter: self.adapter,
            influenceRoot: self.index.root(),
            rule: "poa/1".to_owned(),
            query: query.into(),
            liftMicronats: 1,
            shares,
            unattributedPpm: 100_000,
        };
        (completion, receipt)
    }

    fn earning(&self, completion: &Completion, receipt: &AttributionReceipt) -> Earning {
        let signature = self.world.sign(receipt);
        let (fee, split) = (Wei::new(completion.feeWei), self.world.split());
        let earning = Earning::new(fee, receipt, signature, &split, &self.world.parties());
        Earning { completion: completion.id(), ..earning.expect("whole") }
    }

    /// Posts a period over these answers; gives them as they are published.
    fn post(
        &mut self,
        answers: &[(Completion, AttributionReceipt)],
        lie: impl Fn(&mut Earning),
    ) -> Vec<PublishedAnswer> {
        let earnings = answers.iter().map(|(completion, receipt)| {
            let mut earning = self.earning(completion, receipt);
            lie(&mut earning);
            earning
        });
        let earnings: Vec<_> = earnings.collect();
        let world = &self.world;
        world.capture(
            &earnings
                .iter()
                .filter(|earning| !self.is_captured(earning))
                .cloned()
                .collect::<Vec<_>>(),
        );
        world.seal(1);
        let period = world.close(self.before.as_ref(), &earnings);
        world.post(&period);
        let settled = earnings.iter().map(SettledAnswer::from);
        let tree = SettledAnswers::new(settled).expect("distinct answers");
        let number = period.payout().period;
        let published = answers.iter().zip(&earnings).map(|((completion, receipt), earning)| {
            let proof = tree.proof(number, earning.completion).expect("a tree");
            PublishedAnswer {
                proof: proof.expect("a settled answer"),
                completion: completion.clone(),
                receipt: receipt.clone(),
            }
        });
        let published = published.collect();
        self.before = Some(period);
        published
    }

    fn is_captured(&self, earning: &Earning) -> bool {
        let world = &self.world;
        let found = world.contracts.is_captured(&world.chain, world.host(), earning.completion);
        found.expect("a read")
    }

    fn found(&self, answer: &PublishedAnswer) -> Option<FraudProof> {
        let world = &self.world;
        let splits = world.contracts.splits(&world.chain).expect("a read");
        let adapter = world.contracts.adapter(&world.chain, answer.receipt.adapter);
        let owners = [person(0x61)];
        let published = Published {
            chain_id: CHAIN_ID,
            splits: &splits,
            adapter: adapter.expect("a read"),
            owners: &owners,
            validators: world.contracts.attestations,
            treasury: world.contracts.treasury(),
            index: Some(&self.index),
        };
        find_fraud(answer, &published).expect("all records")
    }

    /// Proves what was found; the challenger is paid and the period gone.
    fn convict(&mut self, proof: &FraudProof) {
        let (world, challenger) = (&self.world, key(7));
        let period = proof.answer().proof.period;
        let posted = world.contracts.posted_period(&world.chain, period).expect("a read");
        let gas = world.done(&challenger, &world.contracts.prove(proof));
        assert!(gas < 400_000, "{}: {gas} gas", proof.name());
        let after = world.contracts.posted_period(&world.chain, period).expect("a read");
        assert_eq!(after.status, PeriodStatus::Disabled, "{}", proof.name());
        assert!(world.contracts.is_fraud(&world.chain, posted.payout).expect("a read"));
        let reward = world.contracts.withdrawable(&world.chain, challenger.address());
        assert_eq!(reward.expect("a read"), open(50));
        world.done(&challenger, &world.contracts.withdraw_bonds(challenger.address()));
        self.before = None;
    }
}

fn anchor(world: &World, root: B256) -> B256 {
    let (owner, datanet) = (person(0x61), keccak256("a datanet"));
    let operator = &world.operator;
    let host = world.host();
    world.done(operator, &world.contracts.register_datanet(datanet, host, B256::ZERO));
    let snapshot = Snapshot {
        datanet,
        parent: B256::ZERO,
        root: B256::repeat_byte(1),
        records: ROWS,
        contributions: B256::repeat_byte(2),
        licence: B256::ZERO,
        timeS: START_S,
    };
    world.done(operator, &world.contracts.anchor_snapshot(&snapshot));
    let adapter = Adapter {
        snapshot: snapshot.id(),
        base: B256::repeat_byte(3),
        weights: B256::repeat_byte(4),
        options: B256::repeat_byte(5),
        influenceRoot: root,
        spanIndex: B256::repeat_byte(7),
        rule: "poa/1".to_owned(),
        owner,
        timeS: START_S,
    };
    world.done(operator, &world.contracts.anchor_adapter(&adapter));
    adapter.id()
}

/// The `place`th best row: the first four share, the others only stand there.
fn share(((score, row), place): (&(i128, u32), u32)) -> RecordShare {
    let number = u8::try_from(*row).expect("few rows");
    RecordShare {
        row: *row,
        record: keccak256([number]),
        contributor: person(0x80 + number),
        score: i64::try_from(*score).expect("small"),
        spanTokens: 0,
        evidence: if place < 4 { 4 } else { 8 },
        reason: u8::from(place >= 4),
        sharePpm: if place < 4 { 225_000 } else { 0 },
    }
}

#[test]
fn nothing_is_wrong_with_the_truth() {
    let mut case = Case::start();
    let answers = [case.answer(), case.answer()];
    let published = case.post(&answers, |_| ());
    for answer in &published {
        assert_eq!(case.found(answer), None);
    }
    assert_eq!(find_repeated(&published), None);
    let answer = published[0].clone();
    let row = case.index.proof(answer.receipt.shares[0].row).expect("a row");
    let lowest = (0..ROWS).find(|row| answer.receipt.shares.iter().all(|share| share.row != *row));
    let unlisted = case.index.proof(lowest.expect("twenty rows")).expect("a row");
    let header = case.index.header().clone();
    let accusations = [
        FraudProof::Score { answer: answer.clone(), share_at: 0, row: row.clone() },
        FraudProof::Omission { answer: answer.clone(), row: unlisted },
        FraudProof::Order { answer: answer.clone(), first: 0, second: 11 },
        FraudProof::Row { answer: answer.clone(), share_at: 3, row, header },
        FraudProof::Split { answer: answer.clone() },
        FraudProof::Signature { answer: answer.clone() },
        FraudProof::Index { answer },
        FraudProof::Nonce {
            first: Box::new(published[0].clone()),
            second: Box::new(published[1].clone()),
        },
    ];
    for accusation in accusations {
        let refusal = case.world.refusal(&key(7), &case.world.contracts.prove(&accusation));
        assert_eq!(refusal.name(), Some("NothingWrong"), "{}: {refusal}", accusation.name());
    }
}

/// Tells lies about the attribution, one at a time, and expects the proof of this name.
fn check(case: &mut Case, name: &str, lie: impl Fn(&mut AttributionReceipt)) {
    let (completion, mut receipt) = case.answer();
    lie(&mut receipt);
    let published = case.post(&[(completion, receipt)], |_| ());
    let proof = case.found(&published[0]).expect("a proof");
    assert_eq!(proof.name(), name);
    case.convict(&proof);
}

#[test]
fn lies_about_the_attribution_are_proven() {
    let mut case = Case::start();
    check(&mut case, "score", |receipt| receipt.shares[5].score += 1);
    check(&mut case, "score", |receipt| receipt.shares[0].record = B256::repeat_byte(9));
    check(&mut case, "score", |receipt| receipt.shares[0].contributor = person(9));
    check(&mut case, "omission", |receipt| {
        receipt.shares.remove(6);
    });
    check(&mut case, "order", |receipt| receipt.shares.swap(4, 5));
    check(&mut case, "order", |receipt| {
        let twice = receipt.shares[0].row;
        receipt.shares[11].row = twice;
    });
    check(&mut case, "row", |receipt| receipt.shares[11].row = ROWS);
    check(&mut case, "row", |receipt| {
        receipt.query = receipt.query[1..].to_vec().into();
    });
    check(&mut case, "index", |receipt| receipt.influenceRoot = B256::repeat_byte(9));
    check(&mut case, "index", |receipt| receipt.rule = "poa/0".to_owned());
    check(&mut case, "signature", |receipt| receipt.completion = B256::repeat_byte(9));
    check(&mut case, "signature", |receipt| receipt.adapter = B256::repeat_byte(9));
}

/// Makes an earning false.
type Lie = fn(&mut Earning);

#[test]
fn lies_about_the_money_are_proven() {
    let mut case = Case::start();
    let lies: [(&str, Lie); 4] = [
        ("split", |earning| earning.lines.swap(0, 1)),
        ("split", |earning| {
            earning.lines[0].amount = Wei::new(earning.lines[0].amount.get() - 1);
            earning.lines[4].amount = Wei::new(earning.lines[4].amount.get() + 1);
        }),
        ("split", |earning| earning.split_version = 2),
        ("signature", |earning| {
            earning.signature = key(5).sign(B256::repeat_byte(1)).expect("a signature");
        }),
    ];
    for (name, lie) in lies {
        let answer = case.answer();
        let published = case.post(&[answer], lie);
        let proof = case.found(&published[0]).expect("a proof");
        assert_eq!(proof.name(), name);
        case.convict(&proof);
    }
}

#[test]
fn one_number_for_two_answers_is_proven() {
    let mut case = Case::start();
    let first = case.answer();
    let mut second = case.answer();
    second.0.nonce = first.0.nonce;
    second.0.answer = B256::repeat_byte(9);
    second.1.completion = second.0.id();
    let published = case.post(&[first, second], |_| ());
    assert_eq!(case.found(&published[1]), None);
    let proof = find_repeated(&published).expect("a proof");
    case.convict(&proof);
}

#[test]
fn an_answer_that_is_withheld_loses_its_period() {
    let mut case = Case::start();
    let answers = [case.answer(), case.answer()];
    let published = case.post(&answers, |_| ());
    let world = &case.world;
    let payout = case.before.as_ref().expect("posted").id();
    let (period, bond) = (1, open(1));
    world.done(&key(7), &world.contracts.demand(period, 0, bond));
    let demand = world.contracts.demanded(&world.chain, payout, 0).expect("a read");
    assert_eq!(demand.expect("a demand").by, key(7).address());
    let shown = published.iter().find(|answer| answer.proof.index == 0).expect("two answers");
    world.done(&key(8), &world.contracts.reveal_answer(shown));
    assert_eq!(world.contracts.demanded(&world.chain, payout, 0).expect("a read"), None);
    world.done(&world.payer, &world.contracts.withdraw_demands(world.host()));
    world.done(&key(7), &world.contracts.demand(period, 1, bond));
    world.seal(200);
    world.done(&key(8), &world.contracts.expire_demand(payout, period, 1));
    let posted = world.contracts.posted_period(&world.chain, period).expect("a read");
    assert_eq!(posted.status, PeriodStatus::Disabled);
    let reward = world.contracts.withdrawable(&world.chain, key(7).address()).expect("a read");
    assert_eq!(reward, open(50));
}

#[test]
fn records_that_are_not_the_answers_cannot_be_judged() {
    let anchor = AdapterAnchor {
        snapshot: B256::ZERO,
        influence_root: B256::ZERO,
        rule: B256::ZERO,
        owner: Address::ZERO,
    };
    let splits: [SplitVersion; 0] = [];
    let published = Published {
        chain_id: CHAIN_ID,
        splits: &splits,
        adapter: anchor,
        owners: &[],
        validators: Address::ZERO,
        treasury: Address::ZERO,
        index: None,
    };
    let mut case = Case::start();
    let (completion, receipt) = case.answer();
    let answer = SettledAnswer::from(&case.earning(&completion, &receipt));
    let proof = AnswerProof { period: 1, index: 0, siblings: Vec::new(), answer };
    let other = Completion { nonce: 99, ..completion };
    let withheld = PublishedAnswer { proof, completion: other, receipt };
    assert!(find_fraud(&withheld, &published).is_err());
    assert!(PublishedIndex::read(&[0; 80]).is_err());
}
