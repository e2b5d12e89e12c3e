//! `openledger chain`.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget};
use node::archive::{self, ArchiveError, ExportReport, ImportReport, VerifyReport};
use node::{ChainServer, ServeChain};
use serde_json::json;

use crate::account::configured_data;
use crate::arguments::{ChainCommand, ChainExport, ChainImport, ChainServe};
use crate::failure::Failure;
use crate::output::Output;
use crate::up;

pub(crate) fn run(command: &ChainCommand, output: Output) -> Result<(), Failure> {
    match command {
        ChainCommand::Serve(command) => serve(command, output),
        ChainCommand::Import(command) => import(command, output),
        ChainCommand::Verify { data } => verify(data.as_deref(), output),
        ChainCommand::Export(command) => export(command, output),
    }
}

/// Executes a file of blocks.
fn import(command: &ChainImport, output: Output) -> Result<(), Failure> {
    let data = folder(command.data.as_deref())?;
    let bar = bar(output);
    let done = archive::import(&data, &command.genesis, &command.blocks, |done, all| {
        show(&bar, done, all);
    });
    bar.finish_and_clear();
    output.result(&done.map_err(failure)?, |report| {
        let ImportReport { new, known, transactions, gas, head, hash } = report;
        format!(
            "imported {new} blocks with {transactions} transactions and {gas} gas, {known} were \
             known\nhead  {head}  {hash}"
        )
    });
    Ok(())
}

/// Executes the stored chain again.
fn verify(data: Option<&Path>, output: Output) -> Result<(), Failure> {
    let data = folder(data)?;
    let bar = bar(output);
    let done = archive::verify(&data, |done, all| show(&bar, done, all));
    bar.finish_and_clear();
    output.result(&done.map_err(failure)?, |report| {
        let VerifyReport { head, hash, entries } = report;
        format!(
            "blocks 1 to {head} and {entries} stored entries are as executed\nhead  {head}  {hash}"
        )
    });
    Ok(())
}

/// Writes a file of blocks.
fn export(command: &ChainExport, output: Output) -> Result<(), Failure> {
    let data = folder(command.data.as_deref())?;
    let bar = bar(output);
    let (first, last) = (command.first, command.last);
    let done = archive::export(&data, &command.file, first, last, |done, all| {
        show(&bar, done, all);
    });
    bar.finish_and_clear();
    output.result(&done.map_err(failure)?, |report| {
        let ExportReport { first, last, bytes } = report;
        format!("wrote blocks {first} to {last}, {bytes} bytes, to {}", command.file.display())
    });
    Ok(())
}

fn folder(data: Option<&Path>) -> Result<PathBuf, Failure> {
    data.map_or_else(configured_data, |data| Ok(data.to_owned()))
}

fn failure(error: ArchiveError) -> Failure {
    Failure::new(error.code(), node::error::chain(&error), error.hint())
}

/// A bar for whoever watches; nothing else.
fn bar(output: Output) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if !output.is_watched() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}

fn show(bar: &ProgressBar, done: u64, all: u64) {
    bar.set_length(all);
    bar.set_position(done);
}

/// Serves a chain until Ctrl-C.
fn serve(command: &ChainServe, output: Output) -> Result<(), Failure> {
    up::log(output);
    let serve = ServeChain {
        data: command.data.clone(),
        genesis: command.genesis.clone(),
        blocks: command.blocks.clone(),
        listen: command.listen,
        seal_ms: command.seal_ms,
        testing: command.testing,
    };
    let server = ChainServer::start(&serve).map_err(|error| {
        let hint = error.hint().unwrap_or("the message says which file or part refused");
        Failure::new("start", node::error::chain(&error), hint)
    })?;
    let (url, id, head) = (server.url(), server.chain_id(), server.head());
    output.result(&json!({ "url": url, "chain_id": id, "head": head }), |_| {
        format!("Chain {id} at block {head} answers at {url}\nCtrl-C stops it.")
    });
    server.wait_for_signal();
    Ok(())
}
