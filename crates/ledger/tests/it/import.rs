//! The official test chain: 54 blocks from Frontier to Osaka and its blob schedule forks.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use alloy_consensus::transaction::TxHashRef as _;
use alloy_primitives::{B256, U256, b256, keccak256};
use alloy_rlp::BufMut as _;
use alloy_trie::root::ordered_trie_root_with_encoder;
use ledger::{Chain, Genesis, OpenError, Options};

/// Hash of the official chain's last block.
pub(crate) const HEAD: B256 =
    b256!("0xd226371d0b1551adb03fb52b71f08e3e11247fe9b1af994768af8cdaa8e7dcd7");

pub(crate) fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/execution-apis");
    std::fs::read(folder.join(name)).unwrap()
}

pub(crate) fn genesis() -> Genesis {
    Genesis::from_json(&file("genesis.json")).unwrap()
}

pub(crate) fn official() -> Chain {
    let chain = Chain::in_memory(&genesis(), Options::default()).unwrap();
    chain.import(file("chain.rlp").as_slice(), |_| {}).unwrap();
    chain
}

#[test]
fn imports_the_official_chain() {
    let chain = Chain::in_memory(&genesis(), Options::default()).unwrap();
    let mut heads = Vec::new();
    let done = chain.import(file("chain.rlp").as_slice(), |done| heads.push(done.head)).unwrap();
    assert_eq!((done.new, done.known, done.head, done.head_hash), (54, 0, 54, HEAD));
    assert_eq!((done.transactions, done.bytes), (249, 70_178));
    assert_eq!(heads, (1..=54).collect::<Vec<_>>());
    assert_eq!(chain.recompute_state_root().unwrap(), chain.head().state_root);
}

#[test]
fn gives_back_the_bytes_that_it_read() {
    let chain = official();
    let blocks =
        (1..=54u64).flat_map(|number| chain.raw_block(number.into()).unwrap().unwrap().to_vec());
    assert!(blocks.eq(file("chain.rlp")));
    for number in 0..=54u64 {
        let block = chain.block(number.into()).unwrap().unwrap();
        let receipts = chain.raw_receipts(number.into()).unwrap().unwrap();
        let root = ordered_trie_root_with_encoder(&receipts, |receipt, out| {
            out.put_slice(receipt);
        });
        assert_eq!(root, block.header.receipts_root, "receipts of block {number}");
        let header = chain.raw_header(number.into()).unwrap().unwrap();
        assert_eq!(keccak256(header), block.hash());
        for transaction in &block.transactions {
            let raw = chain.raw_transaction(*transaction.tx_hash()).unwrap().unwrap();
            assert_eq!(keccak256(raw), *transaction.tx_hash());
        }
    }
    let terminal = U256::from(4_732_352);
    assert!(chain.total_difficulty(34u64.into()).unwrap() < terminal);
    assert!(chain.total_difficulty(35u64.into()).unwrap() >= terminal);
    assert!(chain.raw_block(55u64.into()).unwrap().is_none());
    assert!(chain.raw_transaction(HEAD).unwrap().is_none());
}

/// The answer to the first request of one of the official exchanges.
fn answer(name: &str) -> serde_json::Value {
    let exchange = String::from_utf8(file(name)).unwrap();
    let (_, answer) = exchange.split_once("<< ").unwrap();
    let answer: serde_json::Value = serde_json::from_str(answer.lines().next().unwrap()).unwrap();
    answer["result"].clone()
}

#[test]
fn describes_the_forks_as_go_ethereum_does() {
    let chain = official();
    let schedule = chain.fork_schedule().unwrap().unwrap();
    assert_eq!(serde_json::to_value(schedule).unwrap(), answer("eth_config/get-config.io"));

    let start = Chain::in_memory(&genesis(), Options::default()).unwrap();
    assert!(start.fork_schedule().unwrap().is_none(), "before Cancun");
    let chain = Chain::in_memory(&Genesis::new(1612, [].into()), Options::default()).unwrap();
    let ours = chain.fork_schedule().unwrap().unwrap();
    assert_eq!((ours.current.activation_time, ours.next, ours.last), (0, None, None));
}

#[test]
fn announces_the_forks_to_come() {
    let cancun = chain_at(420);
    let schedule = cancun.fork_schedule().unwrap().unwrap();
    assert_eq!(schedule.current.activation_time, 420);
    assert_eq!(schedule.current.system_contracts.len(), 1);
    assert_eq!(schedule.current.precompiles.len(), 10);
    assert_eq!(schedule.next.unwrap().activation_time, 450);
    let last = schedule.last.unwrap();
    assert_eq!(last.activation_time, 540);
    assert_eq!(serde_json::to_value(&last).unwrap(), answer("eth_config/get-config.io")["current"]);
}

/// The official chain up to its first block at `time_s`.
fn chain_at(time_s: u64) -> Chain {
    let chain = official();
    let mut bytes = Vec::new();
    for number in 1..=54u64 {
        bytes.extend_from_slice(&chain.raw_block(number.into()).unwrap().unwrap());
        if chain.header(number.into()).unwrap().unwrap().timestamp >= time_s {
            break;
        }
    }
    let part = Chain::in_memory(&genesis(), Options::default()).unwrap();
    part.import(bytes.as_slice(), |_| {}).unwrap();
    part
}

#[test]
fn opens_what_was_imported_without_its_genesis_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let missing = Chain::open_stored(&path, Options::default()).unwrap_err();
    assert!(matches!(missing, OpenError::Missing { .. }), "{missing}");
    let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
    chain.import(file("chain.rlp").as_slice(), |_| {}).unwrap();
    let held = Chain::open_stored(&path, Options::default()).unwrap_err();
    assert!(matches!(held, OpenError::InUse), "{held}");
    drop(chain);
    let chain = Chain::open_stored(&path, Options::default()).unwrap();
    assert_eq!(chain.head().hash(), HEAD);
    drop(chain);
    let other = Chain::open(&path, &Genesis::new(1, [].into()), Options::default()).unwrap_err();
    assert!(matches!(other, OpenError::OtherGenesis { .. }), "{other}");
}

const FILE: &str = "LEDGER_IMPORT_TEST_FILE";

/// The child: imports what it is given until it is killed. Without the variable, an ordinary run.
#[test]
fn import_child() {
    #[expect(clippy::disallowed_methods, reason = "how the parent names the file")]
    let Ok(path) = std::env::var(FILE) else { return };
    let chain = Chain::open(Path::new(&path), &genesis(), Options::default()).unwrap();
    let mut out = std::io::stdout();
    chain
        .import(std::io::stdin().lock(), |done| {
            writeln!(out, "\nhead {}", done.head).unwrap();
            out.flush().unwrap();
        })
        .unwrap();
}

#[test]
fn an_import_that_was_killed_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.redb");
    let bytes = file("chain.rlp");
    let whole = official();
    let forty = (1..=40u64).map(|number| whole.raw_block(number.into()).unwrap().unwrap().len());
    let part = forty.sum::<usize>() + 50;
    for rounds in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "import::import_child", "--nocapture"])
            .env(FILE, &path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It waits within a block for the rest, which never comes.
        child.stdin.as_mut().unwrap().write_all(&bytes[..part]).unwrap();
        let reports = BufReader::new(child.stdout.take().unwrap()).lines();
        let reports = reports.map_while(Result::ok);
        let reached = reports.filter_map(|line| line.strip_prefix("head ")?.parse::<u64>().ok());
        // After the first round blocks are known and passed over.
        let reached = reached.take(if rounds == 0 { 40 } else { 1 }).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(reached == 40 || rounds > 0);
        let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
        let head = chain.head();
        assert!((32..54).contains(&head.number), "head {}", head.number);
        assert_eq!(chain.recompute_state_root().unwrap(), head.state_root);
    }
    let chain = Chain::open(&path, &genesis(), Options::default()).unwrap();
    let known = chain.head().number;
    let done = chain.import(bytes.as_slice(), |_| {}).unwrap();
    assert_eq!((done.known, done.new, done.head_hash), (known, 54 - known, HEAD));
    drop(chain);
    Chain::verify(&path, Options::default(), |_| {}).unwrap();
}
