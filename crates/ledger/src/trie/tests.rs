use alloy_trie::{HashBuilder, proof::verify_proof};
use proptest::prelude::*;
use std::collections::BTreeMap;

use super::*;

fn rebuilt(entries: &BTreeMap<B256, Vec<u8>>) -> B256 {
    let mut builder = HashBuilder::default();
    for (key, value) in entries {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    builder.root()
}

fn leaf(value: &[u8]) -> Leaf {
    Leaf { value: value.to_vec(), storage: Trie::default() }
}

/// Keys with long shared prefixes exercise extensions; hashed keys exercise branches.
fn key(seed: u16) -> B256 {
    match seed % 3 {
        0 => keccak256(seed.to_be_bytes()),
        1 => B256::left_padding_from(&seed.to_be_bytes()),
        _ => B256::right_padding_from(&seed.to_be_bytes()),
    }
}

proptest! {
    #[test]
    fn agrees_with_a_complete_rebuild(
        steps in prop::collection::vec((0u16..200, prop::option::of(prop::collection::vec(1u8.., 1..40))), 0..300),
    ) {
        let mut trie = Trie::default();
        let mut entries = BTreeMap::new();
        for (seed, value) in steps {
            let before = trie.clone();
            let root_before = before.root();
            if let Some(value) = value {
                trie.insert(key(seed), leaf(&value));
                entries.insert(key(seed), value);
            } else {
                trie.remove(key(seed));
                entries.remove(&key(seed));
            }
            prop_assert_eq!(before.root(), root_before, "an older version must not move");
        }
        prop_assert_eq!(trie.root(), rebuilt(&entries));
        let leaves = entries.iter().map(|(key, value)| (*key, leaf(value))).collect();
        prop_assert_eq!(trie.root(), Trie::from_leaves(leaves, 1).root());
        for seed in 0..200 {
            let stored = trie.get(key(seed)).map(|leaf| leaf.value.clone());
            prop_assert_eq!(stored.as_ref(), entries.get(&key(seed)));
            let proof = trie.proof(key(seed));
            if !entries.is_empty() {
                verify_proof(trie.root(), Nibbles::unpack(key(seed)), stored, &proof).expect("a proof that holds");
            }
        }
    }
}

#[test]
fn an_emptied_trie_has_the_empty_root() {
    let mut trie = Trie::default();
    trie.insert(key(1), leaf(&[1]));
    trie.remove(key(1));
    assert_eq!(trie.root(), EMPTY_ROOT_HASH);
}

#[test]
fn many_leaves_are_built_on_several_threads() {
    let entries: BTreeMap<_, _> =
        (0u32..20_000).map(|seed| (keccak256(seed.to_be_bytes()), vec![1; 40])).collect();
    for workers in [1, 3, 16] {
        let leaves = entries.iter().map(|(key, value)| (*key, leaf(value))).collect();
        let mut trie = Trie::from_leaves(leaves, workers);
        assert_eq!(trie.root(), rebuilt(&entries));
        trie.remove(keccak256(7u32.to_be_bytes()));
        assert_ne!(trie.root(), rebuilt(&entries));
    }
}
