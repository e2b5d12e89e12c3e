//! Building the product: the page, then the binary that carries it. All output is progress, so it
//! goes to standard error.

use std::io;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::command::{command, installed, run};

/// Builds `web/dist` where Node.js is at hand, then `target/release/openledger`.
pub(crate) fn build(root: &Path) -> Result<()> {
    if installed("npm") {
        page(root)?;
    }
    binary(root)
}

/// Builds `target/release/openledger` with the page that is there.
pub(crate) fn binary(root: &Path) -> Result<()> {
    let binary = command(root, "cargo build --release --locked --package cli");
    quietly(binary).context("build the binary")
}

/// Installs what the page needs (no install scripts) and builds it.
pub(crate) fn page(root: &Path) -> Result<()> {
    let web = root.join("web");
    install(&web)?;
    quietly(command(&web, "npm run --silent build")).context("build the page")
}

/// `npm ci` in `folder`.
pub(crate) fn install(folder: &Path) -> Result<()> {
    let line = "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error";
    quietly(command(folder, line)).with_context(|| format!("npm ci in {}", folder.display()))
}

fn quietly(mut command: Command) -> Result<()> {
    command.stdout(io::stderr());
    run(command)
}
