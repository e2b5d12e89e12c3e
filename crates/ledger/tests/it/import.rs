//! The official test chain: 54 blocks from Frontier to Osaka and its blob schedule forks.

use std::path::Path;

use alloy_consensus::transaction::TxHashRef as _;
use alloy_primitives::{B256, U256, b256, keccak256};
use alloy_rlp::BufMut as _;
use alloy_trie::root::ordered_trie_root_with_encoder;
use ledger::{Chain, Genesis, Options};

/// Hash of the official chain's last block.
const HEAD: B256 = b256!("0xd226371d0b1551adb03fb52b71f08e3e11247fe9b1af994768af8cdaa8e7dcd7");

pub(crate) fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/execution-apis");
    std::fs::read(folder.join(name)).unwrap()
}

pub(crate) fn genesis() -> Genesis {
    let genesis: alloy_genesis::Genesis = serde_json::from_slice(&file("genesis.json")).unwrap();
    genesis.into()
}

pub(crate) fn official() -> Chain {
    let chain = Chain::in_memory(&genesis(), Options::default()).unwrap();
    chain.import(file("chain.rlp").as_slice(), |_| {}).unwrap();
    chain
}

#[test]
fn imports_the_official_chain() {
    let chain = Chain::in_memory(&genesis(), Options::default()).unwrap();
    let mut heads = Vec::new();
    let done = chain.import(file("chain.rlp").as_slice(), |done| heads.push(done.head)).unwrap();
    assert_eq!((done.new, done.known, done.head, done.head_hash), (54, 0, 54, HEAD));
    assert_eq!((done.transactions, done.bytes), (249, 70_178));
    assert_eq!(heads, (1..=54).collect::<Vec<_>>());
    assert_eq!(chain.recompute_state_root().unwrap(), chain.head().state_root);
}

#[test]
fn gives_back_the_bytes_that_it_read() {
    let chain = official();
    let blocks =
        (1..=54u64).flat_map(|number| chain.raw_block(number.into()).unwrap().unwrap().to_vec());
    assert!(blocks.eq(file("chain.rlp")));
    for number in 0..=54u64 {
        let block = chain.block(number.into()).unwrap().unwrap();
        let receipts = chain.raw_receipts(number.into()).unwrap().unwrap();
        let root = ordered_trie_root_with_encoder(&receipts, |receipt, out| {
            out.put_slice(receipt);
        });
        assert_eq!(root, block.header.receipts_root, "receipts of block {number}");
        let header = chain.raw_header(number.into()).unwrap().unwrap();
        assert_eq!(keccak256(header), block.hash());
        for transaction in &block.transactions {
            let raw = chain.raw_transaction(*transaction.tx_hash()).unwrap().unwrap();
            assert_eq!(keccak256(raw), *transaction.tx_hash());
        }
    }
    let terminal = U256::from(4_732_352);
    assert!(chain.total_difficulty(34u64.into()).unwrap() < terminal);
    assert!(chain.total_difficulty(35u64.into()).unwrap() >= terminal);
    assert!(chain.raw_block(55u64.into()).unwrap().is_none());
    assert!(chain.raw_transaction(HEAD).unwrap().is_none());
}
