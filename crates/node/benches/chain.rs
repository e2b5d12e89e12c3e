//! Transactions per CPU-second of the server, ours against Foundry's anvil. `benches/README.md`
//! says how to run it and what the figures mean.

#![expect(clippy::print_stdout, reason = "the result of a bench is what it prints")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

#[path = "chain/load.rs"]
mod load;
#[path = "chain/server.rs"]
mod server;
#[path = "chain/wallet.rs"]
mod wallet;

use std::path::Path;

use alloy_primitives::Address;

use load::{Measured, Request};
use server::Server;
use wallet::Wallets;

/// As in the binary `openledger`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the command line may change.
#[derive(Clone, Debug)]
struct Sizes {
    /// Transactions of each kind.
    transactions: usize,
    /// Accounts in the small and in the large state.
    accounts: usize,
    accounts_large: usize,
    connections: usize,
    /// Runs of each measurement; the best counts.
    runs: usize,
    block_ms: u64,
    with_anvil: bool,
    with_large: bool,
}

const HELP: &str = "options of `cargo bench -p node --bench chain -- OPTIONS`:
  --transactions N     transfers of each kind per run        (16000)
  --accounts N         accounts in the small state           (10000)
  --accounts-large N   accounts in the large state           (1000000)
  --connections N      HTTP connections                      (16)
  --runs N             runs of each measurement, best counts (2)
  --block-ms N         our block interval                    (1000)
  --no-anvil           leave the comparison out
  --no-large           leave the large state out";

fn sizes(mut arguments: impl Iterator<Item = String>) -> Result<Sizes, String> {
    let mut sizes = Sizes {
        transactions: 16_000,
        accounts: 10_000,
        accounts_large: 1_000_000,
        connections: 16,
        runs: 2,
        block_ms: 1000,
        with_anvil: true,
        with_large: true,
    };
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().ok_or_else(|| format!("{argument} needs a number"))?;
            value.parse::<usize>().map_err(|error| format!("{argument} {value}: {error}"))
        };
        match argument.as_str() {
            "--transactions" => sizes.transactions = number()?,
            "--accounts" => sizes.accounts = number()?,
            "--accounts-large" => sizes.accounts_large = number()?,
            "--connections" => sizes.connections = number()?.max(1),
            "--runs" => sizes.runs = number()?.max(1),
            "--block-ms" => sizes.block_ms = number()? as u64,
            "--no-anvil" => sizes.with_anvil = false,
            "--no-large" => sizes.with_large = false,
            // What cargo itself passes to every bench.
            "--bench" => {}
            _ => return Err(format!("unknown option {argument}\n{HELP}")),
        }
    }
    Ok(sizes)
}

/// Native and ERC-20 transfers per second, of one server.
#[derive(Clone, Copy, Debug)]
struct Rates {
    native: Measured,
    erc20: Measured,
}

/// Sends both kinds of transfers and waits for their blocks.
fn measure(server: &Server, wallets: &mut Wallets, sizes: &Sizes, accounts: usize) -> Rates {
    let asset = load::deploy(server, wallets);
    let run = |wallets: &mut Wallets, asset: Option<Address>| {
        let measured = (0..sizes.runs).map(|_| {
            let requests = wallets.transfers(sizes, accounts, asset);
            load::run(server, &requests, wallets)
        });
        measured.max_by(|a, b| a.per_cpu_s().total_cmp(&b.per_cpu_s())).expect("one run or more")
    };
    let native = run(wallets, None);
    Rates { native, erc20: run(wallets, Some(asset)) }
}

fn ours(folder: &Path, sizes: &Sizes, accounts: usize) -> (Rates, f64) {
    let server = Server::ours(folder, accounts, sizes.block_ms);
    let mut wallets = Wallets::new(sizes.connections);
    let rates = measure(&server, &mut wallets, sizes, accounts);
    drop(server);
    let server = Server::ours(folder, accounts, sizes.block_ms);
    (rates, server.started_s)
}

fn report(name: &str, rates: &Rates) {
    for (kind, measured) in [("native", rates.native), ("erc20 ", rates.erc20)] {
        println!(
            "{name:<22} {kind}  {:>7.0} per CPU-s  {:>7.0} per wall-s  ({:.2} CPU-s)",
            measured.per_cpu_s(),
            measured.per_wall_s(),
            measured.cpu_s
        );
    }
}

fn verdict(what: &str, value: f64, is_met: bool, target: &str) {
    println!("{what}: {value:.2} (target {target}: {})", if is_met { "met" } else { "missed" });
}

fn compare(ours: &Rates, sizes: &Sizes) {
    let Some(anvil) = Server::anvil() else {
        println!("anvil is not installed: run `npm ci` in xtask/clients");
        return;
    };
    let mut wallets = Wallets::new(sizes.connections);
    load::fund(&anvil, &wallets);
    let theirs = measure(&anvil, &mut wallets, sizes, sizes.accounts);
    report("anvil 1.7.1, 1 s", &theirs);
    for (kind, ours, theirs) in
        [("native", ours.native, theirs.native), ("ERC-20", ours.erc20, theirs.erc20)]
    {
        let ratio = ours.per_cpu_s() / theirs.per_cpu_s();
        verdict(&format!("{kind}, times anvil per CPU-second"), ratio, ratio >= 3.0, ">= 3");
    }
}

fn large(small: &Rates, sizes: &Sizes) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (large, restart_s) = ours(folder.path(), sizes, sizes.accounts_large);
    report(&format!("ours, {} accounts", sizes.accounts_large), &large);
    for (kind, small, large) in
        [("native", small.native, large.native), ("ERC-20", small.erc20, large.erc20)]
    {
        let ratio = large.per_cpu_s() / small.per_cpu_s();
        verdict(&format!("{kind}, large state to small"), ratio, ratio >= 0.8, ">= 0.8");
    }
    verdict("restart to serving with the large state, s", restart_s, restart_s <= 5.0, "<= 5");
}

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == server::SERVE) {
        return server::serve(arguments.skip(1));
    }
    let sizes = match sizes(arguments) {
        Ok(sizes) => sizes,
        Err(message) => return println!("{message}"),
    };
    println!(
        "{} transfers of each kind over {} HTTP connections, one per request; ours on disk, \
         blocks every {} ms with fsync and all roots",
        sizes.transactions, sizes.connections, sizes.block_ms
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (small, _) = ours(folder.path(), &sizes, sizes.accounts);
    report(&format!("ours, {} accounts", sizes.accounts), &small);
    if sizes.with_anvil {
        compare(&small, &sizes);
    }
    if sizes.with_large {
        large(&small, &sizes);
    }
}

/// A raw JSON-RPC request, ready for the wire.
fn http_request(path: &str, body: &str) -> Request {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
