//! The test binary runs itself as a child that reports what the chain acknowledges, and kills it.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use alloy_eips::BlockId;
use alloy_primitives::B256;
use ledger::{Chain, Options};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use crate::account::{Account, RECORDER, genesis, word};

const FILE: &str = "LEDGER_CRASH_TEST_FILE";

fn open(path: &Path) -> Chain {
    Chain::open(path, &genesis(), Options::default()).expect("the chain opens after any crash")
}

/// The child: works until it is killed. Without the variable, an ordinary run of the tests.
#[test]
fn child() {
    #[expect(clippy::disallowed_methods, reason = "how the parent names the file")]
    let Ok(path) = std::env::var(FILE) else { return };
    let chain = open(&PathBuf::from(path));
    let alice = Account::new(0);
    let contract = alice.address.create(0);
    let mut out = std::io::stdout();
    if chain.next_nonce(alice.address).unwrap() == 0 {
        chain.submit_and_seal(&alice.deploy(0, RECORDER), 0).unwrap();
    }
    for round in 0u64.. {
        let nonce = chain.next_nonce(alice.address).unwrap();
        let bytes = alice.call(nonce, contract, &word(nonce));
        let hash = if round % 4 == 0 {
            chain.submit_and_seal(&bytes, 0).unwrap().0
        } else {
            chain.submit(&bytes).unwrap()
        };
        writeln!(out, "accepted {hash}").unwrap();
        if round % 4 == 2 {
            let block = chain.seal(0).unwrap().unwrap();
            writeln!(out, "sealed {} {}", block.number(), block.hash()).unwrap();
        }
    }
}

#[derive(Default)]
struct Acknowledged {
    transactions: Vec<B256>,
    blocks: BTreeMap<u64, B256>,
}

/// Starts a child, reads `lines` reports, kills it, and reads what it still managed to report.
fn crash(path: &Path, lines: usize, acknowledged: &mut Acknowledged) {
    let this = std::env::current_exe().unwrap();
    let mut child = Command::new(this)
        .args(["--exact", "crash::child", "--nocapture", "--test-threads", "1"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut reports = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = 0;
    while let Some(Ok(report)) = reports.next() {
        // The test harness may print before the first report, on the same line.
        let words: Vec<_> = report.split_whitespace().collect();
        if let [.., "accepted", hash] = words[..] {
            acknowledged.transactions.push(hash.parse().unwrap());
        } else if let [.., "sealed", number, hash] = words[..] {
            acknowledged.blocks.insert(number.parse().unwrap(), hash.parse().unwrap());
        } else {
            continue;
        }
        seen += 1;
        if seen == lines {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(seen >= lines, "the child died by itself");
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let mut acknowledged = Acknowledged::default();
    let mut runner = TestRunner::deterministic();
    for _ in 0..12 {
        let lines = (1usize..25).new_tree(&mut runner).unwrap().current();
        crash(&path, lines, &mut acknowledged);
        // Opening compares the state root with the last header; the rebuild shares no code.
        let chain = open(&path);
        assert_eq!(chain.recompute_state_root().unwrap(), chain.head().state_root);
        for (number, hash) in &acknowledged.blocks {
            let block = chain.block(BlockId::number(*number)).unwrap().unwrap();
            assert_eq!(block.hash(), *hash);
        }
        for hash in &acknowledged.transactions {
            assert!(chain.transaction(*hash).unwrap().is_some(), "{hash} is lost");
        }
    }
    // What still waits after the last crash can be sealed.
    let chain = open(&path);
    chain.seal_even_empty(0).unwrap();
    for hash in &acknowledged.transactions {
        assert!(chain.receipt(*hash).unwrap().is_some_and(|receipt| receipt.status()));
    }
    assert!(acknowledged.blocks.len() > 12);
}
