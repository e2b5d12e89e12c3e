//! `cargo xtask rpc-compat DIR`: the official request/answer files against a real node.
//!
//! The rules are those of hive's `rpc-compat`: an answer equals the recorded one as JSON; messages
//! of errors may differ, codes and data may not; of a file that says `speconly` only the shape of
//! the result counts. The files run in the order of their names against one node that executes the
//! folder's chain and seals nothing.

mod compare;
mod script;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::command::root;
use crate::product;
use crate::server::Server;
use script::{Script, Step};

/// Where the chain is built, below the root.
const DATA: &str = ".openledger/rpc-compat";

/// Longest request that a failure shows in full, in characters.
const REQUEST_SHOWN_MAX: usize = 400;

/// Options of `cargo xtask rpc-compat`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Folder with genesis.json, chain.rlp, headfcu.json and the .io files.
    folder: PathBuf,
    /// Empty folder for the chain's database.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Run only the files whose path contains this.
    #[arg(long)]
    only: Option<String>,
    /// A running node to ask instead of starting one on the folder's chain.
    #[arg(long)]
    url: Option<String>,
}

/// Builds the binary, runs the files, fails if any failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = root()?;
    if options.url.is_none() {
        product::binary(&root)?;
    }
    check(&root, options)
}

/// As [`run`], with the binary that is there.
pub(crate) fn of_repository(root: &Path) -> Result<()> {
    let folder = root.join("vectors/execution-apis");
    check(root, &Options { folder, data: None, only: None, url: None })
}

fn check(root: &Path, options: &Options) -> Result<()> {
    let scripts = scripts(&options.folder, options.only.as_deref())?;
    ensure!(!scripts.is_empty(), "no .io file in {}", options.folder.display());
    let data = options.data.clone().unwrap_or_else(|| root.join(DATA));
    let node = match &options.url {
        Some(_) => None,
        None => Some(serve(root, &options.folder, &data)?),
    };
    let url = match (&options.url, &node) {
        (Some(url), _) => url.clone(),
        (None, Some(node)) => format!("{}/rpc", node.url()),
        (None, None) => bail!("no node to ask"),
    };
    is_at_the_head(&url, &options.folder)?;
    let (mut passed, mut failed) = (0, 0);
    for (name, script) in &scripts {
        match run_script(&url, script) {
            Ok(()) => passed += 1,
            Err(error) => {
                failed += 1;
                println!("--- {name}\n{error:#}\n");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    ensure!(failed == 0, "{failed} of {} files failed", scripts.len());
    Ok(())
}

/// Starts the binary on a new database with the folder's chain.
fn serve(root: &Path, folder: &Path, data: &Path) -> Result<Server> {
    if data.exists() {
        fs::remove_dir_all(data).with_context(|| format!("empty {}", data.display()))?;
    }
    fs::create_dir_all(data).with_context(|| format!("create {}", data.display()))?;
    let mut command = Command::new(root.join("target/release/openledger"));
    command.args(["chain", "serve", "--json", "--testing", "--listen", "127.0.0.1:0"]);
    command.arg("--data").arg(data);
    command.arg(folder.join("genesis.json")).arg(folder.join("chain.rlp"));
    Server::of(command)
}

/// The node's head is the one that the files were recorded at, and so is what it calls safe and
/// final: headfcu.json says which blocks these are.
fn is_at_the_head(url: &str, folder: &Path) -> Result<()> {
    let path = folder.join("headfcu.json");
    if !path.exists() {
        return Ok(());
    }
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let choice: Value =
        serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))?;
    let choice = &choice["params"][0];
    let tags = [
        ("latest", "headBlockHash"),
        ("safe", "safeBlockHash"),
        ("finalized", "finalizedBlockHash"),
    ];
    for (tag, key) in tags {
        let request = json!({
            "jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": [tag, false],
        });
        let reply: Value = serde_json::from_str(&post(url, &request.to_string())?)?;
        let (have, want) = (&reply["result"]["hash"], &choice[key]);
        ensure!(have == want, "the node's {tag} block is {have}, the files' is {want}");
    }
    Ok(())
}

/// Every .io file below the folder with its path there, sorted.
fn scripts(folder: &Path, only: Option<&str>) -> Result<Vec<(String, Script)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(&next).with_context(|| format!("read {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "io") {
                let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
                if only.is_none_or(|only| name.contains(only)) {
                    let text = fs::read_to_string(&path);
                    let text = text.with_context(|| format!("read {}", path.display()))?;
                    found.push((name, text));
                }
            }
        }
    }
    found.sort();
    let parse = |(name, text): (String, String)| {
        let script = Script::parse(&text).with_context(|| format!("read {name}"))?;
        Ok((name, script))
    };
    found.into_iter().map(parse).collect()
}

fn run_script(url: &str, script: &Script) -> Result<()> {
    let mut reply = None;
    for step in &script.steps {
        match step {
            Step::Request(request) => {
                reply = Some((request, post(url, request)?));
            }
            Step::Answer(expected) => {
                let (request, text) = reply.take().context("an answer without a request")?;
                let answer: Value = serde_json::from_str(&text)
                    .with_context(|| format!(">> {request}\nthe answer is no JSON: {text}"))?;
                let differences = compare::differences(&answer, expected, script.shape_only);
                let told = differences.join("\n");
                ensure!(differences.is_empty(), ">> {request:.REQUEST_SHOWN_MAX$}\n{told}");
            }
        }
    }
    ensure!(reply.is_none(), "the last request has no recorded answer");
    Ok(())
}

fn post(url: &str, body: &str) -> Result<String> {
    let reply = ureq::post(url).header("content-type", "application/json").send(body);
    let mut reply = reply.with_context(|| format!("POST {url}"))?;
    let text = reply.body_mut().with_config().limit(u64::MAX).read_to_string();
    text.context("read the answer")
}
