use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{B256, U256, keccak256};
use alloy_rpc_types_eth::Filter;
use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
use ledger::{Chain, OpenError, Options, ReadError};

use crate::account::{Account, RECORDER, chain, genesis, run, seal, word};
use crate::import::official;

/// Two recorders, deployed in blocks 1 and 2; blocks 3 to 6 call them with 3 to 6 in turn.
fn recorded() -> (Chain, [alloy_primitives::Address; 2]) {
    let (chain, alice) = (chain(), Account::new(0));
    let contracts = [alice.address.create(0), alice.address.create(1)];
    run(&chain, &alice.deploy(0, RECORDER));
    run(&chain, &alice.deploy(1, RECORDER));
    for number in 3..7 {
        let contract = contracts[usize::try_from(number).unwrap() % 2];
        run(&chain, &alice.call(number - 1, contract, &word(number)));
    }
    (chain, contracts)
}

#[test]
fn logs_are_selected_by_address_topic_and_range() {
    let (chain, contracts) = recorded();
    let blocks = |filter: Filter| -> Vec<u64> {
        chain.logs(&filter).unwrap().iter().map(|log| log.block_number.unwrap()).collect()
    };
    let all = Filter::new().from_block(0);
    assert_eq!(blocks(all.clone()), [3, 4, 5, 6]);
    assert_eq!(blocks(Filter::new()), [6], "open ends mean the latest block");
    assert_eq!(blocks(all.clone().address(contracts[0])), [4, 6]);
    assert_eq!(blocks(all.clone().event_signature(B256::from(word(5)))), [5]);
    assert_eq!(blocks(all.to_block(4)), [3, 4]);
    let fourth = chain.block(BlockId::number(4)).unwrap().unwrap();
    let logs = chain.logs(&Filter::new().at_block_hash(fourth.hash())).unwrap();
    assert_eq!(logs[0].transaction_hash, fourth.transaction(0).map(|tx| *tx.inner.tx_hash()));
    assert_eq!(logs[0].inner.data.data.as_ref(), word(4));
    for (from, to) in [(5, 4), (0, 7)] {
        let error = chain.logs(&Filter::new().from_block(from).to_block(to)).unwrap_err();
        assert!(matches!(error, ReadError::InvalidRange), "{error}");
    }
    let unknown = chain.logs(&Filter::new().at_block_hash(B256::ZERO)).unwrap_err();
    assert!(matches!(unknown, ReadError::UnknownBlock));
}

#[test]
fn every_past_state_can_be_read() {
    let (chain, contracts) = recorded();
    let alice = Account::new(0).address;
    for number in 0..7 {
        let at = BlockId::number(number);
        assert_eq!(chain.account(alice, at).unwrap().nonce, number);
        let expected = [0, 0, 0, 0, 4, 4, 6][usize::try_from(number).unwrap()];
        assert_eq!(chain.storage(contracts[0], U256::ZERO, at).unwrap(), U256::from(expected));
        assert_eq!(chain.code(contracts[1], at).unwrap().is_empty(), number < 2);
    }
    let error = chain.account(alice, BlockId::number(7)).unwrap_err();
    assert!(matches!(error, ReadError::UnknownBlock));
}

#[test]
fn tags_and_hashes_name_blocks() {
    let (chain, _) = recorded();
    let number = |block: BlockId| chain.block(block).unwrap().map(|block| block.number());
    assert_eq!(number(BlockNumberOrTag::Earliest.into()), Some(0));
    for tag in [BlockNumberOrTag::Latest, BlockNumberOrTag::Safe, BlockNumberOrTag::Finalized] {
        assert_eq!(number(tag.into()), Some(6));
    }
    assert_eq!(number(BlockId::number(7)), None);
    let hash = chain.head().hash();
    assert_eq!(number(BlockId::hash(hash)), Some(6));
    assert_eq!(number(BlockId::hash(B256::ZERO)), None);
}

#[test]
fn transactions_are_found_while_waiting_and_after() {
    let (chain, alice) = (chain(), Account::new(0));
    let hash = chain.submit(&alice.transfer(0, alice.address, 1)).unwrap();
    assert_eq!(chain.transaction(hash).unwrap().unwrap().block_hash, None);
    assert_eq!(chain.receipt(hash).unwrap(), None);
    assert_eq!((chain.waiting().len(), chain.waiting_count()), (1, 1));
    let block = seal(&chain);
    assert_eq!(chain.transaction(hash).unwrap().unwrap().block_hash, Some(block.hash()));
    assert_eq!(chain.receipt(hash).unwrap(), block.receipt(0));
    assert!(chain.waiting().is_empty());
}

#[test]
fn proofs_hold_against_every_state_root() {
    let (chain, contracts) = recorded();
    let nobody = alloy_primitives::Address::repeat_byte(0x77);
    let cases = (0..=6).flat_map(|number| {
        [(number, contracts[0], number >= 1), (number, contracts[1], number >= 2)]
            .into_iter()
            .chain([(number, nobody, false)])
    });
    for (number, address, exists) in cases {
        let block = BlockId::number(number);
        let root = chain.header(block).unwrap().unwrap().state_root;
        let proof = chain.proof(address, &[U256::ZERO, U256::from(1)], block).unwrap();
        let account = proof.account;
        let leaf =
            TrieAccount::new(account.nonce, account.balance, proof.storage_root, account.code_hash);
        let leaf = exists.then(|| alloy_rlp::encode(leaf));
        verify_proof(root, Nibbles::unpack(keccak256(address)), leaf, &proof.proof).unwrap();
        for slot in proof.slots.iter().filter(|slot| !slot.proof.is_empty()) {
            let key = Nibbles::unpack(keccak256(slot.slot.to_be_bytes::<32>()));
            let value = (!slot.value.is_zero()).then(|| alloy_rlp::encode(slot.value));
            verify_proof(proof.storage_root, key, value, &slot.proof).unwrap();
        }
    }
    let error = chain.proof(contracts[0], &[], BlockId::number(7)).unwrap_err();
    assert!(matches!(error, ReadError::UnknownBlock));
}

#[test]
fn every_state_of_the_official_chain_is_proven() {
    let chain = official();
    for number in (0..=chain.head().number).rev() {
        let header = chain.header(BlockId::number(number)).unwrap().unwrap();
        let proof = chain.proof(header.beneficiary, &[], BlockId::hash(header.hash())).unwrap();
        assert_eq!(keccak256(&proof.proof[0]), header.state_root, "block {number}");
        let account = chain.account(header.beneficiary, BlockId::number(number)).unwrap();
        assert_eq!(proof.account, account);
    }
}

#[test]
fn a_chain_continues_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let (alice, bob) = (Account::new(0), Account::new(1));
    let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
    let block = run(&chain, &alice.transfer(0, bob.address, 1));
    let waits = chain.submit(&alice.transfer(1, bob.address, 2)).unwrap();
    drop(chain);

    let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
    assert_eq!(chain.head(), block.header);
    assert_eq!(chain.block(BlockId::latest()).unwrap(), Some(block));
    assert!(chain.transaction(waits).unwrap().is_some(), "acknowledged, hence kept");
    assert_eq!(seal(&chain).receipts.len(), 1);
    assert!(chain.receipt(waits).unwrap().is_some());
    let used = Chain::open(&path, &genesis(), Options::default()).unwrap_err();
    assert!(matches!(used, OpenError::InUse), "{used}");
    drop(chain);

    let other = genesis().with_timestamp_s(1);
    let refused = Chain::open(&path, &other, Options::default()).unwrap_err();
    assert!(
        matches!(refused, OpenError::OtherGenesis { stored, wanted }
            if stored == genesis().hash() && wanted == other.hash()),
        "{refused}"
    );
    assert_eq!(Chain::open(&path, &genesis(), Options::default()).unwrap().head().number, 2);
}

#[test]
fn submitting_and_sealing_in_one_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let alice = Account::new(0);
    let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
    let (early, none) = chain.submit_and_seal(&alice.transfer(1, alice.address, 1), 0).unwrap();
    assert_eq!(none, None);
    let (hash, block) = chain.submit_and_seal(&alice.transfer(0, alice.address, 1), 0).unwrap();
    assert_eq!(block.unwrap().transactions.len(), 2);
    drop(chain);
    let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
    assert!(chain.receipt(hash).unwrap().is_some());
    assert!(chain.receipt(early).unwrap().is_some());
}
