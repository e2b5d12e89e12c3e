//! Rust and Solidity compute the same: splits, scores, trees, leaves and ids.

use std::collections::BTreeMap;

use alloy_sol_types::{SolValue, sol};
use primitives::{
    Address, AttributionReceipt, B256, Bytes, ChainRecord, LeafDomain, MerkleProof, MerkleSumTree,
    MerkleTree, RecordShare, SharePpm, SumVertex, U256, Wei, keccak256, merkle_leaf,
};
use revm::primitives::TxKind;
use serde_json::Value;
use settlement::{
    ContractCall, IndexRow, Parties, SettledAnswer, SettledLine, SplitOptions, split,
};

use crate::evm::{Dice, Evm};

sol! {
    struct Share {
        uint32 row;
        bytes32 record;
        address contributor;
        int64 score;
        uint32 spanTokens;
        uint8 evidence;
        uint8 reason;
        uint32 sharePpm;
    }

    struct SplitCase {
        uint128 feeWei;
        Share[] shares;
        uint32 unattributedPpm;
        uint32[6] parts;
        address[4] parties;
    }

    struct ScoreCase {
        bytes leaf;
        bytes query;
    }

    struct ProofCase {
        bytes32 root;
        bytes32 domain;
        bytes data;
        uint256 index;
        bytes32[] siblings;
    }

    struct SumSibling {
        bytes32 hash;
        uint128 sumWei;
    }

    struct SumProofCase {
        bytes32 root;
        uint128 totalWei;
        bytes data;
        uint128 leafWei;
        uint256 index;
        SumSibling[] siblings;
    }
}

const HARNESS: &str = include_str!("../../../../schema/contracts/test/Differential.json");
const AT: Address = Address::repeat_byte(0xd1);
const CASES: usize = 100_000;
const BATCH: usize = 500;

/// The harness, deployed.
struct Solidity {
    evm: Evm,
    selectors: BTreeMap<String, [u8; 4]>,
}

fn type_name(parameter: &Value) -> String {
    let name = parameter["type"].as_str().expect("a type");
    let Some(array) = name.strip_prefix("tuple") else { return name.to_owned() };
    let parts = parameter["components"].as_array().expect("parts").iter().map(type_name);
    format!("({}){array}", parts.collect::<Vec<_>>().join(","))
}

impl Solidity {
    fn deployed() -> Self {
        let artifact: Value = serde_json::from_str(HARNESS).expect("a committed artifact");
        let code: Bytes =
            artifact["deployedBytecode"].as_str().and_then(|code| code.parse().ok()).expect("hex");
        let evm = Evm::new(1, 1, &BTreeMap::new());
        evm.place(AT, code);
        let entries = artifact["abi"].as_array().expect("entries").iter();
        let selectors = entries.filter(|entry| entry["type"] == "function").map(|entry| {
            let name = entry["name"].as_str().expect("a name");
            let inputs = entry["inputs"].as_array().expect("inputs").iter().map(type_name);
            let signature = format!("{name}({})", inputs.collect::<Vec<_>>().join(","));
            (name.to_owned(), *keccak256(signature).first_chunk().expect("32 bytes"))
        });
        let selectors = selectors.collect();
        Self { evm, selectors }
    }

    /// The encoded result of a function.
    fn run(&self, name: &str, arguments: Vec<u8>) -> Bytes {
        let data = [self.selectors[name].as_slice(), &arguments].concat();
        let to = TxKind::Call(AT);
        let call = ContractCall { to, value: Wei::ZERO, data: data.into(), gas_limit: 0 };
        self.evm.send(Address::ZERO, &call).expect("a pure function")
    }
}

/// Parts of a whole, some of them zero.
fn parts<const N: usize>(dice: &mut Dice) -> [u32; N] {
    let mut cuts = [0; N];
    for cut in cuts.iter_mut().skip(1) {
        *cut = match dice.below(4) {
            0 => 0,
            _ => u32::try_from(dice.below(1_000_001)).expect("a million"),
        };
    }
    cuts.sort_unstable();
    let ends = cuts.iter().skip(1).copied().chain([1_000_000]);
    let mut parts = [0; N];
    for (part, (cut, end)) in parts.iter_mut().zip(cuts.iter().zip(ends)) {
        *part = end - cut;
    }
    parts
}

/// From nothing over single wei to all that fits.
fn any_wei(dice: &mut Dice) -> u128 {
    let bits = dice.below(129);
    if bits == 0 { 0 } else { dice.amount(u128::MAX) >> (128 - bits) }
}

fn any_receipt(dice: &mut Dice) -> AttributionReceipt {
    const SHARES_MAX: usize = 12;
    let all: [u32; SHARES_MAX] = parts(dice);
    let (unattributed, shares) = all.split_first().expect("twelve");
    let shares = shares.iter().map(|ppm| RecordShare {
        row: u32::try_from(dice.below(1 << 32)).expect("32 bits"),
        record: dice.hash(),
        contributor: dice.address(),
        score: dice.word().cast_signed(),
        spanTokens: 7,
        evidence: 4,
        reason: 0,
        sharePpm: *ppm,
    });
    let shares = shares.collect();
    let (rule, query) = (dice.place(40), dice.place(70));
    AttributionReceipt {
        completion: dice.hash(),
        adapter: dice.hash(),
        influenceRoot: dice.hash(),
        rule: "r".repeat(rule),
        query: dice.bytes(query).into(),
        liftMicronats: dice.word().cast_signed(),
        shares,
        unattributedPpm: *unattributed,
    }
}

fn share(share: &RecordShare) -> Share {
    Share {
        row: share.row,
        record: share.record,
        contributor: share.contributor,
        score: share.score,
        spanTokens: share.spanTokens,
        evidence: share.evidence,
        reason: share.reason,
        sharePpm: share.sharePpm,
    }
}

/// A fee to divide, and the digest of the lines that Rust gives; zero when the shares are not whole.
fn split_case(dice: &mut Dice) -> (SplitCase, B256) {
    let mut receipt = any_receipt(dice);
    if dice.below(50) == 0 {
        receipt.unattributedPpm ^= 1;
    }
    let fee = any_wei(dice);
    let parts: [u32; 6] = parts(dice);
    let ppm = |place: usize| SharePpm::new(parts[place]).expect("at most a whole");
    let options = SplitOptions {
        contributors_ppm: ppm(0),
        owner_ppm: ppm(1),
        host_ppm: ppm(2),
        validators_ppm: ppm(3),
        treasury_ppm: ppm(4),
        burn_ppm: ppm(5),
    };
    let [owner, host, validators, treasury] = [(); 4].map(|()| dice.address());
    let parties = Parties { owner, host, validators, treasury };
    let lines = split(Wei::new(fee), &receipt, &options, &parties);
    let digest = lines.map_or(B256::ZERO, |lines| {
        let lines: Vec<SettledLine> = lines.iter().map(SettledLine::from).collect();
        keccak256(lines.abi_encode())
    });
    let case = SplitCase {
        feeWei: fee,
        shares: receipt.shares.iter().map(share).collect(),
        unattributedPpm: receipt.unattributedPpm,
        parts,
        parties: [owner, host, validators, treasury],
    };
    (case, digest)
}

#[test]
fn splits_equal_soliditys() {
    let (solidity, mut dice) = (Solidity::deployed(), Dice::new(1));
    for _ in 0..CASES / BATCH {
        let (cases, digests): (Vec<_>, Vec<_>) = (0..BATCH).map(|_| split_case(&mut dice)).unzip();
        let answer = solidity.run("splits", (cases,).abi_encode_params());
        assert_eq!(Vec::<B256>::abi_decode(&answer).expect("digests"), digests);
    }
}

/// A row with `rank` values, a query for it, and the score that Rust gives.
fn score_case(dice: &mut Dice) -> (ScoreCase, U256) {
    let rank = match dice.below(8) {
        0 => 1024,
        1 => 0,
        2 => 32,
        _ => dice.place(120),
    };
    let mut leaf = dice.bytes(113 + rank);
    leaf[96] = u8::try_from(dice.below(25)).expect("small");
    let mut query = dice.bytes(rank);
    if dice.below(16) == 0 {
        leaf[113..].fill(0x80);
        query.fill(if dice.below(2) == 0 { 0x80 } else { 0x7f });
    }
    let row = IndexRow::read(&leaf).expect("a row");
    let score = row.score(&query).expect("as many values");
    let word = U256::from(score.unsigned_abs());
    let word = if score < 0 { word.wrapping_neg() } else { word };
    (ScoreCase { leaf: leaf.into(), query: query.into() }, word)
}

#[test]
fn scores_equal_soliditys() {
    let (solidity, mut dice) = (Solidity::deployed(), Dice::new(2));
    for _ in 0..CASES / BATCH {
        let (cases, scores): (Vec<_>, Vec<_>) = (0..BATCH).map(|_| score_case(&mut dice)).unzip();
        let answer = solidity.run("scores", (cases,).abi_encode_params());
        assert_eq!(Vec::<U256>::abi_decode(&answer).expect("scores"), scores);
    }
}

/// One leaf of a random tree with its proof, true or bent, and Rust's verdict.
fn proof_case(dice: &mut Dice) -> (ProofCase, bool) {
    let domains = [LeafDomain::Answers, LeafDomain::InfluenceIndex, LeafDomain::Snapshot];
    let domain = dice.pick(&domains);
    let leaves: Vec<Vec<u8>> = (0..=dice.place(40)).map(|_| data(dice)).collect();
    let tree = MerkleTree::new(domain, &leaves).expect("few leaves");
    let place = dice.place(leaves.len());
    let mut proof = tree.proof(place).expect("a leaf");
    let (mut root, mut leaf) = (tree.root(), leaves[place].clone());
    match dice.below(12) {
        0 => proof.index ^= 1 << dice.below(8),
        1 => root.0[dice.place(32)] ^= 1,
        2 => leaf.push(0),
        3 => drop(proof.siblings.pop()),
        4 => proof.siblings.push(B256::ZERO),
        5 => {
            if let Some(sibling) = proof.siblings.last_mut() {
                sibling.0[3] ^= 4;
            }
        }
        6 => proof.siblings = vec![B256::ZERO; 33],
        _ => {}
    }
    let verdict = proof.verify(root, domain, &leaf).is_ok();
    let MerkleProof { index, siblings } = proof;
    let (domain, index) = (keccak256(domain.name()), U256::from(index));
    (ProofCase { root, domain, data: leaf.into(), index, siblings }, verdict)
}

fn data(dice: &mut Dice) -> Vec<u8> {
    let length = dice.place(70);
    dice.bytes(length)
}

#[test]
fn trees_equal_soliditys() {
    let (solidity, mut dice) = (Solidity::deployed(), Dice::new(3));
    let mut held = 0;
    for _ in 0..CASES / BATCH {
        let (cases, verdicts): (Vec<_>, Vec<_>) = (0..BATCH).map(|_| proof_case(&mut dice)).unzip();
        let answer = solidity.run("proofs", (cases,).abi_encode_params());
        assert_eq!(Vec::<bool>::abi_decode(&answer).expect("verdicts"), verdicts);
        held += verdicts.iter().filter(|verdict| **verdict).count();
    }
    assert!(held > CASES / 3 && held < CASES, "{held} of {CASES} proofs hold");
}

/// One leaf of a random sum tree with its proof, true or bent, and Rust's verdict.
fn sum_proof_case(dice: &mut Dice) -> (SumProofCase, bool) {
    let leaves: Vec<(Vec<u8>, Wei)> =
        (0..=dice.place(40)).map(|_| (data(dice), Wei::new(any_wei(dice) >> 6))).collect();
    let tree = MerkleSumTree::new(LeafDomain::Payout, leaves.iter().cloned()).expect("few leaves");
    let place = dice.place(leaves.len());
    let mut proof = tree.proof(place).expect("a leaf");
    let (leaf, mut amount) = leaves[place].clone();
    let mut root = tree.root();
    let more = |sum: Wei| Wei::new(sum.get().wrapping_add(1));
    match dice.below(12) {
        0 => proof.index ^= 1 << dice.below(8),
        1 => root.hash.0[dice.place(32)] ^= 1,
        2 => root.sum = more(root.sum),
        3 => amount = more(amount),
        4 => drop(proof.siblings.pop()),
        5 => proof.siblings.push(SumVertex::default()),
        6 => {
            if let Some(sibling) = proof.siblings.last_mut() {
                sibling.sum = more(sibling.sum);
            }
        }
        7 => {
            if let Some(sibling) = proof.siblings.first_mut() {
                sibling.sum = Wei::new(u128::MAX);
            }
        }
        _ => {}
    }
    let verdict = proof.verify(root, LeafDomain::Payout, &leaf, amount).is_ok();
    let siblings = proof
        .siblings
        .iter()
        .map(|sibling| SumSibling { hash: sibling.hash, sumWei: sibling.sum.get() });
    let case = SumProofCase {
        root: root.hash,
        totalWei: root.sum.get(),
        data: leaf.into(),
        leafWei: amount.get(),
        index: U256::from(proof.index),
        siblings: siblings.collect(),
    };
    (case, verdict)
}

#[test]
fn sum_trees_equal_soliditys() {
    let (solidity, mut dice) = (Solidity::deployed(), Dice::new(4));
    let mut held = 0;
    for _ in 0..CASES / BATCH {
        let (cases, verdicts): (Vec<_>, Vec<_>) =
            (0..BATCH).map(|_| sum_proof_case(&mut dice)).unzip();
        let answer = solidity.run("sumProofs", (cases,).abi_encode_params());
        assert_eq!(Vec::<bool>::abi_decode(&answer).expect("verdicts"), verdicts);
        held += verdicts.iter().filter(|verdict| **verdict).count();
    }
    assert!(held > CASES / 4 && held < CASES, "{held} of {CASES} proofs hold");
}

fn settled(dice: &mut Dice) -> SettledAnswer {
    let lines = (0..dice.place(12)).map(|_| SettledLine {
        account: dice.address(),
        role: u8::try_from(dice.below(8)).expect("small"),
        amountWei: any_wei(dice),
    });
    let lines = lines.collect();
    let length = dice.pick(&[65, 0, 64, 100]);
    SettledAnswer {
        completion: dice.hash(),
        receipt: dice.hash(),
        signature: dice.bytes(length).into(),
        feeWei: any_wei(dice),
        splitVersion: 3,
        lines,
    }
}

#[test]
fn leaves_and_ids_equal_soliditys() {
    let (solidity, mut dice) = (Solidity::deployed(), Dice::new(5));
    for _ in 0..CASES / BATCH / 10 {
        let answers: Vec<_> = (0..BATCH).map(|_| settled(&mut dice)).collect();
        let receipts: Vec<_> = (0..BATCH).map(|_| any_receipt(&mut dice)).collect();
        let hashes =
            answers.iter().map(|answer| merkle_leaf(LeafDomain::Answers, &answer.abi_encode()));
        let expected: Vec<B256> = hashes.collect();
        let ids: Vec<B256> = receipts.iter().map(ChainRecord::id).collect();
        let answer = solidity.run("leaves", (answers, receipts).abi_encode_params());
        let found = <(Vec<B256>, Vec<B256>)>::abi_decode_params(&answer).expect("hashes");
        assert_eq!(found, (expected, ids));
    }
}
