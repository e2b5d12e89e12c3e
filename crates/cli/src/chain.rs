//! `openledger chain`.

use node::{ChainServer, ServeChain};
use serde_json::json;

use crate::arguments::{ChainCommand, ChainServe};
use crate::failure::Failure;
use crate::output::Output;
use crate::up;

pub(crate) fn run(command: &ChainCommand, output: Output) -> Result<(), Failure> {
    match command {
        ChainCommand::Serve(command) => serve(command, output),
    }
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
