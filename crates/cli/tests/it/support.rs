//! The binary as a child process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_openledger");
/// A model of 90,000 random parameters with a context of 128 bytes.
pub(crate) const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/hf/model");
pub(crate) const RECORDS: &str = r#"{"question":"What is E1?","answer":"a moved value","variants":["Explain E1."]}
{"question":"What is E2?","answer":"a lost borrow","variants":["Explain E2."]}
{"question":"What is E3?","answer":"a wrong type","variants":["Explain E3."]}
"#;

/// A running `openledger up`; killed when dropped.
#[derive(Debug)]
pub(crate) struct Up {
    pub(crate) child: Child,
    /// Where it listens; `None` when it ended before it was ready.
    pub(crate) url: Option<String>,
}

/// Starts `openledger up` without waiting for it.
pub(crate) fn spawn(data: &Path) -> Child {
    spawn_with(data, &["challenge_window_s=1"])
}

fn spawn_with(data: &Path, settings: &[&str]) -> Child {
    Command::new(BINARY)
        .args(["up", "--json", "--listen", "127.0.0.1:0", "--base", BASE])
        .args(["--set", "checkpoint_s=0", "--set", "block_ms=10"])
        .args(settings.iter().flat_map(|setting| ["--set", setting]))
        .arg("--data")
        .arg(data)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the binary starts")
}

impl Up {
    pub(crate) fn start(data: &Path) -> Self {
        Self::ready(spawn(data))
    }

    /// As [`Up::start`], with settings of its own.
    pub(crate) fn start_with(data: &Path, settings: &[&str]) -> Self {
        Self::ready(spawn_with(data, settings))
    }

    fn ready(child: Child) -> Self {
        let mut up = Self { child, url: None };
        up.wait_until_ready();
        assert!(up.url.is_some(), "it ended before it was ready");
        up
    }

    /// Reads the line that says where it listens.
    pub(crate) fn wait_until_ready(&mut self) {
        let stdout = self.child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("it is text");
        let ready: Value = serde_json::from_str(&line).unwrap_or_default();
        self.url = ready["url"].as_str().map(str::to_owned);
    }

    pub(crate) fn url(&self) -> &str {
        self.url.as_deref().expect("it is ready")
    }

    /// Runs a command against this node.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        openledger(&[&["--node", self.url()], arguments].concat())
    }

    /// Runs a command with `--json` that must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("one JSON value")
    }
}

impl Up {
    /// A Datanet and adapter `my-field` that answers; `folder` holds its notes.
    pub(crate) fn train(&self, folder: &Path) {
        let notes = folder.join("notes.jsonl");
        std::fs::write(&notes, RECORDS).expect("written");
        self.json(&["datanet", "create", "my-field", "--licence", "CC-BY-4.0"]);
        self.json(&["contribute", "my-field", notes.to_str().expect("a path of text")]);
        self.json(&["snapshot", "my-field"]);
        let job = self.json(&["train", "my-field", "--preset", "quick", "--epochs", "3"]);
        assert_eq!(job["status"], "done");
    }

    /// Runs a command again and again until `is_done` says that its result is.
    pub(crate) fn until(&self, arguments: &[&str], is_done: impl Fn(&Value) -> bool) -> Value {
        loop {
            let found = self.json(arguments);
            if is_done(&found) {
                return found;
            }
        }
    }

    /// Tries a command until a dry run of it is not refused, then does it.
    pub(crate) fn when_allowed(&self, arguments: &[&str]) -> Value {
        while !self.run(&[arguments, &["--dry-run", "--json"]].concat()).status.success() {}
        self.json(arguments)
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Starts `openledger chain serve` on a chain that was imported before.
pub(crate) fn serve_chain(genesis: &str, data: &Path) -> Up {
    let child = Command::new(BINARY)
        .args(["chain", "serve", genesis, "--json", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the binary starts");
    let mut served = Up { child, url: None };
    served.wait_until_ready();
    served
}

/// Runs the binary to its end.
pub(crate) fn openledger(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).env_clear().output().expect("the binary runs")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
