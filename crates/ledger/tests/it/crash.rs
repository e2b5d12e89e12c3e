//! The test binary runs itself as a child that works for many clients at once and reports what the
//! chain acknowledges, and kills it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use alloy_consensus::transaction::TxHashRef as _;
use alloy_eips::BlockId;
use alloy_primitives::{B256, Bytes, U256};
use ledger::{Chain, Options};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use crate::account::{Account, genesis};

const FILE: &str = "LEDGER_CRASH_TEST_FILE";
/// How often the child is killed, unless [`DEFAULT_CYCLES`] is enough.
const CYCLES: &str = "KILL_CYCLES";
const DEFAULT_CYCLES: usize = 25;
/// Clients that send one transaction at a time, and those that send batches.
const SINGLES: [u8; 2] = [0, 1];
const BATCHES: u8 = 2;
const INSTANT: u8 = 3;
/// Receives one wei per transaction.
const SINK: u8 = 9;

#[expect(
    clippy::disallowed_methods,
    reason = "how the parent names the file and the user a length"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn open(path: &Path) -> Chain {
    Chain::open(path, &genesis(), Options::default()).expect("the chain opens after any crash")
}

/// The child: works until it is killed. Without the variable, an ordinary run of the tests.
#[test]
fn child() {
    let Some(path) = variable(FILE) else { return };
    let chain = &open(&PathBuf::from(path));
    std::thread::scope(|scope| {
        for seed in SINGLES {
            scope.spawn(move || send(chain, seed, |bytes| vec![chain.submit(&bytes[0]).unwrap()]));
        }
        scope.spawn(|| {
            send(chain, BATCHES, |bytes| {
                chain.submit_all(bytes).into_iter().map(Result::unwrap).collect()
            });
        });
        scope.spawn(|| {
            send(chain, INSTANT, |bytes| vec![chain.submit_and_seal(&bytes[0], 0).unwrap().0]);
        });
        loop {
            if let Some(block) = chain.seal(0).unwrap() {
                report(&[format!("sealed {} {}", block.number(), block.hash())]);
            }
        }
    });
}

/// Sends transfers of one sender without end, and reports each when it is acknowledged.
fn send(chain: &Chain, seed: u8, submit: impl Fn(&[Bytes]) -> Vec<B256>) {
    let (sender, sink) = (Account::new(seed), Account::new(SINK).address);
    let count = if seed == BATCHES { 7 } else { 1 };
    loop {
        let next = chain.next_nonce(sender.address).unwrap();
        let signed: Vec<_> =
            (next..next + count).map(|nonce| sender.transfer(nonce, sink, 1)).collect();
        let accepted = submit(&signed);
        report(&accepted.iter().map(|hash| format!("accepted {hash}")).collect::<Vec<_>>());
    }
}

fn report(lines: &[String]) {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}").unwrap();
    }
    out.flush().unwrap();
}

/// What must be true of the chain, whatever happens to it.
#[derive(Default)]
struct Ledger {
    /// Acknowledged and not yet seen in a block.
    open: BTreeSet<B256>,
    acknowledged: usize,
    sealed: BTreeMap<u64, B256>,
    /// Blocks up to this one have been read.
    read: u64,
    executed: BTreeSet<B256>,
}

impl Ledger {
    /// Starts a child, reads `lines` reports, kills it, and reads what it still managed to report.
    fn crash(&mut self, path: &Path, lines: usize) {
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
            // The test harness may print before the first report, on the same line. The last line
            // may be cut off.
            let words: Vec<_> = report.split_whitespace().collect();
            match words[..] {
                [.., "accepted", hash] if hash.len() == 66 => {
                    self.acknowledged += 1;
                    self.open.insert(hash.parse().unwrap());
                }
                [.., "sealed", number, hash] if hash.len() == 66 => {
                    self.sealed.insert(number.parse().unwrap(), hash.parse().unwrap());
                }
                _ => continue,
            }
            seen += 1;
            if seen == lines {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(seen >= lines, "the child died by itself");
    }

    /// Reads the new blocks: nothing twice, nothing lost, nothing changed.
    fn check(&mut self, chain: &Chain) {
        let head = chain.head();
        // Opening compares the state root with the last header; the rebuild shares no code.
        assert_eq!(chain.recompute_state_root().unwrap(), head.state_root);
        for number in self.read + 1..=head.number {
            let block = chain.block(BlockId::number(number)).unwrap().unwrap();
            for transaction in &block.transactions {
                assert!(self.executed.insert(*transaction.tx_hash()), "executed twice");
            }
        }
        self.read = head.number;
        for (number, hash) in std::mem::take(&mut self.sealed) {
            let block = chain.header(BlockId::number(number)).unwrap();
            assert_eq!(block.map(|block| block.hash()), Some(hash));
        }
        self.open.retain(|hash| !self.executed.contains(hash));
        for hash in &self.open {
            assert!(chain.transaction(*hash).unwrap().is_some(), "{hash} is lost");
        }
        let sink = chain.account(Account::new(SINK).address, BlockId::latest()).unwrap();
        assert_eq!(sink.balance, U256::from(self.executed.len()), "one wei per transaction");
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let cycles = variable(CYCLES).map_or(DEFAULT_CYCLES, |cycles| cycles.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let mut ledger = Ledger::default();
    let mut runner = TestRunner::deterministic();
    for _ in 0..cycles {
        ledger.crash(&path, (1usize..60).new_tree(&mut runner).unwrap().current());
        ledger.check(&open(&path));
    }
    // What still waits after the last crash can be sealed.
    let chain = open(&path);
    while chain.seal(0).unwrap().is_some() {}
    ledger.check(&chain);
    assert_eq!(ledger.open, BTreeSet::new());
    println!(
        "{cycles} kills: {} acknowledged, {} executed in {} blocks, none lost, none twice",
        ledger.acknowledged,
        ledger.executed.len(),
        ledger.read
    );
}
