//! The node's HTTP interface as the demo uses it: JSON in, JSON out, like any client.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use ureq::{Agent, Body, http::Response};

/// A client of one node.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    url: String,
    agent: Agent,
}

impl Api {
    /// A client of the node at `url` (`http://host:port`).
    pub(crate) fn new(url: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).build();
        Self { url: url.to_owned(), agent: config.into() }
    }

    /// Where the node listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// `GET path`.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        let answer = self.agent.get(format!("{}{path}", self.url)).call();
        read(path, answer.with_context(|| format!("GET {path}"))?)
    }

    /// `POST path` with a JSON body.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.agent.post(format!("{}{path}", self.url)).send_json(body);
        read(path, answer.with_context(|| format!("POST {path}"))?)
    }

    /// `POST path` with a file's bytes.
    pub(crate) fn upload(&self, path: &str, query: &[(&str, &str)], bytes: &[u8]) -> Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = query.iter().fold(request, |request, (key, value)| request.query(key, value));
        let request = request.header("content-type", "application/octet-stream");
        read(path, request.send(bytes).with_context(|| format!("POST {path}"))?)
    }

    /// `POST /v1/chat/completions` with an API key; `body` is OpenAI's request.
    pub(crate) fn chat(&self, api_key: &str, body: &Value) -> Result<Value> {
        let path = "/v1/chat/completions";
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.header("authorization", &format!("Bearer {api_key}"));
        read(path, request.send_json(body).with_context(|| format!("POST {path}"))?)
    }
}

/// The body of a success; the API's own words of a refusal.
fn read(path: &str, mut answer: Response<Body>) -> Result<Value> {
    let status = answer.status();
    let text = answer.body_mut().with_config().limit(256 << 20).read_to_string();
    let text = text.with_context(|| format!("{path}: the answer broke off"))?;
    if !status.is_success() {
        bail!("{path}: {status}: {text}");
    }
    serde_json::from_str(&text).with_context(|| format!("{path}: not JSON: {text:.200}"))
}

/// The text at `key`, or an error that shows what came instead.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("no text {key:?} in {value}"))
}

/// The amount at `key`: a decimal string of wei.
pub(crate) fn wei(value: &Value, key: &str) -> Result<u128> {
    text(value, key)?.parse().with_context(|| format!("{key:?} is not an amount in {value}"))
}

/// The list at `key`.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value]> {
    value[key].as_array().map(Vec::as_slice).with_context(|| format!("no list {key:?} in {value}"))
}
