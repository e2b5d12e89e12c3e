//! The whole journey on real data: contribute → snapshot → train → complete → attribute → pay out →
//! claim, against a real node, over HTTP as any client would.

mod contributor;
mod datanet;
mod journey;
mod progress;
mod report;
mod verification;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::api::Api;
use crate::command::root;
use crate::product;
use crate::server::Server;

pub(crate) use self::journey::Journey;
pub(crate) use self::progress::Progress;

/// Options of `cargo xtask demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// End after the journey instead of serving the page until Ctrl-C.
    #[arg(long)]
    exit: bool,
    /// Print one machine-readable summary to standard output.
    #[arg(long)]
    json: bool,
    /// Where the node listens.
    #[arg(long, default_value = "127.0.0.1:7077")]
    listen: String,
    /// The node's data directory; it is emptied first.
    #[arg(long, default_value = ".openledger/demo")]
    data: PathBuf,
    /// Ask only this many held-out questions of each Datanet.
    #[arg(long)]
    questions: Option<usize>,
    /// Use the binary and page as they are.
    #[arg(long)]
    no_build: bool,
}

/// Builds everything, runs the journey, prints what happened, serves the page.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = root()?;
    if !options.no_build {
        product::build(&root)?;
    }
    let data = root.join(&options.data);
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("empty {}", data.display()))?;
    }
    fs::create_dir_all(&data).with_context(|| format!("make {}", data.display()))?;

    #[expect(clippy::disallowed_methods, reason = "the demo reports how long its phases took")]
    let started = Instant::now();
    let mut progress = Progress::new(started);
    let server = progress.phase("start", |_| Server::start(&root, &data, &options.listen))?;
    let api = Api::new(server.url());
    let journey = Journey::run(&root, &api, options.questions, &mut progress)?;
    let report = journey.verified(&root, &api, &data, &mut progress)?;
    if options.json {
        serde_json::to_writer_pretty(std::io::stdout(), &report.to_json())?;
        println!();
    } else {
        report.print();
    }
    if let Some(broken) = report.broken_promise() {
        bail!("the journey ran, but {broken}");
    }
    if options.exit {
        return Ok(());
    }
    eprintln!("\nThe page is at {}/ — Ctrl-C ends the node.", server.url());
    server.wait()
}
