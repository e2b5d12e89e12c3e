//! A real node as a child process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// A running `openledger up`; dropping it ends the process cleanly.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Starts the built binary on `listen` with its data in `data`, and waits until it is ready.
    pub(crate) fn start(root: &Path, data: &Path, listen: &str) -> Result<Self> {
        let mut command = Command::new(root.join("target/release/openledger"));
        command.args(["up", "--json", "--listen", listen, "--data"]).arg(data);
        command.arg("--base").arg(root.join("demo/base"));
        Self::of(command)
    }

    /// Starts a command that prints one line of JSON with its `url` when it is ready.
    pub(crate) fn of(mut command: Command) -> Result<Self> {
        let mut child =
            command.stdout(Stdio::piped()).spawn().context("start openledger; is it built?")?;
        let stdout = child.stdout.take().context("the node has a standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).context("read what the node prints")?;
        if line.is_empty() {
            bail!("the node ended before it was ready: {}", child.wait()?);
        }
        let ready: Value = serde_json::from_str(&line).with_context(|| format!("read {line:?}"))?;
        let url = ready["url"].as_str().with_context(|| format!("no url in {ready}"))?.to_owned();
        Ok(Self { child, url })
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the node ends by itself (Ctrl-C reaches it too).
    pub(crate) fn wait(mut self) -> Result<()> {
        self.child.wait().context("wait for the node").map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        if !asked.is_ok_and(|status| status.success()) {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}
