//! Automation of the repository: one subcommand per file.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool prints")]

mod api;
mod clients;
mod command;
mod corpus;
mod demo;
mod demo_data;
mod pretrain;
mod product;
mod rpc_compat;
mod seeded;
mod server;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "xtask", about = "Automation of the OpenLedger repository")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build everything, run the whole journey on real data, then serve the page until Ctrl-C.
    Demo(demo::Options),
    /// Install what tests need, build, run every check.
    Test(test::Options),
    /// Ask a node what the official JSON-RPC suite asks, and compare the answers.
    RpcCompat(rpc_compat::Options),
    /// Prepare the demo's Datanets under `demo/` from their named sources.
    DemoData(demo_data::Options),
    /// Pre-train the demo's base model on the corpus.
    Pretrain(pretrain::Options),
    /// Write the pre-training corpus and train its tokenizer.
    Corpus(corpus::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Demo(options) => demo::run(&options),
        Task::Test(options) => test::run_all(&options),
        Task::RpcCompat(options) => rpc_compat::run(&options),
        Task::DemoData(options) => demo_data::run(&options),
        Task::Corpus(options) => corpus::run(&options),
        Task::Pretrain(options) => pretrain::run(&options),
    }
}
