use alloy_consensus::{
    BlockHeader, TxEip1559, TxReceipt,
    proofs::{calculate_receipt_root, calculate_transaction_root},
};
use alloy_eips::BlockId;
use alloy_primitives::{B256, Bloom, U256};
use ledger::{Chain, Genesis, Options};

use crate::account::{Account, GENESIS_TIME_S, RECORDER, chain, fields, run, seal, word};

#[test]
fn a_transfer_moves_value_and_pays_for_gas() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    let before = chain.account(alice.address, BlockId::latest()).unwrap();
    let block = run(&chain, &alice.transfer(0, bob.address, 7));
    let receipt = block.receipt(0).unwrap();
    assert!(receipt.status());
    assert_eq!(receipt.gas_used, 21_000);
    let after = chain.account(alice.address, BlockId::latest()).unwrap();
    let fee = U256::from(receipt.effective_gas_price) * U256::from(21_000);
    assert_eq!(before.balance - after.balance, fee + U256::from(7));
    assert_eq!(after.nonce, 1);
    let tip = chain.account(chain.options().fee_recipient, BlockId::latest()).unwrap().balance;
    assert_eq!(tip, U256::from(1_000_000_000u64) * U256::from(21_000));
}

#[test]
fn every_root_follows_from_the_content() {
    let (chain, alice) = (chain(), Account::new(0));
    let contract = alice.address.create(0);
    chain.submit(&alice.deploy(0, RECORDER)).unwrap();
    for nonce in 1..5 {
        chain.submit(&alice.call(nonce, contract, &word(nonce))).unwrap();
    }
    let block = seal(&chain);
    assert_eq!(block.transactions.len(), 5);
    let header = block.header.inner();
    assert_eq!(header.transactions_root, calculate_transaction_root(&block.transactions));
    assert_eq!(header.receipts_root, calculate_receipt_root(&block.receipts));
    let bloom = block.receipts.iter().fold(Bloom::ZERO, |all, receipt| all | receipt.bloom());
    assert_eq!(header.logs_bloom, bloom);
    assert_eq!(header.gas_used, block.receipts.last().unwrap().cumulative_gas_used());
    assert_eq!(header.state_root, chain.recompute_state_root().unwrap());
    assert_eq!(header.hash_slow(), block.hash());
    assert_eq!(chain.storage(contract, U256::ZERO, BlockId::latest()).unwrap(), U256::from(4));
}

#[test]
fn cleared_slots_leave_the_trie() {
    let (chain, alice) = (chain(), Account::new(0));
    let contract = alice.address.create(0);
    run(&chain, &alice.deploy(0, RECORDER));
    run(&chain, &alice.call(1, contract, &word(9)));
    let block = run(&chain, &alice.call(2, contract, &word(0)));
    assert_eq!(block.header.state_root, chain.recompute_state_root().unwrap());
    let proof = chain.proof(contract, &[U256::ZERO], BlockId::latest()).unwrap();
    assert_eq!(proof.storage_root, alloy_trie::EMPTY_ROOT_HASH);
}

#[test]
fn blocks_form_a_chain_and_time_rises() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    let mut parent = chain.head();
    for (nonce, time) in [(0, GENESIS_TIME_S + 10), (1, GENESIS_TIME_S + 10), (2, 0)] {
        chain.submit(&alice.transfer(nonce, bob.address, 1)).unwrap();
        let block = chain.seal(time).unwrap().unwrap();
        assert_eq!(block.header.parent_hash(), parent.hash());
        assert_eq!(block.number(), parent.number() + 1);
        assert!(block.header.timestamp() > parent.timestamp());
        parent = block.header;
    }
    assert_eq!(parent.timestamp(), GENESIS_TIME_S + 12);
    assert_eq!(chain.seal(GENESIS_TIME_S + 99).unwrap(), None, "nothing waits");
    let empty = chain.seal_even_empty(GENESIS_TIME_S + 99).unwrap();
    assert_eq!((empty.header.timestamp(), empty.header.gas_used()), (GENESIS_TIME_S + 99, 0));
}

/// `base + max(base * (used - target) / target / 8, 1)` above the target, the mirror below.
fn expected_base_fee(base: u64, used: u64, gas_limit: u64) -> u64 {
    let (base, used, target) = (u128::from(base), u128::from(used), u128::from(gas_limit / 2));
    let next = if used > target {
        base + (base * (used - target) / target / 8).max(1)
    } else {
        base - base * (target - used) / target / 8
    };
    u64::try_from(next).unwrap()
}

#[test]
fn the_base_fee_follows_the_load() {
    let options = Options { block_gas_limit: 100_000, ..Options::default() };
    let geth = serde_json::json!({
        "config": {
            "chainId": 1612, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0,
            "eip158Block": 0, "byzantiumBlock": 0, "constantinopleBlock": 0,
            "petersburgBlock": 0, "istanbulBlock": 0, "berlinBlock": 0, "londonBlock": 0,
            "mergeNetsplitBlock": 0, "terminalTotalDifficulty": 0, "shanghaiTime": 0,
            "cancunTime": 0, "pragueTime": 0, "osakaTime": 0,
            "blobSchedule": {}
        },
        "gasLimit": "0x186a0", "difficulty": "0x0", "baseFeePerGas": "0x3b9aca00",
        "alloc": { Account::new(0).address.to_string(): { "balance": "0xde0b6b3a7640000" } }
    });
    let genesis = Genesis::from_json(geth.to_string().as_bytes()).unwrap();
    let chain = Chain::in_memory(&genesis, options).unwrap();
    let (alice, bob) = (Account::new(0), Account::new(1));
    let mut nonce = 0;
    for load in [4, 4, 1, 0, 3, 0] {
        let parent = chain.head();
        for _ in 0..load {
            chain.submit(&alice.transfer(nonce, bob.address, 1)).unwrap();
            nonce += 1;
        }
        let block = chain.seal_even_empty(0).unwrap();
        assert_eq!(block.transactions.len(), load);
        let expected = expected_base_fee(
            parent.base_fee_per_gas().unwrap(),
            parent.gas_used(),
            parent.gas_limit(),
        );
        assert_eq!(block.header.base_fee_per_gas(), Some(expected));
    }
}

#[test]
fn a_transaction_below_a_risen_base_fee_waits_for_it_to_fall() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    let base_fee = u128::from(chain.next_base_fee_wei());
    let frugal = TxEip1559 {
        to: bob.address.into(),
        max_fee_per_gas: base_fee,
        max_priority_fee_per_gas: 0,
        ..fields(0, 21_000)
    };
    // Three contract creations with long code fill more than half of the block.
    let greedy = TxEip1559 { input: vec![0xfe; 40_000].into(), ..fields(0, 16_000_000) };
    for seed in 1..5 {
        chain.submit(&Account::new(seed).sign(greedy.clone())).unwrap();
    }
    let full = seal(&chain);
    assert!(full.header.gas_used() > full.header.gas_limit() / 2);
    let hash = chain.submit(&alice.sign(TxEip1559 { nonce: 0, ..frugal.clone() }));
    assert!(hash.is_err(), "refused at the door while the base fee is higher");
    let before = chain.head().number();
    // Admitted at a low fee, overtaken by a full block: empty blocks bring the fee down again.
    for _ in 0..3 {
        chain.seal_even_empty(0).unwrap();
    }
    let hash: B256 = chain.submit(&alice.sign(frugal)).unwrap();
    while chain.receipt(hash).unwrap().is_none() {
        chain.seal(0).unwrap().expect("a block, empty or not");
    }
    assert!(chain.head().number() > before);
}

#[test]
fn a_full_block_leaves_the_rest_for_the_next() {
    let options = Options { block_gas_limit: 60_000_000, ..Options::default() };
    let chain = Chain::in_memory(&crate::account::genesis(), options).unwrap();
    for seed in 0..5 {
        let heavy = TxEip1559 { input: vec![0xfe; 10].into(), ..fields(0, 16_000_000) };
        chain.submit(&Account::new(seed).sign(heavy)).unwrap();
    }
    let first = seal(&chain);
    assert_eq!(first.transactions.len(), 3, "each burns its limit of 16 million");
    assert_eq!(seal(&chain).transactions.len(), 2);
}
