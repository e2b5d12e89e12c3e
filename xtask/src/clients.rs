//! Clients of others against a running node: `cast`, viem, ethers, the `openai` package, a real
//! browser with and without a wallet.

mod cast;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::api::{Api, text};
use crate::command::{command, installed, run};
use crate::product;
use cast::Cast;

const OPENAI: &str = "openai==3.52.0";
const CHROMIUM: &str = "/usr/bin/chromium";

/// Where the tools lie that tests need and the product does not.
#[derive(Debug)]
pub(crate) struct Tools {
    root: PathBuf,
}

impl Tools {
    /// Installs what is missing: npm packages, a Python environment, a browser.
    pub(crate) fn install(root: &Path) -> Result<Self> {
        let tools = Self { root: root.to_owned() };
        product::install(&tools.folder())?;
        python_program(root, "openai", OPENAI)?;
        if !Path::new(CHROMIUM).exists() {
            apt(root, "chromium")?;
        }
        Ok(tools)
    }

    fn folder(&self) -> PathBuf {
        self.root.join("xtask/clients")
    }

    fn venv(&self) -> PathBuf {
        venv(&self.root)
    }

    fn cast(&self) -> PathBuf {
        self.folder().join("node_modules/@foundry-rs/cast-linux-amd64/bin/cast")
    }
}

/// The Python environment of tests.
fn venv(root: &Path) -> PathBuf {
    root.join(".tools/python")
}

/// A program of a Python package; installs what is missing.
pub(crate) fn python_program(root: &Path, program: &str, package: &str) -> Result<PathBuf> {
    let venv = venv(root);
    let found = venv.join("bin").join(program);
    if found.exists() {
        return Ok(found);
    }
    let folder = venv.display();
    if !venv.join("bin/python").exists()
        && run(command(root, &format!("python3 -m venv {folder}"))).is_err()
    {
        apt(root, "python3-venv")?;
        run(command(root, &format!("python3 -m venv --clear {folder}")))?;
    }
    let quiet = "--quiet --disable-pip-version-check";
    let pip = format!("{folder}/bin/python -m pip install {quiet} {package}");
    run(command(root, &pip)).with_context(|| format!("install {package}"))?;
    Ok(found)
}

/// Installs a package of the distribution.
fn apt(root: &Path, package: &str) -> Result<()> {
    let sudo = if installed("sudo") { "sudo " } else { "" };
    let line = format!("{sudo}apt-get install -y -qq --no-install-recommends {package}");
    if run(command(root, &line)).is_ok() {
        return Ok(());
    }
    run(command(root, &format!("{sudo}apt-get update -qq")))?;
    run(command(root, &line)).with_context(|| format!("install {package}"))
}

/// A running node with a trained adapter, and an account on it.
#[derive(Debug)]
pub(crate) struct Clients<'a> {
    tools: &'a Tools,
    api: &'a Api,
    private_key: String,
    api_key: String,
}

impl<'a> Clients<'a> {
    /// Makes an account with a deposit for the clients to use.
    pub(crate) fn new(tools: &'a Tools, api: &'a Api, data: &Path) -> Result<Self> {
        let name = "outsider";
        let account = api.post("/api/v1/accounts", &json!({ "name": name }))?;
        let deposit = json!({ "amount_wei": "2000000000000000000" });
        api.post(&format!("/api/v1/accounts/{name}/deposit"), &deposit)?;
        let exported = Command::new(tools.root.join("target/release/openledger"))
            .args(["account", "export", name, "--data"])
            .arg(data)
            .output()
            .context("start openledger account export")?;
        ensure!(exported.status.success(), "account export failed: {exported:?}");
        let private_key = String::from_utf8(exported.stdout)?.trim().to_owned();
        let api_key = text(&account, "api_key")?.to_owned();
        Ok(Self { tools, api, private_key, api_key })
    }

    /// The stock `openai` package: models, chat, streaming, completions, refusals.
    pub(crate) fn openai(&self, model: &str, question: &str) -> Result<()> {
        let mut python = Command::new(self.tools.venv().join("bin/python"));
        python.arg(self.tools.folder().join("chat.py"));
        python.args([self.api.url(), &self.api_key, model, question]);
        run(python)
    }

    /// viem: send, deploy, write, read, a revert, logs, a subscription, a proof.
    pub(crate) fn viem(&self) -> Result<()> {
        self.script("viem.mjs")
    }

    /// ethers: the same.
    pub(crate) fn ethers(&self) -> Result<()> {
        self.script("ethers.mjs")
    }

    fn script(&self, name: &str) -> Result<()> {
        let mut node = Command::new("node");
        node.arg(self.tools.folder().join(name));
        node.args([self.api.url(), &self.private_key]);
        run(node)
    }

    /// `cast`: the same.
    pub(crate) fn cast(&self) -> Result<()> {
        let artifact = std::fs::read_to_string(self.tools.folder().join("Guestbook.json"))?;
        let artifact: serde_json::Value = serde_json::from_str(&artifact)?;
        let status = self.api.get("/api/v1/status")?;
        let chain_id = status["chain_id"].as_u64().context("the status has no chain id")?;
        let program = self.tools.cast();
        let private_key = &self.private_key;
        let cast = Cast { program: &program, url: self.api.url(), private_key };
        cast.journey(chain_id, text(&artifact, "bytecode")?)
    }

    /// The page in a real browser.
    pub(crate) fn page(&self) -> Result<()> {
        let web = self.tools.root.join("web");
        let mut browser = command(&web, "npm run --silent e2e");
        browser.env("OPENLEDGER_URL", self.api.url());
        run(browser)
    }

    /// An injected wallet on somebody else's page in a real browser.
    pub(crate) fn wallet(&self) -> Result<()> {
        let web = self.tools.root.join("web");
        let mut browser = command(&web, "npm run --silent wallet");
        browser.env("OPENLEDGER_URL", self.api.url()).env("OPENLEDGER_KEY", &self.private_key);
        run(browser)
    }
}
