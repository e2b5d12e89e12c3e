//! The servers under load, each a process of its own.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use alloy_primitives::U256;
use ledger::{Chain, Genesis, Options};
use node::ChainServer;

use crate::{
    http_request, load,
    wallet::{self, CHAIN_ID},
};

/// First argument of the process that serves our chain.
pub(crate) const SERVE: &str = "--serve";
const ANVIL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../xtask/clients/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
);
/// Most senders that a genesis provides for.
const CONNECTIONS_MAX: usize = 64;

/// A running server; dropping it ends it.
pub(crate) struct Server {
    child: Child,
    pub(crate) pid: u32,
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    /// From its start to its first answer.
    pub(crate) started_s: f64,
}

impl Server {
    /// Our chain on the disk, with this many accounts.
    pub(crate) fn ours(folder: &Path, accounts: usize, block_ms: u64) -> Self {
        let this = std::env::current_exe().expect("this program");
        let mut command = Command::new(this);
        command.arg(SERVE).arg(folder).args([accounts.to_string(), block_ms.to_string()]);
        let watch = Instant::now();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("it says where it listens");
        let address = line.trim().parse().expect("an address");
        Self::answering(child, address, "/rpc", watch)
    }

    /// Foundry's anvil with a block per second, if it is installed.
    pub(crate) fn anvil() -> Option<Self> {
        let probe = std::net::TcpListener::bind("127.0.0.1:0").ok()?;
        let address = probe.local_addr().ok()?;
        drop(probe);
        let mut command = Command::new(ANVIL);
        command.args(["--block-time", "1", "--silent", "--gas-limit", "60000000"]);
        command.args(["--port", &address.port().to_string()]);
        let watch = Instant::now();
        let child = command.stdout(Stdio::null()).spawn().ok()?;
        Some(Self::answering(child, address, "/", watch))
    }

    fn answering(child: Child, address: SocketAddr, path: &'static str, watch: Instant) -> Self {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}"#;
        let answers = || {
            let mut connection = load::Connection::open(address)?;
            connection.ask(&http_request(path, body)).map(drop)
        };
        while answers().is_err() {
            assert!(watch.elapsed() < Duration::from_mins(1), "no answer from {address}");
            thread::sleep(Duration::from_millis(5));
        }
        let started_s = watch.elapsed().as_secs_f64();
        Self { pid: child.id(), child, address, path, started_s }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ours ends by itself when its input ends; anvil has no state to save.
        if self.child.stdin.take().is_none() {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

/// The child: serves the chain in a folder until its input ends.
pub(crate) fn serve(mut arguments: impl Iterator<Item = String>) {
    let mut next = || arguments.next().expect("folder, accounts, milliseconds");
    let (folder, accounts, block_ms) = (next(), next(), next());
    let accounts: usize = accounts.parse().expect("a number");
    let senders = wallet::senders(CONNECTIONS_MAX);
    let mut balances: BTreeMap<_, _> =
        (0..accounts).map(|index| (wallet::account(index), U256::from(1_000_000))).collect();
    balances.extend(senders.into_iter().map(|sender| (sender, U256::MAX >> 16)));
    let genesis = Genesis::new(CHAIN_ID, balances);
    let path = Path::new(&folder).join("chain.redb");
    let chain = Chain::open(&path, &genesis, Options::default()).expect("the chain opens");
    let interval = Duration::from_millis(block_ms.parse().expect("a number"));
    let listen = "127.0.0.1:0".parse().expect("an address");
    let server = ChainServer::with_chain(chain, listen, interval).expect("it listens");
    let url = server.url();
    println!("{}", url.trim_start_matches("http://"));
    std::io::stdin().lines().for_each(drop);
}
