use primitives::{B256, Bytes, LeafDomain, MerkleError, MerkleTree, merkle_leaf};
use proptest::prelude::*;
use serde_json::Value;

const DOMAIN: LeafDomain = LeafDomain::Snapshot;

fn tree(leaves: &[Vec<u8>]) -> MerkleTree {
    MerkleTree::new(DOMAIN, leaves).expect("few leaves")
}

const DOMAINS: [LeafDomain; 5] = [
    LeafDomain::Contribution,
    LeafDomain::Snapshot,
    LeafDomain::Ids,
    LeafDomain::InfluenceIndex,
    LeafDomain::Payout,
];

/// The file that the Solidity tests read too.
#[test]
fn shared_vectors_hold() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../vectors/merkle.json")).expect("valid JSON");
    let trees = vectors["trees"].as_array().expect("a list of trees");
    assert!(trees.len() >= DOMAINS.len(), "each kind of tree has a vector");
    trees.iter().for_each(check_vector);
}

fn check_vector(vector: &Value) {
    let domain = DOMAINS.into_iter().find(|domain| vector["domain"] == domain.name());
    let domain = domain.expect("a known domain");
    let leaves = vector["leaves"].as_array().expect("a list of leaves");
    let data = |leaf: &Value| -> Bytes {
        leaf["data"].as_str().and_then(|hex| hex.parse().ok()).expect("hex")
    };
    let tree = MerkleTree::new(domain, leaves.iter().map(data)).expect("few leaves");
    assert_eq!(vector["root"], tree.root().to_string(), "{vector}");
    assert_eq!(vector["count"], tree.len(), "{vector}");
    for (index, leaf) in leaves.iter().enumerate() {
        assert_eq!(leaf["hash"], merkle_leaf(domain, &data(leaf)).to_string(), "{leaf}");
        let siblings = tree.proof(index).expect("the leaf exists").siblings;
        let siblings: Vec<String> = siblings.iter().map(B256::to_string).collect();
        assert_eq!(leaf["siblings"], Value::from(siblings), "{leaf}");
    }
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
