//! One receipt checked offline by the product's own command, and a tampered copy that must fail.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::api::Api;

/// What `openledger receipt verify` said of both files.
#[derive(Debug)]
pub(crate) struct Verification {
    /// The receipt that was checked.
    pub(crate) receipt: String,
    /// What it said of the honest file, as JSON.
    pub(crate) honest: Value,
    /// What it said of the tampered file, as JSON; names the first broken link.
    pub(crate) tampered: Value,
}

/// Saves the receipt, verifies it without the node, moves one part per million and verifies again.
pub(crate) fn run(root: &Path, api: &Api, receipt: &str, folder: &Path) -> Result<Verification> {
    let file = api.get(&format!("/api/v1/receipts/{receipt}"))?;
    let path = folder.join("receipt.json");
    fs::write(&path, serde_json::to_vec_pretty(&file)?)?;
    let honest = verify(root, &path)?;
    if !honest.status.success() {
        bail!("an honest receipt was refused: {}", String::from_utf8_lossy(&honest.stderr));
    }

    let mut tampered = file;
    let share = &mut tampered["receipt"]["shares"][0]["share_ppm"];
    *share = (share.as_u64().context("the receipt lists a share")? + 1).into();
    let path = folder.join("receipt-tampered.json");
    fs::write(&path, serde_json::to_vec_pretty(&tampered)?)?;
    let caught = verify(root, &path)?;
    if caught.status.success() {
        bail!("a tampered receipt was accepted");
    }
    Ok(Verification {
        receipt: receipt.to_owned(),
        honest: json(&honest)?,
        tampered: json(&caught)?,
    })
}

fn verify(root: &Path, file: &Path) -> Result<Output> {
    let mut command = Command::new(root.join("target/release/openledger"));
    command.args(["receipt", "verify", "--json"]).arg(file);
    command.output().context("start openledger receipt verify")
}

fn json(output: &Output) -> Result<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).with_context(|| format!("receipt verify printed {text:?}"))
}
