//! Blocks that might follow.

use alloy_consensus::{TxEip1559, transaction::TxHashRef as _};
use alloy_eips::{BlockId, eip2930::AccessList, eip4895::Withdrawal};
use alloy_primitives::{Address, Bytes, U256, address, b256, hex};
use alloy_rpc_types_eth::{
    BlockOverrides, TransactionRequest,
    state::{AccountOverride, StateOverride},
};
use ledger::{
    CallError, Chain, SimulateBlock, SimulateError, SimulateRequest, SimulatedBlock,
    TransactionFault,
};

use crate::{
    account::{Account, RECORDER, REVERTER, chain, ether, fields, forwarder, initcode, run, word},
    import::official,
};

/// Returns the hash of the block before the last one: `BLOCKHASH(NUMBER - 1)`.
const ANCESTOR: &[u8] = &[0x60, 1, 0x43, 0x03, 0x40, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3];
/// Destroys itself in favour of its argument.
const DESTRUCTOR: &[u8] = &[0x5f, 0x35, 0xff];

fn call(to: Address, input: &[u8]) -> TransactionRequest {
    TransactionRequest::default().to(to).input(Bytes::copy_from_slice(input).into())
}

fn account(address: Address, account: AccountOverride) -> StateOverride {
    [(address, account)].into_iter().collect()
}

fn with_calls(calls: Vec<TransactionRequest>) -> SimulateBlock {
    SimulateBlock { calls, ..SimulateBlock::default() }
}

fn at(number: u64) -> SimulateBlock {
    let header = BlockOverrides { number: Some(U256::from(number)), ..BlockOverrides::default() };
    SimulateBlock { header, ..SimulateBlock::default() }
}

fn simulate(chain: &Chain, blocks: Vec<SimulateBlock>) -> Vec<SimulatedBlock> {
    let request = SimulateRequest { blocks, ..SimulateRequest::default() };
    chain.simulate(request, BlockId::latest()).unwrap()
}

fn refused(chain: &Chain, blocks: Vec<SimulateBlock>, validation: bool) -> SimulateError {
    let request = SimulateRequest { blocks, validation, trace_transfers: false };
    chain.simulate(request, BlockId::latest()).unwrap_err()
}

fn fault(error: &SimulateError) -> Option<TransactionFault> {
    match error {
        SimulateError::Transaction { fault, .. } => Some(*fault),
        _ => None,
    }
}

#[test]
fn a_simulated_block_has_the_roots_of_the_sealed_one() {
    let (chain, alice, bob) = (chain(), Account::new(0), Account::new(1));
    run(&chain, &alice.transfer(0, bob.address, 1));
    let parent = chain.head();
    let transaction =
        TxEip1559 { to: bob.address.into(), value: U256::from(5), ..fields(1, 21_000) };
    let request = TransactionRequest {
        from: Some(alice.address),
        to: Some(bob.address.into()),
        value: Some(U256::from(5)),
        gas: Some(21_000),
        nonce: Some(1),
        max_fee_per_gas: Some(transaction.max_fee_per_gas),
        max_priority_fee_per_gas: Some(transaction.max_priority_fee_per_gas),
        ..TransactionRequest::default()
    };
    let sealed = run(&chain, &alice.sign(transaction));
    let header = BlockOverrides {
        time: Some(sealed.header.timestamp),
        random: Some(sealed.header.mix_hash),
        gas_limit: Some(sealed.header.gas_limit),
        ..BlockOverrides::default()
    };
    let block = SimulateBlock { header, ..with_calls(vec![request]) };
    let request = SimulateRequest { blocks: vec![block], validation: true, trace_transfers: true };
    let simulated = chain.simulate(request, BlockId::hash(parent.hash())).unwrap().remove(0);
    let (one, other) = (simulated.header.inner(), sealed.header.inner());
    assert_eq!(one.state_root, other.state_root);
    assert_eq!(one.receipts_root, other.receipts_root);
    assert_eq!((one.gas_used, one.base_fee_per_gas), (other.gas_used, other.base_fee_per_gas));
    assert_eq!(one.parent_hash, parent.hash());
    assert_eq!(simulated.calls[0].logs.len(), 1, "the transfer as a log");
}

#[test]
fn gaps_are_filled_and_ancestors_are_seen() {
    let (chain, seer) = (chain(), address!("c100000000000000000000000000000000000000"));
    let code = AccountOverride::default().with_code(ANCESTOR.to_vec());
    let first = SimulateBlock { state: account(seer, code), ..at(3) };
    let second = SimulateBlock { calls: vec![call(seer, b"")], ..at(5) };
    let blocks = simulate(&chain, vec![first, second]);
    let numbers: Vec<_> = blocks.iter().map(|block| block.header.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    for pair in blocks.windows(2) {
        assert_eq!(pair[1].header.parent_hash, pair[0].header.hash());
        assert_eq!(pair[1].header.timestamp, pair[0].header.timestamp + 12);
    }
    let seen = blocks[4].calls[0].outcome.as_ref().unwrap();
    assert_eq!(seen.as_ref(), blocks[3].header.hash().as_slice());
}

#[test]
fn blocks_out_of_order_are_refused() {
    let chain = chain();
    let timed = |time| {
        let header = BlockOverrides { time: Some(time), ..BlockOverrides::default() };
        SimulateBlock { header, ..SimulateBlock::default() }
    };
    let error = refused(&chain, Vec::new(), false);
    assert!(matches!(error, SimulateError::Empty));
    let error = refused(&chain, vec![at(2), at(2)], false);
    assert!(matches!(error, SimulateError::BlockOrder { number: 2, previous: 2 }), "{error}");
    let error = refused(&chain, vec![timed(u64::MAX), timed(u64::MAX)], false);
    assert!(matches!(error, SimulateError::TimeOrder { .. }), "{error}");
    for far in [vec![at(257)], vec![at(u64::MAX)], vec![SimulateBlock::default(); 257]] {
        let error = refused(&chain, far, false);
        assert!(matches!(error, SimulateError::TooManyBlocks { limit: 256 }), "{error}");
    }
    assert_eq!(simulate(&chain, vec![at(256)]).len(), 256);
    let request = SimulateRequest { blocks: vec![at(1)], ..SimulateRequest::default() };
    let error = chain.simulate(request, BlockId::number(1)).unwrap_err();
    assert_eq!(error.to_string(), "header not found");
}

#[test]
fn validation_asks_for_nonces_and_fees() {
    let (chain, alice) = (chain(), Account::new(0));
    let base = call(alice.address, b"").from(alice.address);
    let paying = TransactionRequest { max_fee_per_gas: Some(10u128.pow(10)), ..base.clone() };
    let cases = [
        (base.clone(), TransactionFault::FeeBelowBaseFee),
        (TransactionRequest { nonce: Some(7), ..paying.clone() }, TransactionFault::NonceTooHigh),
        (
            TransactionRequest { gas: Some(20_000), ..paying.clone() },
            TransactionFault::IntrinsicGas,
        ),
        (
            TransactionRequest { from: Some(Account::new(99).address), ..paying.clone() },
            TransactionFault::InsufficientFunds,
        ),
        (
            TransactionRequest { max_priority_fee_per_gas: Some(10u128.pow(11)), ..paying.clone() },
            TransactionFault::InvalidFees,
        ),
        (
            TransactionRequest {
                to: None,
                input: Bytes::from(vec![0; 50_000]).into(),
                ..paying.clone()
            },
            TransactionFault::InitcodeTooLarge,
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(fault(&refused(&chain, vec![with_calls(vec![request])], true)), Some(expected));
    }
    let twice = TransactionRequest { nonce: Some(0), ..paying };
    let calls = vec![twice.clone(), twice];
    assert_eq!(
        fault(&refused(&chain, vec![with_calls(calls.clone())], true)),
        Some(TransactionFault::NonceTooLow)
    );
    simulate(&chain, vec![with_calls(calls)]);
    simulate(&chain, vec![with_calls(vec![base])]);
}

#[test]
fn gas_is_shared_by_block_and_request() {
    let (chain, alice) = (chain(), Account::new(0).address);
    let greedy = TransactionRequest { gas: Some(u64::MAX), ..call(alice, b"") };
    let error = refused(&chain, vec![with_calls(vec![greedy])], false);
    assert!(matches!(error, SimulateError::BlockGasLimit { .. }), "{error}");
    // jumpdest; push0; jump
    let burner = address!("c100000000000000000000000000000000000000");
    let code = AccountOverride::default().with_code(hex!("5b5f56").to_vec());
    let first =
        SimulateBlock { state: account(burner, code), ..with_calls(vec![call(burner, b"")]) };
    let blocks = simulate(&chain, vec![first.clone()]);
    assert_eq!(blocks[0].calls[0].gas_used, chain.options().call_gas_limit);
    let Err(CallError::Halted { reason }) = &blocks[0].calls[0].outcome else { panic!() };
    assert_eq!(reason, "out of gas");
    let error = refused(&chain, vec![first, with_calls(vec![call(alice, b"")])], false);
    assert_eq!(fault(&error), Some(TransactionFault::IntrinsicGas), "nothing is left");
}

#[test]
fn transfers_are_logs_unless_they_are_reverted() {
    let chain = chain();
    let (bob, alice) = (Account::new(1).address, Account::new(0).address);
    let destructor = address!("c100000000000000000000000000000000000000");
    let reverter = address!("c200000000000000000000000000000000000000");
    let outer = address!("c300000000000000000000000000000000000000");
    let coded = |code: &[u8]| {
        AccountOverride::default().with_code(code.to_vec()).with_balance(U256::from(3))
    };
    let state: StateOverride = [
        (destructor, coded(DESTRUCTOR)),
        (reverter, coded(REVERTER)),
        (outer, coded(&forwarder(destructor))),
    ]
    .into_iter()
    .collect();
    let calls = vec![
        call(outer, bob.into_word().as_slice()).from(alice).value(U256::from(2)),
        call(reverter, b"").from(alice).value(U256::from(2)),
        TransactionRequest { value: Some(U256::from(1)), ..call(bob, b"").from(alice) },
    ];
    let block = SimulateBlock { state, ..with_calls(calls) };
    let request = SimulateRequest { blocks: vec![block], validation: false, trace_transfers: true };
    let block = chain.simulate(request, BlockId::latest()).unwrap().remove(0);
    let logs = |index: usize| -> Vec<_> {
        let logs = block.calls[index].logs.iter();
        logs.map(|log| {
            assert_eq!(log.inner.address, Address::repeat_byte(0xee));
            assert_eq!(log.block_hash, Some(block.header.hash()));
            let value = U256::from_be_slice(&log.inner.data.data).to::<u64>();
            (log.log_index.unwrap(), Address::from_word(log.topics()[2]), value)
        })
        .collect()
    };
    assert_eq!(logs(0), [(0, outer, 2), (1, bob, 3)]);
    assert!(logs(1).is_empty());
    assert_eq!(logs(2), [(2, bob, 1)]);
    assert!(block.header.logs_bloom.is_zero(), "no receipt has them");
    let Err(CallError::Reverted { .. }) = block.calls[1].outcome else { panic!() };
}

#[test]
fn precompiles_move_and_give_way() {
    let chain = chain();
    let sha256 = address!("0000000000000000000000000000000000000002");
    let elsewhere = address!("c100000000000000000000000000000000000000");
    let digest = b256!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let moved = AccountOverride {
        move_precompile_to: Some(elsewhere),
        code: Some(Bytes::from_static(RECORDER)),
        ..AccountOverride::default()
    };
    let calls = vec![call(elsewhere, b"abc"), call(sha256, &word(6))];
    let block = SimulateBlock { state: account(sha256, moved), ..with_calls(calls) };
    let next = with_calls(vec![call(sha256, b"abc")]);
    let blocks = simulate(&chain, vec![block, next]);
    let output = |block: usize, index: usize| blocks[block].calls[index].outcome.as_ref().unwrap();
    assert_eq!(output(0, 0).as_ref(), digest.as_slice());
    assert_eq!(output(0, 1).as_ref(), word(6));
    assert_eq!(output(1, 0).as_ref(), digest.as_slice(), "only for one block");
    let unmoved =
        AccountOverride { move_precompile_to: Some(sha256), ..AccountOverride::default() };
    let itself: StateOverride = account(sha256, unmoved.clone());
    for state in [itself, account(elsewhere, unmoved)] {
        let block = SimulateBlock { state, ..SimulateBlock::default() };
        let error = refused(&chain, vec![block], false);
        assert!(matches!(error, SimulateError::Call(CallError::Invalid { .. })), "{error}");
    }
}

#[test]
fn accounts_left_empty_stay_until_they_are_touched() {
    let chain = chain();
    let ghost = address!("c100000000000000000000000000000000000000");
    let empty = AccountOverride::default().with_nonce(0);
    let made = SimulateBlock { state: account(ghost, empty), ..SimulateBlock::default() };
    let root = |block| simulate(&chain, vec![block])[0].header.state_root;
    assert_ne!(root(made.clone()), root(SimulateBlock::default()));
    let touching = vec![call(ghost, b"")];
    let touched = SimulateBlock { calls: touching.clone(), ..made };
    assert_eq!(root(touched), root(with_calls(touching)));
}

#[test]
fn the_last_nonce_is_followed_by_the_first() {
    let (chain, who) = (chain(), Account::new(99).address);
    let last = AccountOverride::default().with_nonce(u64::MAX);
    let calls = vec![call(who, b"").from(who); 2];
    let block = SimulateBlock { state: account(who, last), ..with_calls(calls) };
    let blocks = simulate(&chain, vec![block.clone()]);
    let nonces: Vec<_> = blocks[0]
        .transactions
        .iter()
        .map(|transaction| alloy_consensus::Transaction::nonce(transaction.inner()))
        .collect();
    assert_eq!(nonces, [u64::MAX, 0]);
    let paid = block
        .calls
        .into_iter()
        .map(|call| TransactionRequest { max_fee_per_gas: Some(10u128.pow(10)), ..call });
    let rich = AccountOverride::default().with_nonce(u64::MAX).with_balance(ether(5));
    let block = SimulateBlock { state: account(who, rich), ..with_calls(paid.collect()) };
    assert_eq!(fault(&refused(&chain, vec![block], true)), Some(TransactionFault::Other));
}

#[test]
fn withdrawals_are_paid() {
    let (chain, who) = (chain(), address!("c100000000000000000000000000000000000000"));
    let withdrawal = Withdrawal { address: who, amount: 3, ..Withdrawal::default() };
    let paid = SimulateBlock { withdrawals: vec![withdrawal], ..SimulateBlock::default() };
    // balance(calldataload(0))
    let code = hex!("5f35315f5260205ff3");
    let seer = address!("c200000000000000000000000000000000000000");
    let state = account(seer, AccountOverride::default().with_code(code.to_vec()));
    let asked = with_calls(vec![call(seer, who.into_word().as_slice())]);
    let blocks = simulate(&chain, vec![paid, SimulateBlock { state, ..asked }]);
    let output = blocks[1].calls[0].outcome.as_ref().unwrap();
    assert_eq!(U256::from_be_slice(output), U256::from(3_000_000_000u64));
    assert_ne!(blocks[0].header.withdrawals_root, blocks[1].header.withdrawals_root);
}

#[test]
fn every_type_of_transaction_has_its_place() {
    let (chain, alice) = (chain(), Account::new(0).address);
    let to = call(alice, b"").from(alice);
    let calls = vec![
        TransactionRequest { gas_price: Some(0), ..to.clone() },
        TransactionRequest {
            gas_price: Some(0),
            access_list: Some(AccessList::default()),
            ..to.clone()
        },
        to.clone(),
        TransactionRequest {
            blob_versioned_hashes: Some(vec![b256!(
                "0100000000000000000000000000000000000000000000000000000000000000"
            )]),
            ..to.clone()
        },
        TransactionRequest { input: initcode(RECORDER).into(), to: None, ..to },
    ];
    let block = simulate(&chain, vec![with_calls(calls)]).remove(0);
    let kinds: Vec<_> = block.transactions.iter().map(alloy_consensus::Typed2718::ty).collect();
    assert_eq!(kinds, [0, 1, 2, 3, 2]);
    assert_eq!(block.header.blob_gas_used, Some(131_072));
    let hashes: std::collections::BTreeSet<_> =
        block.transactions.iter().map(|transaction| *transaction.tx_hash()).collect();
    assert_eq!(hashes.len(), 5);
}

#[test]
fn simulates_on_every_block_of_the_official_chain() {
    let chain = official();
    for number in 0..=chain.head().number {
        let request = SimulateRequest {
            blocks: vec![with_calls(vec![call(Address::ZERO, b"")])],
            ..SimulateRequest::default()
        };
        let block = chain.simulate(request, BlockId::number(number)).unwrap().remove(0);
        assert_eq!(block.header.number, number + 1);
        let next = chain.header(BlockId::number(number + 1)).unwrap();
        let Some(next) = next else { continue };
        assert_eq!(block.header.base_fee_per_gas.is_some(), next.base_fee_per_gas.is_some());
        assert_eq!(block.header.parent_hash, next.parent_hash);
    }
}
