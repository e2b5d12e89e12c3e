//! `cargo xtask test`: every check, in the order in which a failure is cheapest to learn of.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::api::Api;
use crate::clients::{Clients, Tools, python_program};
use crate::command::{command, root, run};
use crate::demo::{Journey, Progress};
use crate::product;
use crate::rpc_compat;
use crate::server::Server;

const WARNINGS: &str = "-Dwarnings";
const SLITHER: &str = "slither-analyzer==0.11.6";
const JOURNEY_DATA: &str = ".openledger/test";

/// Options of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run only the stages whose name contains this.
    #[arg(long)]
    only: Option<String>,
}

type Stage = (&'static str, fn(&Path) -> Result<()>);

const STAGES: [Stage; 10] = [
    ("format", format),
    ("page", page),
    ("binary", product::build),
    ("lints", lints),
    ("crates", crates),
    ("fuzz", fuzz),
    ("rpc compat", rpc_compat::of_repository),
    ("contracts", contracts),
    ("documentation", documentation),
    ("journey and clients", journey),
];

/// Runs all stages, goes on after a failure, fails if any failed.
pub(crate) fn run_all(options: &Options) -> Result<()> {
    let root = root()?;
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    let mut failed = Vec::new();
    let mut passed = 0;
    for (name, stage) in STAGES.into_iter().filter(|(name, _)| wanted(name)) {
        println!("\n=== {name}");
        #[expect(clippy::disallowed_methods, reason = "the test command reports its times")]
        let started = Instant::now();
        let result = stage(&root);
        let seconds = started.elapsed().as_secs();
        match result {
            Ok(()) => passed += 1,
            Err(error) => {
                println!("{error:?}");
                failed.push(name);
            }
        }
        println!("=== {name}: {seconds} s");
    }
    println!("\nstages: {passed} passed, {} failed", failed.len());
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

fn format(root: &Path) -> Result<()> {
    run(command(root, "cargo fmt --all --check"))
}

fn page(root: &Path) -> Result<()> {
    let web = root.join("web");
    product::install(&web)?;
    run(command(&web, "npm run --silent check"))
}

fn lints(root: &Path) -> Result<()> {
    let line = "cargo clippy --release --locked --workspace --all-targets -- -D warnings";
    run(command(root, line))
}

fn crates(root: &Path) -> Result<()> {
    run(command(root, "cargo test --release --locked --workspace --no-fail-fast"))
}

fn fuzz(root: &Path) -> Result<()> {
    run(command(root, "cargo run --release --locked --package fuzz -- smoke"))
}

fn contracts(root: &Path) -> Result<()> {
    let contracts = root.join("contracts");
    product::install(&contracts)?;
    run(command(&contracts, "npm run --silent check"))?;
    let slither = python_program(root, "slither", SLITHER)?;
    run(command(&contracts, &format!("node slither.mjs {}", slither.display())))
}

fn documentation(root: &Path) -> Result<()> {
    let mut rustdoc = command(root, "cargo doc --release --locked --workspace --no-deps");
    rustdoc.env("RUSTDOCFLAGS", WARNINGS);
    run(rustdoc)
}

/// The demo's journey on a real node, its promises, then the clients of others on the same node.
fn journey(root: &Path) -> Result<()> {
    let tools = Tools::install(root)?;
    let data = root.join(JOURNEY_DATA);
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("empty {}", data.display()))?;
    }
    fs::create_dir_all(&data)?;
    let server = Server::start(root, &data, "127.0.0.1:0")?;
    let api = Api::new(server.url());
    #[expect(clippy::disallowed_methods, reason = "the test command reports its times")]
    let mut progress = Progress::new(Instant::now());
    let report = Journey::run(root, &api, None, &mut progress)?.verified(
        root,
        &api,
        &data,
        &mut progress,
    )?;
    report.print();
    if let Some(broken) = report.broken_promise() {
        bail!("the journey ran, but {broken}");
    }
    let clients = Clients::new(&tools, &api, &data)?;
    clients.openai("rust-errors", "What does the compiler want to say with E0382?")?;
    clients.viem()?;
    clients.ethers()?;
    clients.cast()?;
    clients.wallet()?;
    clients.page()?;
    println!("clients: 6 passed, 0 failed");
    Ok(())
}
