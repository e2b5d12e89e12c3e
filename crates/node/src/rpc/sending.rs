//! `eth_sendRawTransaction`, the one method whose speed decides what the chain can take: single
//! requests share the next write without a thread of their own, and those that follow each other
//! in a batch are one write.

use std::collections::VecDeque;

use alloy_primitives::{B256, Bytes, hex};
use ledger::SubmitError;
use serde::Deserialize;
use serde_json::Value;

use super::{Server, message::RpcError, params::Params};

pub(super) const METHOD: &str = "eth_sendRawTransaction";

/// The plainest form of the request. Whatever differs takes the general way, to the same effect.
#[derive(Deserialize)]
struct Single<'a> {
    jsonrpc: &'a str,
    id: u64,
    method: &'a str,
    params: [&'a str; 1],
}

/// Id and transaction of a body that is one plain request of this method.
pub(super) fn single(body: &[u8]) -> Option<(u64, Bytes)> {
    // Looking for the name first keeps other requests from being parsed twice.
    let name = METHOD.as_bytes();
    body.windows(name.len()).take(128).any(|part| part == name).then_some(())?;
    let Single { jsonrpc: "2.0", id, method: METHOD, params: [raw] } =
        serde_json::from_slice(body).ok()?
    else {
        return None;
    };
    Some((id, hex::decode(raw.strip_prefix("0x")?).ok()?.into()))
}

/// Transactions of a batch that were submitted before their turn, and what became of them.
#[derive(Debug, Default)]
pub(super) struct Ahead(VecDeque<(Bytes, Result<B256, SubmitError>)>);

impl Ahead {
    /// Submits the transaction of a request, together with those of the requests of this method
    /// that follow it immediately.
    pub(super) fn send(
        &mut self,
        server: &Server,
        params: &Params,
        following: &[Value],
    ) -> Result<Value, RpcError> {
        params.at_most(1)?;
        let raw = params.bytes(0)?;
        if self.0.front().is_none_or(|(ahead, _)| *ahead != raw) {
            let mut run = vec![raw];
            run.extend(following.iter().map_while(raw_of));
            let outcomes = server.producer.submit_all(&run);
            self.0 = run.into_iter().zip(outcomes).collect();
        }
        match self.0.pop_front() {
            Some((_, outcome)) => Ok(serde_json::json!(outcome?)),
            None => Err(RpcError::internal()),
        }
    }
}

/// The transaction of a request that is valid and of this method.
fn raw_of(request: &Value) -> Option<Bytes> {
    let is = |key: &str, wanted: &str| request.get(key).and_then(Value::as_str) == Some(wanted);
    let id = request.get("id").unwrap_or(&Value::Null);
    let has_id = matches!(id, Value::String(_) | Value::Number(_) | Value::Null);
    if !has_id || !is("jsonrpc", "2.0") || !is("method", METHOD) {
        return None;
    }
    match request.get("params")?.as_array()?.as_slice() {
        [params] => Params::new(vec![params.clone()]).bytes(0).ok(),
        _ => None,
    }
}
