//! `vectors/merkle.json`: trees written by Rust and checked by the Solidity tests.

use std::fs;
use std::path::Path;

use primitives::{
    Address, B256, LeafDomain, MerkleSumTree, MerkleTree, Signature, SumVertex, Wei, keccak256,
    merkle_leaf,
};
use serde_json::{Value, json};
use settlement::{Balances, ClosedPeriod, Earning, PayoutDomain, Role, SplitLine};

const COMMITTED: &str = include_str!("../../../../vectors/merkle.json");

const DOMAINS: [LeafDomain; 6] = [
    LeafDomain::Contribution,
    LeafDomain::Snapshot,
    LeafDomain::Ids,
    LeafDomain::InfluenceIndex,
    LeafDomain::Payout,
    LeafDomain::Answers,
];

/// Bytes of every length class: empty, short, one word, longer than a hash block.
fn leaf_data(index: usize) -> Vec<u8> {
    let length = [0, 1, 31, 32, 33, 64, 65, 137][index % 8];
    keccak256(index.to_be_bytes()).0.into_iter().cycle().take(length).collect()
}

fn tree(domain: LeafDomain, count: usize) -> Value {
    let data: Vec<_> = (0..count).map(leaf_data).collect();
    let tree = MerkleTree::new(domain, &data).expect("a small tree");
    let leaves = data.iter().enumerate().map(|(index, data)| {
        let proof = tree.proof(index).expect("a given leaf");
        proof.verify(tree.root(), domain, data).expect("its own proof");
        json!({
            "data": hex(data),
            "hash": merkle_leaf(domain, data),
            "siblings": proof.siblings,
        })
    });
    let leaves: Vec<_> = leaves.collect();
    json!({ "domain": domain.name(), "count": count, "root": tree.root(), "leaves": leaves })
}

fn siblings(siblings: &[SumVertex]) -> Vec<Value> {
    let shown = siblings
        .iter()
        .map(|sibling| json!({ "hash": sibling.hash, "sumWei": sibling.sum.get().to_string() }));
    shown.collect()
}

/// A Merkle-sum tree whose amounts grow to the whole supply and beyond.
fn sum_tree(count: usize) -> Value {
    let amount = |index: usize| {
        Wei::new(u128::from(u32::try_from(index).expect("small")) << (7 * (index % 14)))
    };
    let data: Vec<_> = (0..count).map(|index| (leaf_data(index), amount(index))).collect();
    let leaves = data.iter().map(|(data, amount)| (data.as_slice(), *amount));
    let tree = MerkleSumTree::new(LeafDomain::Payout, leaves).expect("a small tree");
    let leaves = data.iter().enumerate().map(|(index, (data, amount))| {
        let proof = tree.proof(index).expect("a given leaf");
        proof.verify(tree.root(), LeafDomain::Payout, data, *amount).expect("its own proof");
        json!({
            "data": hex(data),
            "hash": merkle_leaf(LeafDomain::Payout, data),
            "sumWei": amount.get().to_string(),
            "siblings": siblings(&proof.siblings),
        })
    });
    let leaves: Vec<_> = leaves.collect();
    json!({
        "domain": LeafDomain::Payout.name(),
        "count": count,
        "root": tree.root().hash,
        "sumWei": tree.root().sum.get().to_string(),
        "leaves": leaves,
    })
}

fn hex(bytes: &[u8]) -> String {
    primitives::Bytes::copy_from_slice(bytes).to_string()
}

fn payout() -> Value {
    let domain = PayoutDomain { chain_id: 1612, payouts: Address::repeat_byte(0x77) };
    let line = |number: u8| SplitLine {
        account: Address::left_padding_from(keccak256([number]).get(..20).expect("32 bytes")),
        role: Role::Contributor,
        record: None,
        share_ppm: primitives::SharePpm::ZERO,
        amount: Wei::new(u128::from(number) << (7 * u32::from(number))),
    };
    let lines: Vec<_> = (1..=11).map(line).collect();
    let earning = Earning {
        receipt: B256::repeat_byte(1),
        completion: B256::repeat_byte(2),
        signature: Signature::from_bytes(&[7; 65]).expect("65 bytes"),
        split_version: 1,
        fee: Wei::total(lines.iter().map(|line| line.amount)).expect("small amounts"),
        lines,
    };
    let period = ClosedPeriod::close(domain, None, &[earning], 1).expect("a whole earning");
    let entitlements = period.entitlements().expect("small tree").into_iter().map(|entitlement| {
        json!({
            "account": entitlement.account,
            "cumulativeWei": entitlement.cumulative.get().to_string(),
            "siblings": siblings(&entitlement.proof.siblings),
        })
    });
    json!({
        "chainId": domain.chain_id,
        "payouts": domain.payouts,
        "count": period.balances().iter().len(),
        "root": period.root().hash,
        "totalWei": period.total().get().to_string(),
        "dataDigest": Balances::digest(period.balances()),
        "entitlements": entitlements.collect::<Vec<_>>(),
    })
}

#[test]
fn merkle_vectors_are_what_the_tree_gives() {
    let sizes = DOMAINS.into_iter().flat_map(|domain| [1, 2, 3, 8].map(|count| (domain, count)));
    let sizes = sizes.chain([(LeafDomain::Ids, 5), (LeafDomain::Snapshot, 17)]);
    let trees: Vec<_> = sizes.map(|(domain, count)| tree(domain, count)).collect();
    let sums: Vec<_> = [1, 2, 3, 8, 17].map(sum_tree).into();
    let vectors = json!({ "trees": trees, "sumTrees": sums, "payout": payout() });
    let text = serde_json::to_string_pretty(&vectors).expect("plain values") + "\n";
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("merkle.json");
    fs::write(&written, &text).expect("a writable target folder");
    assert!(text == COMMITTED, "vectors/merkle.json differs from {}", written.display());
}
