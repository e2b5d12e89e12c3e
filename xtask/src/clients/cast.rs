//! `cast` as a user types it: send, deploy, write, call, a revert, logs, a subscription, a proof.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::api::text;

const RECIPIENT: &str = "0x00000000000000000000000000000000000ca571";
const WORDS: &str = "cast was here";
/// Entries that are written while waiting for one to arrive over WebSocket.
const TRIES: usize = 20;
/// How long to wait for each of them.
const ARRIVAL: Duration = Duration::from_secs(2);

/// `cast` with a node and a key.
#[derive(Debug)]
pub(super) struct Cast<'a> {
    /// The program.
    pub(super) program: &'a Path,
    /// Where the node listens.
    pub(super) url: &'a str,
    /// Of an account that can pay.
    pub(super) private_key: &'a str,
}

impl Cast<'_> {
    /// The whole journey; `creation` is the guest book's creation code.
    pub(super) fn journey(&self, chain_id: u64, creation: &str) -> Result<()> {
        let id: u64 = self.read(&["chain-id"])?.parse()?;
        ensure!(id == chain_id, "cast chain-id says {id}");
        self.transfer()?;
        let receipt = self.send(&["--create", creation])?;
        let book = text(&receipt, "contractAddress")?.to_owned();
        self.send(&[&book, "sign(string)", WORDS])?;
        let count = self.read(&["call", &book, "count()(uint256)"])?;
        ensure!(count == "1", "cast call says {count}");
        let words = self.read(&["call", &book, "entries(uint256)(string)", "0"])?;
        ensure!(words.contains(WORDS), "cast call says {words}");
        self.revert(&book)?;
        let logs = ["logs", "--json", "--from-block", "0", "--address", &book];
        let logs: Value = serde_json::from_str(&self.read(&logs)?)?;
        ensure!(logs.as_array().is_some_and(|logs| logs.len() == 1), "cast logs says {logs}");
        self.proof(&book)?;
        self.subscription(&book)
    }

    fn transfer(&self) -> Result<()> {
        let before: u128 = self.read(&["balance", RECIPIENT])?.parse()?;
        let receipt = self.send(&[RECIPIENT, "--value", "7"])?;
        let hash = text(&receipt, "transactionHash")?;
        let status = self.read(&["receipt", hash, "status"])?;
        ensure!(status == "true" || status.starts_with('1'), "cast receipt says {status}");
        let after: u128 = self.read(&["balance", RECIPIENT])?.parse()?;
        ensure!(after.checked_sub(before) == Some(7), "balance went from {before} to {after}");
        Ok(())
    }

    /// An entry that is too short reverts with the contract's own error, decoded.
    fn revert(&self, book: &str) -> Result<()> {
        let output = self.command(&["call", book, "sign(string)", "x"]).output()?;
        ensure!(!output.status.success(), "cast call did not see the revert");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let data = told.split(|letter: char| !letter.is_ascii_alphanumeric());
        let data = data.filter(|word| word.starts_with("0x")).max_by_key(|word| word.len());
        let data = data.with_context(|| format!("no revert data in {told}"))?;
        let signature = ["decode-error", "--sig", "TooShort(uint256,uint256)", data];
        let decoded = self.read(&signature)?;
        ensure!(decoded.lines().collect::<Vec<_>>() == ["1", "3"], "cast decode-error: {decoded}");
        Ok(())
    }

    fn proof(&self, book: &str) -> Result<()> {
        let proof: Value = serde_json::from_str(&self.read(&["proof", book, "0"])?)?;
        ensure!(proof["storageProof"][0]["value"] == "0x1", "cast proof says {proof}");
        let vertices = proof["accountProof"].as_array().context("no account proof")?;
        let root = self.read(&["keccak", vertices[0].as_str().context("no vertex")?])?;
        let stated = self.read(&["block", "latest", "-f", "stateRoot"])?;
        ensure!(root == stated, "the proof begins at {root}, the state at {stated}");
        Ok(())
    }

    /// Writes until an entry arrives: nothing tells when the subscription has begun.
    fn subscription(&self, book: &str) -> Result<()> {
        let url = format!("{}/rpc", self.url.replacen("http", "ws", 1));
        let mut child = Command::new(self.program)
            .args(["logs", "--subscribe", "--address", book, "--rpc-url", &url])
            .stdout(Stdio::piped())
            .spawn()
            .context("start cast logs --subscribe")?;
        let stdout = child.stdout.take().context("cast has a standard output")?;
        let (arrived, arrival) = mpsc::channel();
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let told = std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut lines = lines.filter(|line| line.contains("0x"));
                // An error only says that nobody waits any longer.
                drop(arrived.send(lines.next()));
            });
            let told = self.write_until(book, &arrival);
            child.kill().context("end cast logs")?;
            child.wait().context("end cast logs")?;
            told
        });
        let told = told?;
        ensure!(told.to_lowercase().contains(&book.to_lowercase()), "cast logs says {told}");
        Ok(())
    }

    fn write_until(&self, book: &str, arrival: &mpsc::Receiver<Option<String>>) -> Result<String> {
        for _ in 0..TRIES {
            self.send(&[book, "sign(string)", WORDS])?;
            match arrival.recv_timeout(ARRIVAL) {
                Ok(Some(line)) => return Ok(line),
                Ok(None) => bail!("cast logs --subscribe ended by itself"),
                Err(_) => {}
            }
        }
        bail!("no log arrived over WebSocket")
    }

    /// Sends a transaction and waits for its receipt, which says success.
    fn send(&self, arguments: &[&str]) -> Result<Value> {
        // What creates takes its code last.
        let options = ["--private-key", self.private_key, "--json"];
        let arguments = [&["send"], &options[..], arguments].concat();
        let receipt: Value = serde_json::from_str(&self.read(&arguments)?)?;
        ensure!(receipt["status"] == "0x1", "cast send: {receipt}");
        Ok(receipt)
    }

    fn read(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments).output().context("start cast")?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "cast {}: {errors}", arguments[0]);
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command.args(arguments).env("ETH_RPC_URL", format!("{}/rpc", self.url));
        command
    }
}
