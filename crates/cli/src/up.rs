//! `openledger up`.

use std::path::Path;

use node::config::Sources;
use node::{Node, NodeHandle};
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::arguments::Up;
use crate::failure::Failure;
use crate::output::Output;

/// Starts a node and waits for Ctrl-C.
pub(crate) fn run(up: &Up, output: Output) -> Result<(), Failure> {
    let mut sources = Sources::of_process();
    if let Some(file) = &up.config {
        sources.file = Some(file.clone());
    }
    let path = |path: &Path| path.display().to_string();
    let given = [
        ("data", up.data.as_deref().map(path)),
        ("listen", up.listen.clone()),
        ("base", up.base.as_deref().map(path)),
    ];
    sources.flags =
        given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    for pair in &up.set {
        let Some((key, value)) = pair.split_once('=') else {
            let hint = "for example --set fee_minimum=0.002; `openledger config show` lists all";
            return Err(Failure::usage(format!("{pair:?} is not KEY=VALUE"), hint));
        };
        sources.flags.push((key.to_owned(), value.to_owned()));
    }
    let (config, _) = sources.resolve().map_err(|error| {
        let hint = "`openledger config show` lists every setting and where its value comes from";
        Failure::new("config", node::error::chain(&error), hint)
    })?;
    log(output);
    let data = config.data.clone();
    let handle = Node::start(config).map_err(|error| {
        let hint = error.hint().unwrap_or("the message says which part refused to start");
        Failure::new("start", node::error::chain(&error), hint)
    })?;
    announce(&handle, &data, output);
    handle.wait_for_signal().map_err(|error| {
        let hint = "check the disk and its free space, then start the node again: what it \
                    acknowledged is kept";
        Failure::new("chain", error.to_string(), hint)
    })?;
    output.line("stopping");
    drop(handle);
    Ok(())
}

fn announce(handle: &NodeHandle, data: &Path, output: Output) {
    let url = handle.url();
    let base = handle.base_name();
    let json = json!({ "url": url, "data": data, "chain_id": handle.chain_id(), "base": base });
    output.result(&json, |_| {
        let base = base.as_deref().unwrap_or("none; training and answers need one: --base PATH");
        format!(
            "OpenLedger is ready at {url}\n  page        {url}/\n  OpenAI      {url}/v1\n  \
             API         {url}/api/v1\n  JSON-RPC    {url}/rpc\n  base model  {base}\n\
             Ctrl-C stops it; everything it acknowledged is kept."
        )
    });
}

/// Sends the log to standard error.
pub(crate) fn log(output: Output) {
    let filter = EnvFilter::try_from_env("RUST_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Already set only in a process that chose its own.
    subscriber.with_ansi(output.is_watched()).try_init().ok();
}
