//! Native transfers per CPU-second, from signed bytes to blocks on the disk.
//!
//! `cargo bench -p ledger` prints one line per phase. CPU time is the process's own
//! (user and system), so that other load on the machine does not count.

#![expect(clippy::print_stdout, reason = "the result of a bench is what it prints")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::{collections::BTreeMap, fs, time::Instant};

use alloy_consensus::{SignableTransaction as _, TxEip1559, TxEnvelope, crypto::secp256k1};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, Signature, U256, keccak256};
use ledger::{Chain, Genesis, Options};

const SENDERS: u64 = 100;
const PER_SENDER: u64 = 200;
const PER_BLOCK: usize = 1000;

fn secret(sender: u64) -> B256 {
    keccak256(sender.to_be_bytes())
}

fn address(secret: B256) -> Address {
    let digest = keccak256(b"bench");
    let signature: Signature = secp256k1::sign_message(secret, digest).expect("valid key");
    secp256k1::recover_signer(&signature, digest).expect("just signed")
}

fn transfer(secret: B256, nonce: u64) -> Bytes {
    let to = keccak256([secret.as_slice(), &nonce.to_be_bytes()].concat());
    let transaction = TxEip1559 {
        chain_id: 1,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 1_000_000_000_000,
        max_priority_fee_per_gas: 1,
        to: Address::from_word(to).into(),
        value: U256::from(1),
        ..TxEip1559::default()
    };
    let digest = transaction.signature_hash();
    let signature = secp256k1::sign_message(secret, digest).expect("valid key");
    TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into()
}

/// User and system time of this process in seconds, at 100 ticks per second.
fn cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<_> = stat.rsplit(')').next().expect("a name").split_whitespace().collect();
    let ticks = |index: usize| fields[index].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) / 100.0
}

fn report(phase: &str, transactions: usize, cpu: f64, wall: Instant) {
    let count = f64::from(u32::try_from(transactions).expect("few"));
    let wall = wall.elapsed().as_secs_f64();
    println!(
        "{phase}: {transactions} in {cpu:.2} CPU-s, {:.0} per CPU-s, {:.0} per wall second",
        count / cpu.max(0.01),
        count / wall
    );
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let balances: BTreeMap<_, _> =
        (0..SENDERS).map(|sender| (address(secret(sender)), U256::MAX >> 8)).collect();
    let genesis = Genesis::new(1, balances);
    let path = folder.path().join("chain.redb");
    let chain = Chain::open(&path, &genesis, Options::default()).expect("a new chain");
    let signed: Vec<Bytes> = (0..PER_SENDER)
        .flat_map(|nonce| (0..SENDERS).map(move |sender| transfer(secret(sender), nonce)))
        .collect();
    let (begin, wall) = (cpu_s(), Instant::now());
    let (mut submit, mut seal) = (0.0, 0.0);
    for batch in signed.chunks(PER_BLOCK) {
        let start = cpu_s();
        let refused = chain.submit_all(batch).into_iter().filter(Result::is_err).count();
        assert_eq!(refused, 0);
        let middle = cpu_s();
        let block = chain.seal(0).expect("sealing works").expect("transactions wait");
        assert_eq!(block.transactions.len(), batch.len());
        submit += middle - start;
        seal += cpu_s() - middle;
    }
    report("submit (recover, check, one durable write per 1000)", signed.len(), submit, wall);
    report("seal (execute, roots, one durable write per 1000)", signed.len(), seal, wall);
    report("both, from bytes to durable block", signed.len(), cpu_s() - begin, wall);
    let (begin, wall) = (cpu_s(), Instant::now());
    let single = 300;
    for nonce in PER_SENDER..PER_SENDER + single {
        chain.submit_and_seal(&transfer(secret(0), nonce), 0).expect("sealed");
    }
    let count = usize::try_from(single).expect("few");
    report("instant, one durable write each", count, cpu_s() - begin, wall);
    drop(chain);
    let (begin, wall) = (cpu_s(), Instant::now());
    let chain = Chain::open(&path, &genesis, Options::default()).expect("opens again");
    report("reopen, accounts loaded", signed.len(), cpu_s() - begin, wall);
    assert!(chain.head().number > 20);
}
