use alloy_consensus::{TxEip1559, TxLegacy, transaction::Recovered};
use alloy_eips::BlockId;
use alloy_primitives::{Bytes, TxKind, U256};
use ledger::{Chain, Options, SubmitError};

use crate::account::{Account, CHAIN_ID, FEE, RECORDER, chain, ether, fields, genesis, run, seal};

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
        "transaction gas limit too high (cap: 16777216",
    );
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

#[test]
fn limits_hold() {
    let options = Options {
        pool_transactions_max: 3,
        pool_transactions_per_sender_max: 2,
        ..Options::default()
    };
    let chain = Chain::in_memory(&genesis(), options).unwrap();
    let (alice, bob, carol) = (Account::new(0), Account::new(1), Account::new(2));
    chain.submit(&alice.transfer(0, bob.address, 1)).unwrap();
    chain.submit(&alice.transfer(1, bob.address, 1)).unwrap();
    check(&chain, &alice.transfer(2, bob.address, 1), "account limit exceeded");
    chain.submit(&bob.transfer(0, alice.address, 1)).unwrap();
    check(&chain, &carol.transfer(0, bob.address, 1), "txpool is full");
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
