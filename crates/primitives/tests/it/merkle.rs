use primitives::{
    B256, Bytes, LeafDomain, MerkleError, MerkleSumProof, MerkleSumTree, MerkleTree, SumVertex,
    Wei, merkle_leaf,
};
use proptest::prelude::*;
use serde_json::Value;

const DOMAIN: LeafDomain = LeafDomain::Snapshot;

fn tree(leaves: &[Vec<u8>]) -> MerkleTree {
    MerkleTree::new(DOMAIN, leaves).expect("few leaves")
}

const DOMAINS: [LeafDomain; 6] = [
    LeafDomain::Contribution,
    LeafDomain::Snapshot,
    LeafDomain::Ids,
    LeafDomain::InfluenceIndex,
    LeafDomain::Payout,
    LeafDomain::Answers,
];

/// The file that the Solidity tests read too.
#[test]
fn shared_vectors_hold() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../vectors/merkle.json")).expect("valid JSON");
    let trees = vectors["trees"].as_array().expect("a list of trees");
    assert!(trees.len() >= DOMAINS.len(), "each kind of tree has a vector");
    trees.iter().for_each(check_vector);
    let trees = vectors["sumTrees"].as_array().expect("a list of trees");
    trees.iter().for_each(check_sum_vector);
}

fn check_sum_vector(vector: &Value) {
    let leaves = vector["leaves"].as_array().expect("a list of leaves");
    let leaf = |leaf: &Value| -> (Bytes, Wei) {
        let data = leaf["data"].as_str().and_then(|hex| hex.parse().ok()).expect("hex");
        (data, wei(&leaf["sumWei"]))
    };
    let tree = MerkleSumTree::new(LeafDomain::Payout, leaves.iter().map(leaf)).expect("few leaves");
    assert_eq!(vector["root"], tree.root().hash.to_string(), "{vector}");
    assert_eq!(wei(&vector["sumWei"]), tree.root().sum, "{vector}");
    for (index, leaf) in leaves.iter().enumerate() {
        let siblings = tree.proof(index).expect("the leaf exists").siblings;
        let given = leaf["siblings"].as_array().expect("a list of siblings").iter();
        let given: Vec<(Value, Wei)> =
            given.map(|sibling| (sibling["hash"].clone(), wei(&sibling["sumWei"]))).collect();
        let siblings: Vec<(Value, Wei)> =
            siblings.iter().map(|s| (s.hash.to_string().into(), s.sum)).collect();
        assert_eq!(given, siblings, "{leaf}");
    }
}

fn wei(text: &Value) -> Wei {
    Wei::new(text.as_str().and_then(|text| text.parse().ok()).expect("a number of wei"))
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

fn sum_tree(amounts: &[u128]) -> Result<MerkleSumTree, MerkleError> {
    let leaves = amounts.iter().map(|amount| (amount.to_be_bytes(), Wei::new(*amount)));
    MerkleSumTree::new(DOMAIN, leaves)
}

#[test]
fn an_empty_sum_tree_holds_nothing() {
    let empty = sum_tree(&[]).expect("no leaf");
    assert_eq!((empty.root(), empty.is_empty(), empty.len()), (SumVertex::default(), true, 0));
    assert_eq!(empty.proof(0), Err(MerkleError::NoSuchLeaf { index: 0, leaves: 0 }));
}

#[test]
fn sums_past_128_bits_are_refused() {
    assert_eq!(sum_tree(&[u128::MAX, 1]).err(), Some(MerkleError::SumTooLarge));
    assert!(sum_tree(&[u128::MAX, 0]).is_ok());
    let proof = MerkleSumProof {
        index: 0,
        siblings: vec![SumVertex { hash: B256::ZERO, sum: Wei::new(u128::MAX) }],
    };
    assert_eq!(proof.root(DOMAIN, &[], Wei::new(1)), None);
}

proptest! {
    /// A leaf is proven with its own amount, at its own place, against the true total only.
    #[test]
    fn amounts_cannot_be_moved_or_made(
        amounts in prop::collection::vec(0..u128::from(u64::MAX), 1..40),
        pick: prop::sample::Index,
        more in 1_u128..1_000,
    ) {
        let tree = sum_tree(&amounts).expect("small amounts");
        let total: u128 = amounts.iter().sum();
        prop_assert_eq!(tree.root().sum, Wei::new(total));
        let index = pick.index(amounts.len());
        let (data, amount) = (amounts[index].to_be_bytes(), Wei::new(amounts[index]));
        let proof = tree.proof(index).expect("leaf exists");
        prop_assert_eq!(proof.verify(tree.root(), DOMAIN, &data, amount), Ok(()));
        let richer = Wei::new(amounts[index] + more);
        prop_assert!(proof.verify(tree.root(), DOMAIN, &data, richer).is_err());
        let larger = SumVertex { sum: Wei::new(total + more), ..tree.root() };
        prop_assert!(proof.verify(larger, DOMAIN, &data, amount).is_err());
        for height in 0..proof.siblings.len() {
            let mut lying = proof.clone();
            let sum = lying.siblings[height].sum.get();
            lying.siblings[height].sum = Wei::new(sum + more);
            prop_assert!(lying.verify(tree.root(), DOMAIN, &data, amount).is_err());
        }
        let deeper = MerkleSumProof { index: proof.index + 64, ..proof };
        prop_assert_eq!(deeper.root(DOMAIN, &data, amount), None);
    }
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
