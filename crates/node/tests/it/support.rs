//! A node with a little in it.

use std::fs;
use std::path::{Path, PathBuf};

use model::{Config as ModelConfig, Llama, Precision};
use node::client::{Client, ClientError};
use node::config::Config;
use node::wire::{
    ChatContent, ChatMessage, ChatRequest, ContributionReport, CreateDatanet, Job, Sampling, Train,
    TrainOptions,
};
use node::{Node, NodeHandle};
use tempfile::TempDir;

/// A byte-level tokenizer and chat template; its weights are not used.
const TEXT_FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/hf/model");

/// Three records, each with two wordings.
pub(crate) const RECORDS: &str = r#"{"question":"What is E1?","answer":"a moved value","variants":["Explain E1."],"source":"notes"}
{"question":"What is E2?","answer":"a lost borrow","variants":["Explain E2."],"source":"notes"}
{"question":"What is E3?","answer":"a wrong type","variants":["Explain E3."],"source":"notes"}
"#;

/// A running node and the folder that it lives in.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) client: Client,
    /// First, so that the node stops before its folder goes.
    pub(crate) handle: Option<NodeHandle>,
    pub(crate) folder: TempDir,
    config: Config,
}

impl Running {
    /// A new node with a base model.
    pub(crate) fn new() -> Self {
        Self::with(|config, folder| config.base = write_base(&folder.join("base")))
    }

    /// A new node whose settings `change` has changed.
    pub(crate) fn with(change: impl FnOnce(&mut Config, &Path)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config {
            data: folder.path().join("data"),
            listen: "127.0.0.1:0".parse().expect("an address"),
            base: "none".into(),
            block_ms: 0,
            challenge_window_s: 1,
            answer_tokens_max: 24,
            ..Config::default()
        };
        change(&mut config, folder.path());
        let handle = Node::start(config.clone()).expect("it starts");
        let client = Client::new(&handle.url());
        Self { handle: Some(handle), client, config, folder }
    }

    /// Stops the node and starts it again on the same folder.
    pub(crate) fn restart(&mut self) {
        drop(self.handle.take());
        let handle = Node::start(self.config.clone()).expect("it starts again");
        self.client = Client::new(&handle.url());
        self.handle = Some(handle);
    }

    /// A Datanet `name` with [`RECORDS`] of the new account `ada`.
    pub(crate) fn fill(&self, name: &str) -> ContributionReport {
        if self.client.account("ada").is_err() {
            self.client.create_account("ada").expect("an account");
        }
        self.client.create_datanet(&datanet(name)).expect("a Datanet");
        self.client.contribute(name, "ada", "a.jsonl", RECORDS.as_bytes()).expect("taken")
    }

    /// A finished adapter `name` on a Datanet of the same name.
    pub(crate) fn train(&self, name: &str) -> Job {
        self.fill(name);
        self.client.snapshot(name).expect("a snapshot");
        let job = self.client.train(name, &quickly()).expect("queued");
        self.client.wait_for_job(&job.id, |_| {}).expect("it ends")
    }

    pub(crate) fn ask(
        &self,
        model: &str,
        question: &str,
    ) -> Result<node::wire::ChatReply, ClientError> {
        self.client.chat(&chat(model, question))
    }
}

/// As little training as possible.
pub(crate) fn quickly() -> Train {
    let options = TrainOptions { epochs: Some(3), rank: Some(2), ..TrainOptions::default() };
    Train { options, ..Train::default() }
}

pub(crate) fn datanet(name: &str) -> CreateDatanet {
    CreateDatanet {
        name: name.to_owned(),
        licence: "CC-BY-4.0".to_owned(),
        ..CreateDatanet::default()
    }
}

pub(crate) fn chat(model: &str, question: &str) -> ChatRequest {
    ChatRequest {
        model: model.to_owned(),
        messages: vec![ChatMessage {
            role: "user".to_owned(),
            content: ChatContent::Text(question.to_owned()),
        }],
        sampling: Sampling { max_tokens: Some(12), ..Sampling::default() },
        ..ChatRequest::default()
    }
}

/// A random model of 30,000 parameters with a context of 512 tokens.
pub(crate) fn write_base(folder: &Path) -> PathBuf {
    fs::create_dir_all(folder).expect("a folder");
    let text = |name: &str| fs::read(Path::new(TEXT_FILES).join(name)).expect("a vector file");
    let mut config = ModelConfig::from_json(&text("config.json")).expect("a configuration");
    (config.hidden, config.heads, config.kv_heads, config.head_width) = (32, 2, 1, 16);
    (config.ffn, config.layers, config.context) = (64, 2, 512);
    let model = Llama::random(&config, 7).expect("a model");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).expect("written");
    write("config.json", &config.to_json());
    write("model.safetensors", &model.to_safetensors(Precision::F32));
    write("tokenizer.json", &text("tokenizer.json"));
    write("tokenizer_config.json", &text("tokenizer_config.json"));
    folder.to_owned()
}

/// Asserts that a call was refused with this status and code, and that the refusal has a hint.
pub(crate) fn refused<T: std::fmt::Debug>(
    result: Result<T, ClientError>,
    status: u16,
    code: &str,
) -> node::wire::ErrorBody {
    let refusal = result.expect_err("it is refused");
    let ClientError::Refused { status: found, error } = refusal else {
        unreachable!("no refusal: {refusal:?}");
    };
    assert_eq!((found, error.code.as_str()), (status, code), "{error:?}");
    *error
}
