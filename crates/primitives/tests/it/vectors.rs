//! `vectors/records.json`: records written by Rust, whose ids the Solidity tests compute again.

use std::path::Path;

use primitives::{
    Address, AttributionReceipt, B256, Bytes, ChainRecord, Completion, RecordShare, keccak256,
};
use serde_json::{Value, json};

const COMMITTED: &str = include_str!("../../../../vectors/records.json");
const CHAIN_ID: u64 = 1612;

/// Bytes that look random and are always the same.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let word = |at: usize| keccak256([seed.to_be_bytes(), (at as u64).to_be_bytes()].concat());
    (0..length.div_ceil(32)).flat_map(|at| word(at).0).take(length).collect()
}

fn word(seed: u64) -> B256 {
    B256::from_slice(&noise(seed, 32))
}

fn address(seed: u64) -> Address {
    Address::from_slice(&noise(seed, 20))
}

fn completion(seed: u64) -> Completion {
    Completion {
        adapter: word(seed),
        payer: address(seed + 1),
        host: address(seed + 2),
        prompt: word(seed + 3),
        answer: word(seed + 4),
        promptTokens: u32::MAX,
        answerTokens: 7,
        feeWei: u128::MAX,
        timeS: 1_800_000_000,
        nonce: seed,
    }
}

fn share(seed: u64) -> RecordShare {
    let large = seed.is_multiple_of(2);
    RecordShare {
        row: if large { u32::MAX } else { 3 },
        record: word(seed),
        contributor: address(seed + 1),
        score: if large { i64::MIN } else { 40_000 - seed.cast_signed() },
        spanTokens: if large { u32::MAX } else { 0 },
        evidence: if large { u8::MAX } else { 8 },
        reason: 5,
        sharePpm: if large { 1_000_000 } else { 0 },
    }
}

fn receipt(seed: u64, query: usize, shares: u64) -> AttributionReceipt {
    AttributionReceipt {
        completion: completion(seed).id(),
        adapter: word(seed + 1),
        influenceRoot: word(seed + 2),
        rule: if query == 0 { String::new() } else { "poa/1".to_owned() },
        query: noise(seed + 3, query).into(),
        liftMicronats: -12_345,
        shares: (0..shares).map(|at| share(seed + at)).collect(),
        unattributedPpm: 999_999,
    }
}

fn vector(record: &impl ChainRecord) -> Value {
    json!({
        "abi": Bytes::from(record.encode()).to_string(),
        "id": record.id().to_string(),
        "signingHash": record.signing_hash(CHAIN_ID).to_string(),
    })
}

#[test]
fn shared_records_hold() {
    let completions: Vec<Value> = [0, 10, 20].map(|seed| vector(&completion(seed))).to_vec();
    let receipts = [(0, 0, 0), (30, 1, 1), (40, 32, 2), (50, 40, 3), (60, 1024, 12)];
    let receipts: Vec<Value> = receipts
        .iter()
        .map(|(seed, query, shares)| vector(&receipt(*seed, *query, *shares)))
        .collect();
    let all = json!({
        "chainId": CHAIN_ID,
        "completions": completions,
        "receipts": receipts,
    });
    let text = format!("{all:#}\n");
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("records.json");
    std::fs::write(&written, &text).expect("the target directory is writable");
    assert!(text == COMMITTED, "vectors/records.json differs from {}", written.display());
}
