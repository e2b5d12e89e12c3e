//! Bad bytes by the thousand for everything that decodes.
//!
//! `fuzz TARGET` runs cases from seed 0 on, `fuzz TARGET SEED` repeats one case, `fuzz smoke` runs
//! some seconds of each target. A case is a sample of the kept corpus, changed by a generator that
//! the seed alone decides, so that a failure is repeated by its seed. A panic, or a case that takes
//! too long, ends the run with target and seed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool prints")]

mod abi;
mod corpus;
mod jsonrpc;
mod mutate;
mod rlp;
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Parser;

use corpus::Corpus;
use mutate::Mutator;
use watch::Watch;

/// Cases of each target in a smoke run: some seconds.
const SMOKE_CASES: u64 = 100_000;
/// Cases of a run without an end in sight.
const CASES: u64 = 10_000_000;

#[derive(Debug, Parser)]
#[command(name = "fuzz", about = "Feed changed samples to everything that decodes")]
struct Arguments {
    /// `rlp`, `jsonrpc`, `abi`, or `smoke` for some seconds of each.
    target: String,
    /// Repeat this case alone and print its bytes.
    seed: Option<u64>,
    /// How many cases to run.
    #[arg(long, default_value_t = CASES)]
    cases: u64,
}

/// What is fed with cases.
trait Target {
    /// Its name, and that of its folder in the corpus.
    const NAME: &'static str;

    /// Changes a sample in a way that fits the format.
    fn change(&self, mutator: &mut Mutator, sample: &[u8]) -> Vec<u8>;

    /// Decodes a case; panics where a promise is broken.
    fn run(&self, case: &[u8]);
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    match arguments.target.as_str() {
        rlp::Rlp::NAME => drive(&rlp::Rlp::new(folder)?, &rlp::corpus(folder)?, arguments),
        jsonrpc::JsonRpc::NAME => {
            drive(&jsonrpc::JsonRpc::new(folder)?, &jsonrpc::corpus(folder)?, arguments)
        }
        abi::Abi::NAME => drive(&abi::Abi::new()?, &abi::corpus(folder)?, arguments),
        "smoke" => {
            for target in [rlp::Rlp::NAME, jsonrpc::JsonRpc::NAME, abi::Abi::NAME] {
                let cases = arguments.cases.min(SMOKE_CASES);
                run(&Arguments { target: target.to_owned(), seed: None, cases })?;
            }
            Ok(())
        }
        other => bail!("no target {other}; there are rlp, jsonrpc, abi and smoke"),
    }
}

/// Runs one case or many.
fn drive<T: Target>(target: &T, corpus: &Corpus, arguments: &Arguments) -> Result<()> {
    let watch = Watch::start(T::NAME);
    if let Some(seed) = arguments.seed {
        let case = case(target, corpus, seed);
        println!("{} bytes: {}", case.len(), String::from_utf8_lossy(&case));
        println!("as hex: {}", corpus::hex(&case));
        watch.begin(seed);
        target.run(&case);
        return Ok(());
    }
    for seed in 0..arguments.cases {
        watch.begin(seed);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let case = case(target, corpus, seed);
            target.run(&case);
        }));
        if outcome.is_err() {
            bail!("{} failed; repeat it with: cargo run -p fuzz --release -- {0} {seed}", T::NAME);
        }
    }
    println!("{}: {} cases, {} samples", T::NAME, arguments.cases, corpus.len());
    Ok(())
}

fn case<T: Target>(target: &T, corpus: &Corpus, seed: u64) -> Vec<u8> {
    let mut mutator = Mutator::new(seed);
    let sample = corpus.pick(&mut mutator);
    if mutator.one_in(4) {
        let spliced = mutator.splice(sample, corpus.pick(&mut Mutator::new(!seed)));
        return target.change(&mut mutator, &spliced);
    }
    target.change(&mut mutator, sample)
}

/// A file of the shared vectors.
fn vector(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join("../vectors/execution-apis").join(name);
    std::fs::read(&path).with_context(|| format!("read {}", path.display()))
}
