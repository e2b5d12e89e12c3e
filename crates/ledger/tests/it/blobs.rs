//! Blob transactions: checked with their blobs, kept and executed without them.

use alloy_consensus::{Signed, TxEip4844, TxEip4844Variant, TxEnvelope};
use alloy_eips::{
    BlockId,
    eip2718::{Decodable2718 as _, Encodable2718 as _},
    eip4844::{BlobTransactionSidecar, Bytes48},
    eip7594::BlobTransactionSidecarVariant,
};
use alloy_primitives::{Address, B256, Bytes, U256, b256, hex};
use alloy_rpc_types_eth::TransactionRequest;
use ledger::{CallError, Chain, Options, SubmitError};

use crate::{
    account::{Account, CHAIN_ID, FEE, chain, genesis, seal},
    import::{file, official},
};

/// Versioned hash of the blob of zeros, whose commitment is the point at infinity.
const ZERO_BLOB: B256 = b256!("0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014");
/// Compressed point at infinity.
const INFINITY: Bytes48 = {
    let mut point = [0; 48];
    point[0] = 0xc0;
    Bytes48::new(point)
};
const BLOB_GAS: u64 = 131_072;

/// The request of the official exchange, and the hash that it must give.
fn official_transaction() -> (Bytes, B256) {
    let exchange = String::from_utf8(file("eth_sendRawTransaction/send-blob-tx.io")).unwrap();
    let json = |mark: &str| -> serde_json::Value {
        let line = exchange.lines().find(|line| line.starts_with(mark)).unwrap();
        serde_json::from_str(&line[mark.len()..]).unwrap()
    };
    let raw = json(">> ")["params"][0].as_str().unwrap().parse().unwrap();
    (raw, json("<< ")["result"].as_str().unwrap().parse().unwrap())
}

fn fields(nonce: u64, blobs: usize) -> TxEip4844 {
    TxEip4844 {
        chain_id: CHAIN_ID,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: FEE,
        max_priority_fee_per_gas: 1_000_000_000,
        to: Address::repeat_byte(7),
        value: U256::ONE,
        max_fee_per_blob_gas: 10,
        blob_versioned_hashes: vec![ZERO_BLOB; blobs],
        ..TxEip4844::default()
    }
}

/// The signed transaction with blobs of zeros, in the form from before Osaka.
fn with_blobs(account: &Account, transaction: TxEip4844) -> Bytes {
    let count = transaction.blob_versioned_hashes.len();
    let plain = account.sign(transaction);
    let signed = TxEnvelope::decode_2718_exact(&plain).unwrap().as_eip4844().cloned().unwrap();
    let (variant, signature, hash) = signed.into_parts();
    let sidecar = BlobTransactionSidecar::new(
        vec![alloy_eips::eip4844::Blob::ZERO; count],
        vec![INFINITY; count],
        vec![INFINITY; count],
    );
    let sidecar = BlobTransactionSidecarVariant::Eip4844(sidecar);
    let whole = TxEip4844::from(variant).with_sidecar(sidecar);
    let variant = TxEip4844Variant::TxEip4844WithSidecar(whole);
    TxEnvelope::Eip4844(Signed::new_unchecked(variant, signature, hash)).encoded_2718().into()
}

#[test]
fn takes_the_official_blob_transaction() {
    let chain = official();
    let (raw, hash) = official_transaction();
    assert_eq!(chain.submit(&raw).unwrap(), hash);
    let stored = chain.raw_transaction(hash).unwrap().unwrap();
    assert!(stored.len() < 1_000, "without blobs: {} bytes", stored.len());
    let time_s = chain.head().timestamp + 12;
    let block = chain.seal(time_s).unwrap().unwrap();
    assert_eq!(block.transactions.len(), 1);
    assert_eq!(block.header.blob_gas_used, Some(BLOB_GAS));
    assert!(block.receipts[0].is_success());
    assert_eq!(chain.raw_transaction(hash).unwrap().unwrap(), stored);

    let again = official();
    again.import(block.rlp().as_ref(), |_| {}).unwrap();
    assert_eq!(again.head().hash(), block.hash(), "what was sealed is a valid block");
}

#[test]
fn refuses_blobs_that_do_not_match() {
    let chain = official();
    let (raw, _) = official_transaction();
    let blob = raw.len() / 4;
    let mut other = raw.to_vec();
    other[blob] ^= 1;
    let error = chain.submit(&other.into()).unwrap_err();
    assert!(matches!(error, SubmitError::BlobProof { .. }), "{error}");
    let mut other = raw.to_vec();
    let last = other.len() - 1;
    other[last] ^= 1;
    let error = chain.submit(&other.into()).unwrap_err();
    assert!(matches!(error, SubmitError::BlobProof { .. }), "{error}");
    let error = chain.submit(&raw.slice(..raw.len() - 1)).unwrap_err();
    assert!(matches!(error, SubmitError::Undecodable { .. }), "{error}");
    assert_eq!(chain.waiting_count(), 0);
}

#[test]
fn takes_both_forms_of_proofs_and_limits_their_number() {
    let (chain, alice) = (chain(), Account::new(0));
    chain.submit(&with_blobs(&alice, fields(0, 1))).unwrap();
    chain.submit(&with_blobs(&alice, fields(1, 6))).unwrap();
    for blobs in [0, 7] {
        let error = chain.submit(&with_blobs(&alice, fields(2, blobs))).unwrap_err();
        assert!(matches!(error, SubmitError::BlobCount { limit: 6, .. }), "{error}");
    }
    let bare = alice.sign(fields(2, 1));
    let error = chain.submit(&bare).unwrap_err();
    assert!(matches!(error, SubmitError::MissingBlobs), "{error}");
    let odd = TxEip4844 { blob_versioned_hashes: vec![B256::ZERO], ..fields(2, 0) };
    let error = chain.submit(&with_blobs(&alice, odd)).unwrap_err();
    assert!(matches!(error, SubmitError::BlobHashVersion { .. }), "{error}");
    let cheap = TxEip4844 { max_fee_per_blob_gas: 0, ..fields(2, 1) };
    let error = chain.submit(&with_blobs(&alice, cheap)).unwrap_err();
    assert!(matches!(error, SubmitError::FeeBelowBlobBaseFee { base_fee: 1, .. }), "{error}");
    let dear = TxEip4844 { max_fee_per_blob_gas: u128::MAX, ..fields(2, 1) };
    let error = chain.submit(&with_blobs(&alice, dear)).unwrap_err();
    assert!(matches!(error, SubmitError::InsufficientFunds { .. }), "{error}");
}

#[test]
fn a_block_has_no_more_blobs_than_it_may() {
    let (chain, alice) = (chain(), Account::new(0));
    for nonce in 0..3 {
        chain.submit(&with_blobs(&alice, fields(nonce, 4))).unwrap();
    }
    let first = seal(&chain);
    assert_eq!(first.header.blob_gas_used, Some(8 * BLOB_GAS), "nine at most");
    let second = seal(&chain);
    assert_eq!(second.header.blob_gas_used, Some(4 * BLOB_GAS));
    assert!(second.header.excess_blob_gas.unwrap() > 0, "two more than the target");
    assert_eq!(chain.waiting_count(), 0);
}

#[test]
fn a_waiting_blob_transaction_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let open = || Chain::open(&path, &genesis(), Options::default()).unwrap();
    let (chain, alice) = (open(), Account::new(0));
    let hash = chain.submit(&with_blobs(&alice, fields(0, 1))).unwrap();
    drop(chain);
    let chain = open();
    assert_eq!(chain.waiting_count(), 1);
    assert_eq!(seal(&chain).receipt(0).unwrap().transaction_hash, hash);
}

#[test]
fn the_point_evaluation_precompile_works() {
    let chain: Chain = official();
    let (z, y) = ([7; 32], [0; 32]);
    let input = [ZERO_BLOB.as_slice(), &z, &y, INFINITY.as_slice(), INFINITY.as_slice()].concat();
    let request = |input: &[u8]| {
        let to = Address::with_last_byte(10);
        TransactionRequest::default().to(to).input(Bytes::copy_from_slice(input).into())
    };
    let output = chain.call(request(&input), BlockId::latest()).unwrap().output;
    let expected = hex!(
        "0000000000000000000000000000000000000000000000000000000000001000"
        "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"
    );
    assert_eq!(output.as_ref(), expected);
    let mut wrong = input;
    wrong[95] = 1;
    let error = chain.call(request(&wrong), BlockId::latest()).unwrap_err();
    assert!(matches!(error, CallError::Halted { .. }), "{error}");
    assert_eq!(chain.options(), &Options::default());
}
