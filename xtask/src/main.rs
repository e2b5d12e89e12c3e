//! Automation of the repository: one subcommand per file.

#![expect(clippy::print_stdout, reason = "a command line tool prints")]

mod corpus;
mod demo_data;
mod seeded;

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
    /// Prepare the demo's Datanets under `demo/` from their named sources.
    DemoData(demo_data::Options),
    /// Write the pre-training corpus and train its tokenizer.
    Corpus(corpus::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::DemoData(options) => demo_data::run(&options),
        Task::Corpus(options) => corpus::run(&options),
    }
}
