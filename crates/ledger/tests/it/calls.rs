use alloy_consensus::TxEip1559;
use alloy_eips::BlockId;
use alloy_primitives::{Address, Bytes, U256, address, hex};
use alloy_rpc_types_eth::{
    BlockOverrides, TransactionRequest,
    state::{AccountOverride, StateOverride},
};
use alloy_sol_types::{Revert, SolError};
use ledger::{CallError, Chain, Overrides};

use crate::account::{
    Account, RECORDER, REVERTER, chain, ether, fields, forwarder, initcode, run, word,
};

fn deployed(runtime: &[u8]) -> (Chain, Address) {
    let (chain, alice) = (chain(), Account::new(0));
    run(&chain, &alice.deploy(0, runtime));
    let contract = alice.address.create(0);
    assert_eq!(chain.code(contract, BlockId::latest()).unwrap().as_ref(), runtime);
    (chain, contract)
}

fn request(to: Address, input: &[u8]) -> TransactionRequest {
    TransactionRequest::default().to(to).input(Bytes::copy_from_slice(input).into())
}

#[test]
fn a_call_returns_and_changes_nothing() {
    let (chain, contract) = deployed(RECORDER);
    let result = chain.call(request(contract, &word(5)), BlockId::latest()).unwrap();
    assert_eq!(result.output.as_ref(), word(5));
    assert_eq!(chain.storage(contract, U256::ZERO, BlockId::latest()).unwrap(), U256::ZERO);
    let nothing = chain.call(request(contract, &word(5)), BlockId::number(0)).unwrap();
    assert!(nothing.output.is_empty(), "not deployed yet in that state");
    let creation = TransactionRequest { input: initcode(RECORDER).into(), ..Default::default() };
    assert_eq!(chain.call(creation, BlockId::latest()).unwrap().output.as_ref(), RECORDER);
}

#[test]
fn a_revert_carries_its_data_and_reason() {
    let (chain, contract) = deployed(REVERTER);
    let data = Revert::from("no funds").abi_encode();
    let error = chain.call(request(contract, &data), BlockId::latest()).unwrap_err();
    assert_eq!(error.to_string(), "execution reverted: no funds");
    let CallError::Reverted { output } = error else { panic!("{error}") };
    assert_eq!(output, data);
    let overflow = hex!("4e487b710000000000000000000000000000000000000000000000000000000000000011");
    let error = chain.call(request(contract, &overflow), BlockId::latest()).unwrap_err();
    assert_eq!(error.to_string(), "execution reverted: arithmetic underflow or overflow");
    let error = chain.estimate_gas(request(contract, b""), BlockId::latest(), Overrides::default());
    assert!(matches!(error, Err(CallError::Reverted { .. })));
}

#[test]
fn a_reverted_transaction_is_included_and_failed() {
    let (chain, contract) = deployed(REVERTER);
    let block = run(&chain, &Account::new(0).call(1, contract, b"why"));
    let receipt = block.receipt(0).unwrap();
    assert!(!receipt.status());
    assert!(receipt.gas_used < 200_000, "a revert gives gas back");
}

/// The estimate suffices, and 3 % less of it does not.
#[track_caller]
fn check_estimate(chain: &Chain, from: Account, to: Address, input: &[u8]) {
    let asked = request(to, input).from(from.address);
    let latest = BlockId::latest();
    let gas = chain.estimate_gas(asked, latest, Overrides::default()).unwrap();
    let nonce = chain.account(from.address, latest).unwrap().nonce;
    let transaction = |nonce, gas_limit| {
        let input = Bytes::copy_from_slice(input);
        from.sign(TxEip1559 { to: to.into(), input, ..fields(nonce, gas_limit) })
    };
    let block = run(chain, &transaction(nonce, gas * 97 / 100));
    assert!(!block.receipt(0).unwrap().status(), "{gas} is more than needed");
    let block = run(chain, &transaction(nonce + 1, gas));
    assert!(block.receipt(0).unwrap().status(), "{gas} is too little");
}

#[test]
fn estimates_are_tight() {
    let (chain, contract) = deployed(RECORDER);
    check_estimate(&chain, Account::new(1), contract, &word(5));
    // A call passes on 63/64 only, so more than the used gas is needed.
    run(&chain, &Account::new(0).deploy(1, &forwarder(contract)));
    let outer = Account::new(0).address.create(1);
    check_estimate(&chain, Account::new(1), outer, &word(6));
    let transfer = request(Account::new(3).address, b"").from(Account::new(1).address);
    let gas = chain.estimate_gas(transfer, BlockId::latest(), Overrides::default());
    assert_eq!(gas.unwrap(), 21_000);
}

#[test]
fn an_estimate_names_what_cannot_be_paid() {
    let (chain, pauper) = (chain(), Account::new(99));
    let base = request(Account::new(0).address, b"").from(pauper.address);
    let estimate = |request| {
        chain
            .estimate_gas(request, BlockId::latest(), Overrides::default())
            .unwrap_err()
            .to_string()
    };
    let priced = TransactionRequest { gas_price: Some(10u128.pow(9)), ..base.clone() };
    assert_eq!(estimate(priced), "gas required exceeds allowance (0)");
    let generous = TransactionRequest { value: Some(U256::from(1)), ..base };
    assert!(estimate(generous).starts_with("insufficient funds for gas * price + value"));
}

#[test]
fn overrides_apply_to_one_call() {
    let (chain, contract) = deployed(REVERTER);
    let mut overrides = StateOverride::default();
    overrides.insert(
        contract,
        AccountOverride { code: Some(Bytes::from_static(RECORDER)), ..Default::default() },
    );
    overrides.insert(
        Account::new(99).address,
        AccountOverride { balance: Some(ether(5)), ..Default::default() },
    );
    let asked = request(contract, &word(8)).from(Account::new(99).address).value(ether(4));
    let result = chain
        .call_on(
            asked.clone(),
            BlockId::latest(),
            Overrides { state: overrides, ..Default::default() },
        )
        .unwrap();
    assert_eq!(result.output.as_ref(), word(8));
    assert!(chain.call(asked, BlockId::latest()).is_err());
}

#[test]
fn an_access_list_names_what_is_touched() {
    let (chain, contract) = deployed(RECORDER);
    run(&chain, &Account::new(0).deploy(1, &forwarder(contract)));
    let outer = Account::new(0).address.create(1);
    let asked = request(outer, &word(6)).from(Account::new(1).address);
    let found = chain.access_list(asked, BlockId::latest(), Overrides::default()).unwrap();
    let list = found.list.0;
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].address, contract);
    assert_eq!(list[0].storage_keys, [alloy_primitives::B256::ZERO]);
    assert!(found.gas_used > 21_000 && found.failure.is_none());
}

#[test]
fn blocks_can_be_overridden() {
    // number, timestamp and gas price
    let code =
        [0x43, 0x5f, 0x52, 0x42, 0x60, 0x20, 0x52, 0x3a, 0x60, 0x40, 0x52, 0x60, 0x60, 0x5f, 0xf3];
    let (chain, contract) = deployed(&code);
    let block = BlockOverrides {
        number: Some(U256::from(77)),
        time: Some(99),
        base_fee: Some(U256::from(5)),
        ..BlockOverrides::default()
    };
    let overrides = Overrides { block, ..Overrides::default() };
    let called = |fee: u128| {
        let fees = TransactionRequest { max_fee_per_gas: Some(fee), ..request(contract, b"") };
        let asked = fees.from(Account::new(1).address);
        chain.call_on(asked, BlockId::latest(), overrides.clone())
    };
    let output = called(6).unwrap().output;
    assert_eq!(output.as_ref(), [word(77), word(99), word(5)].concat());
    assert_eq!(called(4).unwrap_err().to_string(), "max fee per gas less than block base fee");
    let free = chain.call(request(contract, b""), BlockId::latest()).unwrap();
    assert_eq!(free.output[64..], word(0));
}

#[test]
fn endless_code_runs_out_of_gas() {
    // jumpdest; push0; jump
    let (chain, contract) = deployed(&[0x5b, 0x5f, 0x56]);
    let error = chain.call(request(contract, b""), BlockId::latest()).unwrap_err();
    assert_eq!(error.to_string(), "out of gas");
}

#[test]
fn precompiles_answer() {
    let chain = chain();
    let sha256 = address!("0000000000000000000000000000000000000002");
    let output = chain.call(request(sha256, b"abc"), BlockId::latest()).unwrap().output;
    let expected = hex!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(output.as_ref(), expected);
}
