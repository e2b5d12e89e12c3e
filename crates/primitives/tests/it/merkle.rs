use primitives::{B256, LeafDomain, MerkleError, MerkleTree, merkle_leaf};
use proptest::prelude::*;
use serde_json::{Value, json};

const DOMAIN: LeafDomain = LeafDomain::Snapshot;

fn tree(leaves: &[Vec<u8>]) -> MerkleTree {
    MerkleTree::new(DOMAIN, leaves).expect("few leaves")
}

/// One tree per size, with the proof of its last leaf; Solidity checks the same file.
fn vectors() -> Value {
    let cases = [1_usize, 2, 3, 5, 8, 13].map(|leaves| {
        let data: Vec<Vec<u8>> =
            (0..leaves).map(|leaf| format!("leaf {leaf}").into_bytes()).collect();
        let tree = MerkleTree::new(LeafDomain::Payout, &data).expect("few leaves");
        let proof = tree.proof(leaves - 1).expect("the last leaf exists");
        json!({
            "leaves": leaves,
            "root": tree.root().to_string(),
            "index": proof.index,
            "leaf": merkle_leaf(LeafDomain::Payout, &data[leaves - 1]).to_string(),
            "siblings": proof.siblings.iter().map(B256::to_string).collect::<Vec<_>>(),
        })
    });
    json!({ "domain": LeafDomain::Payout.name(), "data": "leaf N", "cases": cases })
}

#[test]
fn shared_vectors_hold() {
    let committed: Value =
        serde_json::from_str(include_str!("../../../../vectors/merkle.json")).expect("valid JSON");
    let computed = vectors();
    assert!(committed == computed, "vectors/merkle.json should be:\n{computed:#}");
}

#[test]
fn a_vertex_is_not_a_leaf() {
    let two = tree(&[b"a".to_vec(), b"b".to_vec()]);
    let proof = two.proof(0).expect("leaf 0");
    let pair = [merkle_leaf(DOMAIN, b"a").0, proof.siblings[0].0].concat();
    assert_ne!(merkle_leaf(DOMAIN, &pair), two.root());
}

#[test]
fn kinds_of_trees_do_not_mix() {
    let one = tree(&[b"a".to_vec()]);
    let proof = one.proof(0).expect("leaf 0");
    assert_eq!(proof.verify(one.root(), DOMAIN, b"a"), Ok(()));
    let other = proof.verify(one.root(), LeafDomain::Payout, b"a");
    assert_eq!(other, Err(MerkleError::WrongRoot { index: 0 }));
}

#[test]
fn an_empty_tree_has_no_leaf() {
    let empty = tree(&[]);
    assert_eq!((empty.root(), empty.is_empty()), (B256::ZERO, true));
    assert_eq!(empty.proof(0), Err(MerkleError::NoSuchLeaf { index: 0, leaves: 0 }));
}

proptest! {
    #[test]
    fn every_leaf_is_proven_at_its_own_place_only(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 1..40),
        pick: prop::sample::Index,
        moved in 1_u64..40,
    ) {
        let tree = tree(&leaves);
        let index = pick.index(leaves.len());
        let mut proof = tree.proof(index).expect("leaf exists");
        prop_assert_eq!(proof.verify(tree.root(), DOMAIN, &leaves[index]), Ok(()));

        let mut altered = leaves[index].clone();
        altered.push(0);
        prop_assert!(proof.verify(tree.root(), DOMAIN, &altered).is_err());

        proof.index += moved;
        let moved_to = usize::try_from(proof.index).expect("few leaves");
        let honest = leaves.get(moved_to) == Some(&leaves[index])
            && tree.proof(moved_to).is_ok_and(|other| other == proof);
        prop_assert_eq!(proof.verify(tree.root(), DOMAIN, &leaves[index]).is_ok(), honest);
    }
}
