//! The crate at its boundary: an answer is attributed, the receipt is checked, and every way of
//! falsifying it is named.
#![expect(clippy::cast_precision_loss, reason = "24 random bits are exact in a float")]

use attribution::{
    Answer, Attribution, Basis, BrokenLink, Chain, IndexOptions, InfluenceIndex, RowInput, Signed,
    SpanIndex, Spoken, TrainingGradients, Verification, attribute, verify, verify_row,
};
use primitives::{
    Adapter, Address, AttributionReceipt, ChainRecord, Completion, Digest, Evidence, Key,
    LeafDomain, MerkleTree, ZeroReason, keccak256,
};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

const DIMENSIONS: usize = 300;
const FACTS: u32 = 40;
const CHAIN: u64 = 7077;

/// A snapshot of forty facts and the copies of some of them, with gradients as training leaves them:
/// a direction of its own for each fact, a direction that all answers share, and noise.
struct World {
    index: InfluenceIndex,
    basis: Basis,
    spans: SpanIndex,
    adapter: Adapter,
    host: Key,
}

fn noise(seed: u64, scale: f32) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let uniform = |rng: &mut ChaCha8Rng| (rng.next_u32() >> 8) as f32 / (1 << 23) as f32 - 1.0;
    (0..DIMENSIONS).map(|_| scale * uniform(&mut rng)).collect()
}

fn add(left: &[f32], right: &[f32]) -> Vec<f32> {
    left.iter().zip(right).map(|(left, right)| left + right).collect()
}

/// The gradient of a wording of a fact.
fn gradient(fact: u32, wording: u64) -> Vec<f32> {
    let own = noise(u64::from(fact), 1.0);
    let shared = noise(1000, 2.0);
    add(&add(&own, &shared), &noise(5000 + 100 * u64::from(fact) + wording, 0.7))
}

/// Six tokens that only this fact has, between two that every fact has.
fn answer(fact: u32) -> Vec<u32> {
    let own = (0..6).map(|place| 10 + fact * 6 + place);
    [1].into_iter().chain(own).chain([2]).collect()
}

/// `copies` lists facts that a late contributor hands in again, and that clustering finds.
fn world(copies: &[u32]) -> World {
    build(copies, |_, fact| fact)
}

/// `cluster` gives a row's cluster from its position and fact.
fn build(copies: &[u32], cluster: fn(u32, u32) -> u32) -> World {
    let rows = (0..FACTS).chain(copies.iter().copied());
    let row = |(position, fact): (u32, u32)| RowInput {
        record: keccak256(position.to_le_bytes()),
        contributor: Address::repeat_byte(if position < FACTS {
            1 + u8::try_from(fact % 4).unwrap_or(0)
        } else {
            99
        }),
        cluster: cluster(position, fact),
        position: u64::from(position),
        gradient: gradient(fact, 1 + u64::from(position)),
    };
    let rows: Vec<RowInput> = (0..).zip(rows).map(row).collect();
    let texts = (0..FACTS).chain(copies.iter().copied()).map(|fact| vec![answer(fact)]);
    let texts: Vec<Vec<Vec<u32>>> = texts.collect();
    let gradients = TrainingGradients { rows, sampled: Vec::new(), references: Vec::new() };
    let (index, basis) =
        InfluenceIndex::build(&gradients, &IndexOptions::default()).expect("the world is sound");
    let spans = SpanIndex::build(&texts).expect("the texts are short");
    let adapter = Adapter {
        snapshot: Digest::repeat_byte(1),
        base: Digest::repeat_byte(2),
        weights: Digest::repeat_byte(3),
        options: Digest::repeat_byte(4),
        influenceRoot: index.root().expect("there are few rows"),
        spanIndex: spans.digest(),
        rule: "poa/1".to_owned(),
        owner: Address::repeat_byte(50),
        timeS: 1,
    };
    let host = Key::from_bytes(&[7; 32]).expect("a valid key");
    World { index, basis, spans, adapter, host }
}

impl World {
    fn completion(&self, tokens: &[u32]) -> Completion {
        Completion {
            adapter: self.adapter.id(),
            payer: Address::repeat_byte(60),
            host: self.host.address(),
            prompt: Digest::repeat_byte(5),
            answer: Digest::repeat_byte(6),
            promptTokens: 9,
            answerTokens: u32::try_from(tokens.len()).expect("answers are short"),
            feeWei: 1_000_000,
            timeS: 2,
            nonce: 3,
        }
    }

    fn attribute(
        &self,
        fact: u32,
        tokens: &[u32],
        lift_micronats: i64,
        cited: &[u32],
    ) -> Attribution {
        let gradient = gradient(fact, 0);
        let answer = Answer {
            completion: self.completion(tokens).id(),
            adapter: self.adapter.id(),
            tokens,
            gradient: &gradient,
            lift_micronats,
            cited,
        };
        attribute(&self.index, &self.basis, &self.spans, &answer).expect("all parts fit")
    }

    fn check(&self, receipt: &AttributionReceipt, tokens: &[u32]) -> Result<(), BrokenLink> {
        let completion = self.completion(tokens);
        let against = Verification {
            chain: Chain { completion: &completion, adapter: &self.adapter },
            index: &self.index,
            spoken: Some(Spoken { spans: &self.spans, tokens }),
            signed: None,
        };
        verify(receipt, &against)?;
        verify(receipt, &Verification { spoken: None, ..against })
    }
}

#[test]
fn the_fact_that_was_asked_for_is_paid_and_the_receipt_holds() {
    let world = world(&[]);
    for fact in 0..FACTS {
        let Attribution { receipt, spans } =
            world.attribute(fact, &answer(fact), 5_000_000, &[fact]);
        let top = &receipt.shares[0];
        assert_eq!(top.row, fact);
        assert!(top.sharePpm > 500_000, "{top:?}");
        let classes = Evidence::Cited as u8 | Evidence::Verbatim as u8 | Evidence::Influence as u8;
        assert_eq!((top.evidence, top.spanTokens), (classes, 8));
        assert_eq!(spans.len(), 1);
        world.check(&receipt, &answer(fact)).expect("an honest receipt holds");
    }
}

#[test]
fn influence_alone_finds_the_fact_behind_a_paraphrase() {
    let world = world(&[]);
    let paraphrase = [3, 4, 5, 6];
    for fact in 0..FACTS {
        let Attribution { receipt, spans } = world.attribute(fact, &paraphrase, 5_000_000, &[]);
        assert_eq!((receipt.shares[0].row, spans.len()), (fact, 0));
        assert_eq!(receipt.shares[0].evidence, Evidence::Influence as u8);
        world.check(&receipt, &paraphrase).expect("an honest receipt holds");
    }
}

#[test]
fn a_copycat_earns_nothing_and_takes_nothing() {
    let copied: Vec<u32> = (0..FACTS).filter(|fact| fact % 3 == 0).collect();
    let (alone, copied_world) = (world(&[]), world(&copied));
    let top = |world: &World, fact| {
        let receipt = world.attribute(fact, &answer(fact), 5_000_000, &[]).receipt;
        let thief = receipt.shares.iter().filter(|share| share.row >= FACTS);
        assert_eq!(thief.map(|share| share.sharePpm).sum::<u32>(), 0);
        (receipt.shares[0].row, receipt.shares[0].sharePpm)
    };
    for fact in copied {
        let (row, share) = top(&copied_world, fact);
        assert_eq!(row, fact);
        // The copy changes the basis a little; it must not cost the original more than that.
        assert!(share * 10 >= top(&alone, fact).1 * 9);
    }
}

#[test]
fn a_copy_that_no_clustering_found_earns_nothing_from_what_it_copied() {
    let copied: Vec<u32> = (0..FACTS).filter(|fact| fact % 3 == 0).collect();
    let world = build(&copied, |position, _| position);
    for (copy, fact) in (FACTS..).zip(copied) {
        let receipt = world.attribute(fact, &answer(fact), 5_000_000, &[copy, fact]).receipt;
        assert_eq!(receipt.shares[0].row, fact);
        let copy = receipt.shares.iter().find(|share| share.row == copy).expect("it is listed");
        assert_eq!((copy.sharePpm, copy.reason), (0, ZeroReason::Copy as u8));
        world.check(&receipt, &answer(fact)).expect("an honest receipt holds");
    }
}

#[test]
fn being_retrieved_is_not_being_used() {
    let world = world(&[]);
    let receipt = world.attribute(3, &answer(3), 5_000_000, &[3, 8]).receipt;
    let bystander =
        receipt.shares.iter().find(|share| share.row == 8).expect("a cited row is listed");
    assert_eq!(bystander.sharePpm, 0);
    assert!(bystander.evidence & Evidence::Cited as u8 != 0);
}

#[test]
fn an_answer_of_the_base_model_pays_nobody() {
    let world = world(&[]);
    let receipt = world.attribute(3, &answer(3), -20, &[]).receipt;
    assert_eq!(receipt.unattributedPpm, 1_000_000);
    assert_eq!(
        receipt.shares.iter().find(|share| share.row == 3).map(|share| share.reason),
        Some(ZeroReason::NoLift as u8)
    );
    world.check(&receipt, &answer(3)).expect("an honest receipt holds");
}

/// Falsifies an honest receipt and returns the broken link that is found.
fn forged(forge: impl FnOnce(&mut AttributionReceipt)) -> BrokenLink {
    let world = world(&[0, 3]);
    let tokens = answer(3);
    let mut receipt = world.attribute(3, &tokens, 5_000_000, &[3, 7]).receipt;
    assert!(receipt.shares.len() > 2);
    forge(&mut receipt);
    world.check(&receipt, &tokens).expect_err("the forgery is found")
}

#[test]
fn every_forgery_is_named() {
    use BrokenLink as B;
    let zero = Digest::ZERO;
    assert!(matches!(forged(|r| r.rule = "poa/0".to_owned()), B::Rule { rule } if rule == "poa/0"));
    assert!(matches!(
        forged(|r| r.completion = zero),
        B::Chain { field: "receipt.completion", .. }
    ));
    assert!(matches!(forged(|r| r.adapter = zero), B::Chain { field: "receipt.adapter", .. }));
    assert!(matches!(forged(|r| r.influenceRoot = zero), B::IndexRoot { .. }));
    assert!(matches!(forged(|r| r.query = vec![1, 2].into()), B::Query { found: 2, .. }));
    assert!(matches!(forged(|r| r.query = vec![1; r.query.len()].into()), B::Score { .. }));
    assert!(matches!(forged(|r| r.shares[0].row = 999), B::Row { row: 999 }));
    assert!(matches!(forged(|r| r.shares[0].contributor = Address::ZERO), B::Row { row: 3 }));
    assert!(matches!(forged(|r| r.shares[0].record = zero), B::Row { row: 3 }));
    assert!(matches!(forged(|r| r.shares.push(r.shares[0].clone())), B::Row { row: 3 }));
    assert!(matches!(forged(|r| r.shares[0].score += 1), B::Score { row: 3, .. }));
    assert!(matches!(
        forged(|r| r.shares[0].spanTokens = 4),
        B::Span { row: 3, claimed: 4, found: 8 }
    ));
    assert!(matches!(forged(|r| r.shares[0].sharePpm -= 1), B::Sum { sum: 999_999 }));
    assert!(matches!(forged(|r| r.unattributedPpm += 1), B::Sum { sum: 1_000_001 }));
    assert!(matches!(
        forged(|r| {
            r.shares[0].sharePpm -= 10;
            r.unattributedPpm += 10;
        }),
        B::Share { row: 3, .. }
    ));
    assert!(matches!(forged(|r| r.liftMicronats = 300_000), B::Share { row: 3, .. }));
    assert!(matches!(forged(|r| r.shares[0].reason = 3), B::Verdict { row: 3, .. }));
    assert!(matches!(forged(|r| r.shares[0].evidence = 8), B::Verdict { row: 3, .. }));
    assert!(matches!(forged(|r| r.shares.truncate(r.shares.len() - 1)), B::Omitted { .. }));
    assert!(matches!(forged(|r| r.shares.swap(1, 2)), B::Order { place: 1, .. }));
}

#[test]
fn forged_surroundings_are_named() {
    let (honest, tokens) = (world(&[0]), answer(3));
    let receipt = honest.attribute(3, &tokens, 5_000_000, &[]).receipt;
    // Another index, with the same header but one row exchanged.
    let mut bytes = honest.index.encode();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let index = InfluenceIndex::decode(&bytes).expect("it still looks like an index");
    let completion = honest.completion(&tokens);
    let chain = Chain { completion: &completion, adapter: &honest.adapter };
    let against = Verification { chain, index: &index, spoken: None, signed: None };
    assert!(matches!(verify(&receipt, &against), Err(BrokenLink::IndexRoot { .. })));

    let against = Verification { index: &honest.index, ..against };
    let other = SpanIndex::build(&vec![Vec::new(); honest.index.rows().len()]).expect("short");
    let spoken = Some(Spoken { spans: &other, tokens: &tokens });
    assert!(matches!(
        verify(&receipt, &Verification { spoken, ..against }),
        Err(BrokenLink::SpanIndex { .. })
    ));
    let spoken = Some(Spoken { spans: &honest.spans, tokens: &tokens[1..] });
    assert!(matches!(
        verify(&receipt, &Verification { spoken, ..against }),
        Err(BrokenLink::AnswerTokens { claimed: 8, found: 7 })
    ));

    let signature = honest.host.sign_record(&receipt, CHAIN).expect("keys sign");
    let signed = |chain_id| Some(Signed { signature: &signature, chain_id });
    verify(&receipt, &Verification { signed: signed(CHAIN), ..against }).expect("the host signed");
    assert!(matches!(
        verify(&receipt, &Verification { signed: signed(1), ..against }),
        Err(BrokenLink::Signature { .. })
    ));

    // A rule other than the adapter is bound to.
    let adapter = Adapter { rule: "poa/2".to_owned(), ..honest.adapter.clone() };
    let other = Completion { adapter: adapter.id(), ..completion.clone() };
    let receipt = AttributionReceipt { adapter: adapter.id(), completion: other.id(), ..receipt };
    let chain = Chain { completion: &other, adapter: &adapter };
    assert!(matches!(
        verify(&receipt, &Verification { chain, ..against }),
        Err(BrokenLink::RuleOfAdapter { .. })
    ));
}

#[test]
fn one_leaf_is_enough_to_check_one_score() {
    let world = world(&[]);
    let receipt = world.attribute(3, &answer(3), 5_000_000, &[]).receipt;
    let share = receipt.shares[0].clone();
    let leaf = world.index.leaf(3).expect("the row exists");
    let proof = world.index.proof(3).expect("the row exists");
    verify_row(&receipt, &share, &leaf, &proof).expect("an honest row holds");

    let mut wrong = share.clone();
    wrong.score += 1;
    assert!(matches!(
        verify_row(&receipt, &wrong, &leaf, &proof),
        Err(BrokenLink::Score { row: 3, .. })
    ));
    let mut wrong = share.clone();
    wrong.row = 4;
    assert!(matches!(verify_row(&receipt, &wrong, &leaf, &proof), Err(BrokenLink::Row { row: 4 })));
    let mut altered = leaf;
    altered[60] ^= 1;
    assert!(matches!(
        verify_row(&receipt, &share, &altered, &proof),
        Err(BrokenLink::Proof { row: 3, .. })
    ));
    // Not a row at all, though it hashes to the root.
    let tree = MerkleTree::new(LeafDomain::InfluenceIndex, [b"nonsense"]).expect("one leaf");
    let receipt = AttributionReceipt { influenceRoot: tree.root(), ..receipt };
    let proof = tree.proof(0).expect("one leaf");
    assert!(matches!(
        verify_row(&receipt, &share, b"nonsense", &proof),
        Err(BrokenLink::Index { .. })
    ));
}
