use alloy_consensus::{TxEip1559, TxLegacy, transaction::Recovered};
use alloy_eips::BlockId;
use alloy_primitives::{Bytes, TxKind, U256};
use ledger::{Chain, Options, PoolContent, PoolStatus, SubmitError};

use crate::account::{
    Account, CHAIN_ID, FEE, GENESIS_TIME_S, RECORDER, chain, ether, fields, genesis, run, seal,
};

#[track_caller]
fn check(chain: &Chain, transaction: &Bytes, message: &str) {
    let error = chain.submit(transaction).expect_err("refused");
    assert!(error.to_string().starts_with(message), "{error}, expected {message}");
}

#[test]
fn refusals_use_the_words_that_wallets_know() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    let plain = TxEip1559 { to: bob.address.into(), ..fields(0, 21_000) };
    let sign = |transaction: TxEip1559| alice.sign(transaction);
    check(&chain, &Bytes::from_static(b"\x02junk"), "transaction cannot be decoded");
    check(&chain, &vec![0; 200_000].into(), "oversized data");
    check(
        &chain,
        &sign(TxEip1559 { chain_id: 1, ..plain.clone() }),
        "invalid chain id for signer: have 1 want 1612",
    );
    check(
        &chain,
        &sign(TxEip1559 { gas_limit: 20_999, ..plain.clone() }),
        "intrinsic gas too low: gas 20999, minimum needed 21000",
    );
    check(
        &chain,
        &sign(TxEip1559 { gas_limit: 16_777_217, ..plain.clone() }),
        "transaction gas limit too high (cap: 16777216, tx: 16777217)",
    );
    check(
        &chain,
        &sign(TxEip1559 { input: vec![1; 5_000].into(), gas_limit: 110_000, ..plain.clone() }),
        "insufficient gas for floor data gas cost: gas 110000, minimum needed 221000",
    );
    check(&chain, &sign(TxEip1559 { nonce: u64::MAX, ..plain.clone() }), "nonce has max value");
    check(
        &chain,
        &sign(TxEip1559 { max_priority_fee_per_gas: FEE + 1, ..plain.clone() }),
        "max priority fee per gas higher than max fee per gas",
    );
    check(
        &chain,
        &sign(TxEip1559 { max_fee_per_gas: 1, max_priority_fee_per_gas: 1, ..plain.clone() }),
        "max fee per gas less than block base fee",
    );
    check(
        &chain,
        &sign(TxEip1559 { value: ether(1000), ..plain.clone() }),
        "insufficient funds for gas * price + value",
    );
    check(
        &chain,
        &sign(TxEip1559 {
            to: TxKind::Create,
            input: vec![0; 49_153].into(),
            gas_limit: 16_000_000,
            ..plain.clone()
        }),
        "max initcode size exceeded",
    );
    let accepted = sign(plain);
    chain.submit(&accepted).unwrap();
    check(&chain, &accepted, "already known");
    seal(&chain);
    check(&chain, &accepted, "nonce too low: next nonce 1, tx nonce 0");
}

#[test]
fn a_damaged_signature_is_refused_or_belongs_to_a_pauper() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    let mut bytes = alice.transfer(0, bob.address, 1).to_vec();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let error = chain.submit(&bytes.into()).unwrap_err();
    assert!(
        matches!(error, SubmitError::InvalidSignature | SubmitError::InsufficientFunds { .. }),
        "{error}"
    );
}

#[test]
fn a_replacement_must_pay_a_tenth_more() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    let bid = |percent: u128| {
        alice.sign(TxEip1559 {
            to: bob.address.into(),
            max_fee_per_gas: FEE / 100 * percent,
            max_priority_fee_per_gas: 10_000_000 * percent,
            value: U256::from(percent),
            ..fields(0, 21_000)
        })
    };
    chain.submit(&bid(100)).unwrap();
    check(&chain, &bid(109), "replacement transaction underpriced");
    let winner = chain.submit(&bid(110)).unwrap();
    let block = seal(&chain);
    assert_eq!(block.transactions.len(), 1);
    assert!(chain.receipt(winner).unwrap().is_some());
}

#[test]
fn nonces_are_executed_in_order_and_gaps_wait() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    chain.submit(&alice.transfer(2, bob.address, 1)).unwrap();
    assert_eq!(chain.seal(0).unwrap(), None);
    chain.submit(&alice.transfer(0, bob.address, 1)).unwrap();
    assert_eq!(chain.next_nonce(alice.address).unwrap(), 1);
    assert_eq!(seal(&chain).transactions.len(), 1);
    chain.submit(&alice.transfer(1, bob.address, 1)).unwrap();
    assert_eq!(chain.next_nonce(alice.address).unwrap(), 3);
    assert_eq!(seal(&chain).transactions.len(), 2);
    assert_eq!(chain.account(alice.address, BlockId::latest()).unwrap().nonce, 3);
}

#[test]
fn the_best_tip_goes_first() {
    let (chain, bob) = (chain(), Account::new(4));
    for (seed, tip) in [(0, 3), (1, 9), (2, 5)] {
        let transaction = TxEip1559 {
            to: bob.address.into(),
            max_priority_fee_per_gas: tip * 1_000_000_000,
            ..fields(0, 21_000)
        };
        chain.submit(&Account::new(seed).sign(transaction)).unwrap();
    }
    let order: Vec<_> = seal(&chain).transactions.iter().map(Recovered::signer).collect();
    assert_eq!(order, [1, 2, 0].map(|seed| Account::new(seed).address));
}

fn with_tip(seed: u8, nonce: u64, tip_gwei: u128) -> Bytes {
    let max_priority_fee_per_gas = tip_gwei * 1_000_000_000;
    Account::new(seed).sign(TxEip1559 {
        to: Account::new(4).address.into(),
        max_priority_fee_per_gas,
        ..fields(nonce, 21_000)
    })
}

fn counts(chain: &Chain) -> (usize, usize) {
    let PoolStatus { pending, queued, .. } = chain.pool_status();
    (pending, queued)
}

#[test]
fn a_gap_queues_what_follows_until_it_is_filled() {
    let chain = chain();
    let sender = Account::new(0).address;
    for nonce in [3, 1, 2] {
        chain.submit(&with_tip(0, nonce, 1)).unwrap();
    }
    assert_eq!(counts(&chain), (0, 3));
    assert_eq!(chain.next_nonce(sender).unwrap(), 0);
    chain.submit(&with_tip(0, 5, 1)).unwrap();
    chain.submit(&with_tip(0, 0, 1)).unwrap();
    assert_eq!(counts(&chain), (4, 1));
    assert_eq!(chain.next_nonce(sender).unwrap(), 4);
    let content = chain.pool_content();
    assert_eq!(content.pending[&sender].keys().copied().collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(content.queued[&sender].keys().copied().collect::<Vec<_>>(), [5]);
    assert_eq!(chain.pool_content_from(sender), content);
    assert_eq!(chain.pool_content_from(Account::new(1).address), PoolContent::default());
    assert_eq!(seal(&chain).transactions.len(), 4);
    assert_eq!(counts(&chain), (0, 1));
}

#[test]
fn a_full_pool_gives_way_to_those_who_pay_more() {
    let options = Options { pool_transactions_max: 3, ..Options::default() };
    let chain = Chain::in_memory(&genesis(), options).unwrap();
    chain.submit(&with_tip(0, 0, 10)).unwrap();
    chain.submit(&with_tip(0, 1, 10)).unwrap();
    let queued = chain.submit(&with_tip(1, 1, 50)).unwrap();
    // A pending transaction goes before any queued one.
    let cheap = chain.submit(&with_tip(2, 0, 5)).unwrap();
    assert_eq!(chain.transaction(queued).unwrap(), None);
    assert_eq!(counts(&chain), (3, 0));
    check(&chain, &with_tip(1, 1, 50), "txpool is full");
    check(&chain, &with_tip(1, 0, 5), "transaction underpriced");
    // The fee counts, too, and is the same; so the tip alone does not displace.
    check(&chain, &with_tip(1, 0, 20), "transaction underpriced");
    let rich = Account::new(1).sign(TxEip1559 {
        to: Account::new(4).address.into(),
        max_fee_per_gas: FEE * 2,
        max_priority_fee_per_gas: 20_000_000_000,
        ..fields(0, 21_000)
    });
    chain.submit(&rich).unwrap();
    assert_eq!(chain.transaction(cheap).unwrap(), None);
    assert_eq!(seal(&chain).transactions.len(), 3);
}

#[test]
fn a_sender_has_limits() {
    let options = Options {
        pool_transactions_per_sender_max: 4,
        pool_queued_per_sender_max: 2,
        ..Options::default()
    };
    let chain = Chain::in_memory(&genesis(), options).unwrap();
    chain.submit(&with_tip(0, 5, 1)).unwrap();
    chain.submit(&with_tip(0, 6, 1)).unwrap();
    check(&chain, &with_tip(0, 7, 1), "account limit exceeded: 2");
    chain.submit(&with_tip(0, 0, 1)).unwrap();
    chain.submit(&with_tip(0, 1, 1)).unwrap();
    check(&chain, &with_tip(0, 2, 1), "account limit exceeded: 4");
    chain.submit(&with_tip(1, 0, 1)).unwrap();
}

#[test]
fn bytes_are_limited_too() {
    let options = Options { pool_bytes_max: 20_000, ..Options::default() };
    let chain = Chain::in_memory(&genesis(), options).unwrap();
    let large = |seed: u8, tip_gwei: u128| {
        Account::new(seed).sign(TxEip1559 {
            to: Account::new(4).address.into(),
            input: vec![0; 4_000].into(),
            max_priority_fee_per_gas: tip_gwei * 1_000_000_000,
            ..fields(1, 100_000)
        })
    };
    chain.submit(&large(0, 1)).unwrap();
    chain.submit(&large(1, 2)).unwrap();
    chain.submit(&large(2, 3)).unwrap();
    assert_eq!(counts(&chain), (0, 2));
    assert!(chain.pool_status().bytes <= 20_000);
    check(&chain, &large(3, 1), "txpool is full");
}

#[test]
fn the_queued_are_dropped_after_their_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let open = || Chain::open(&path, &genesis(), Options::default()).unwrap();
    let chain = open();
    chain.submit(&with_tip(0, 1, 1)).unwrap();
    chain.seal_even_empty(GENESIS_TIME_S + 100_000).unwrap();
    chain.seal_even_empty(GENESIS_TIME_S + 100_000 + 10_000).unwrap();
    assert_eq!(counts(&chain), (0, 1));
    chain.seal_even_empty(GENESIS_TIME_S + 100_000 + 10_800).unwrap();
    assert_eq!(counts(&chain), (0, 0));
    drop(chain);
    assert_eq!(counts(&open()), (0, 0));
}

#[test]
fn a_batch_is_answered_in_order() {
    let chain = chain();
    let mut batch: Vec<Bytes> = (0..100).map(|nonce| with_tip(0, nonce, 1)).collect();
    batch.insert(50, Bytes::from_static(b"junk"));
    let results = chain.submit_all(&batch);
    assert!(results.iter().enumerate().all(|(index, result)| result.is_ok() == (index != 50)));
    assert_eq!(counts(&chain), (100, 0));
}

#[test]
fn waiting_transactions_must_be_affordable_together() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    let large = |nonce| {
        let fields = fields(nonce, 21_000);
        alice.sign(TxEip1559 { to: bob.address.into(), value: ether(600), ..fields })
    };
    chain.submit(&large(0)).unwrap();
    check(&chain, &large(1), "insufficient funds for gas * price + value");
}

#[test]
fn a_contract_cannot_send() {
    // Code at an address with a known key: only a genesis can do that.
    let mallory = Account::new(9);
    let contract = ledger::GenesisAccount {
        balance: ether(1),
        code: Some(Bytes::from_static(RECORDER)),
        ..ledger::GenesisAccount::default()
    };
    let genesis = genesis().with_account(mallory.address, contract);
    let chain = Chain::in_memory(&genesis, Options::default()).unwrap();
    check(&chain, &mallory.transfer(0, mallory.address, 1), "sender not an eoa");
}

#[test]
fn many_submit_while_one_seals() {
    const EACH: u64 = 40;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
    let submit = &|seed: u8| {
        let sender = Account::new(seed);
        let hashes = (0..EACH).map(|nonce| {
            chain.submit(&sender.transfer(nonce, Account::new(9).address, 1)).unwrap()
        });
        hashes.collect::<Vec<_>>()
    };
    let hashes: Vec<_> = std::thread::scope(|scope| {
        let submitters: Vec<_> = (0..4).map(|seed| scope.spawn(move || submit(seed))).collect();
        let sealer = scope.spawn(|| {
            let mut sealed = 0;
            while sealed < 4 * usize::try_from(EACH).unwrap() {
                sealed += chain.seal(0).unwrap().map_or(0, |block| block.transactions.len());
            }
        });
        sealer.join().unwrap();
        submitters.into_iter().flat_map(|submitter| submitter.join().unwrap()).collect()
    });
    drop(chain);
    let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
    assert_eq!(chain.waiting_count(), 0);
    for hash in hashes {
        assert!(chain.receipt(hash).unwrap().is_some_and(|receipt| receipt.status()));
    }
    let received = chain.account(Account::new(9).address, BlockId::latest()).unwrap().balance;
    assert_eq!(received, U256::from(4 * EACH));
}

#[test]
fn old_transaction_formats_work() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    let legacy = TxLegacy {
        chain_id: Some(CHAIN_ID),
        nonce: 0,
        gas_price: FEE,
        gas_limit: 21_000,
        to: bob.address.into(),
        value: U256::from(1),
        input: Bytes::new(),
    };
    let block = run(&chain, &alice.sign(legacy));
    assert!(block.receipt(0).unwrap().status());
}
