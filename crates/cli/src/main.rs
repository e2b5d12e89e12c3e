//! The binary `openledger`: arguments, output, exit codes.
//!
//! **Takes** a command line, **gives** text (or with `--json` one JSON value per result) and an exit
//! code: 0 done, 1 refused or failed, 2 wrong usage, 3 no node reached, 4 a receipt does not verify.
//! `up` runs a node, `receipt verify FILE` runs alone; every other command is a client of a node.
//!
//! **Not here.** Anything that a program using the node as a library would need.

mod arguments;

mod account;
mod chain;
mod channel;
mod chat;
mod contribute;
mod datanet;
mod dispute;
mod doctor;
mod economy;
mod failure;
mod governance;
mod money;
mod output;
mod receipt;
mod settings;
mod stake;
mod train;
mod up;

use std::process::ExitCode;

use clap::Parser as _;
use node::client::Client;

use arguments::{Arguments, Command};
use failure::Failure;
use output::Output;

/// Many small allocations on many threads are most of what a request costs beside its signature.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    match run(arguments, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            failure.exit_code()
        }
    }
}

fn run(arguments: Arguments, output: Output) -> Result<(), Failure> {
    let mut client = Client::new(&arguments.node);
    if let Some(key) = &arguments.api_key {
        client = client.with_api_key(key);
    }
    match arguments.command {
        Command::Up(up) => up::run(&up, output),
        Command::Datanet(command) => datanet::run(&client, &command, output),
        Command::Contribute(contribute) => contribute::run(&client, &contribute, output),
        Command::Snapshot { datanet } => datanet::snapshot(&client, &datanet, output),
        Command::Train(command) => train::run(&client, &command, output),
        Command::Jobs { id } => train::jobs(&client, id.as_deref(), output),
        Command::Adapters { name } => train::adapters(&client, name.as_deref(), output),
        Command::Chat(command) => chat::run(&client, &command, output),
        Command::Period(command) => money::period(&client, &command, output),
        Command::Claim(claim) => money::claim(&client, &claim, output),
        Command::Receipt(command) => receipt::run(&client, &command, output),
        Command::Account(given) => account::run(&client, &given, output),
        Command::Stake(given) => stake::run(&client, &given, output),
        Command::Delegate(given) => governance::delegate(&client, &given, output),
        Command::Propose(given) => governance::propose(&client, &given, output),
        Command::Proposal(given) => governance::proposal(&client, &given, output),
        Command::Vote(given) => governance::vote(&client, &given, output),
        Command::Parameters(command) => governance::parameters(&client, &command, output),
        Command::Dispute(given) => dispute::run(&client, &given, output),
        Command::Channel(given) => channel::run(&client, &given, output),
        Command::Status => doctor::status(&client, output),
        Command::Doctor => doctor::run(&client, output),
        Command::Chain(command) => chain::run(&command, output),
        Command::Config(command) => settings::run(&command, output),
    }
}
