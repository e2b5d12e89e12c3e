//! JSON-RPC 2.0: requests, replies, errors.

use ledger::{BuildError, CallError, ReadError, StoreError, SubmitError};
use serde_json::{Value, json};

use super::params::Params;
use crate::error::chain as causes;

#[cfg(test)]
mod tests;

/// An error as JSON-RPC tells it.
#[derive(Debug)]
pub(super) struct RpcError {
    code: i64,
    message: String,
    data: Option<Value>,
}

impl RpcError {
    /// An error with a code of its own, such as those of `eth_simulateV1`.
    pub(super) fn coded(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// The same error with something that programs can read.
    #[must_use]
    pub(super) fn with_data(self, data: Value) -> Self {
        Self { data: Some(data), ..self }
    }

    fn not_json(error: &serde_json::Error) -> Self {
        Self::coded(-32_700, format!("parse error: {error}"))
    }

    pub(super) fn invalid_request(message: impl Into<String>) -> Self {
        Self::coded(-32_600, message)
    }

    pub(super) fn unknown_method(method: &str) -> Self {
        Self::coded(-32_601, format!("the method {method} does not exist/is not available"))
    }

    pub(super) fn invalid_params(message: impl Into<String>) -> Self {
        Self::coded(-32_602, message)
    }

    pub(super) fn internal() -> Self {
        Self::coded(-32_603, "internal error")
    }

    pub(super) fn server(message: impl Into<String>) -> Self {
        Self::coded(-32_000, message)
    }

    fn response_too_large() -> Self {
        Self::coded(-32_003, "response too large")
    }

    /// EIP-7966: accepted, but in no block yet.
    pub(super) fn not_included(hash: primitives::B256) -> Self {
        let message = "the transaction was added to the pool but is in no block yet";
        Self::coded(4, message).with_data(json!(hash))
    }
}

impl From<StoreError> for RpcError {
    fn from(error: StoreError) -> Self {
        tracing::error!(cause = %causes(&error), "the chain database failed");
        Self::internal()
    }
}

impl From<ReadError> for RpcError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Store(error) => error.into(),
            ReadError::InvalidRange => Self::invalid_params(error.to_string()),
            error => Self::server(error.to_string()),
        }
    }
}

impl From<SubmitError> for RpcError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Store(error) => error.into(),
            error => Self::server(error.to_string()),
        }
    }
}

impl From<BuildError> for RpcError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Store(error) => error.into(),
            BuildError::Seal(error) => {
                tracing::error!(cause = %causes(&error), "a block could not be built");
                Self::internal()
            }
            error => Self::server(error.to_string()),
        }
    }
}

impl From<CallError> for RpcError {
    fn from(error: CallError) -> Self {
        let message = error.to_string();
        match error {
            CallError::Reverted { output } => Self::coded(3, message).with_data(json!(output)),
            CallError::Read(error) => error.into(),
            _ => Self::server(message),
        }
    }
}

/// Runs a method; the last argument is the requests that follow in the batch.
pub(super) type Method<'a> = &'a mut dyn FnMut(&str, &Params, &[Value]) -> Result<Value, RpcError>;

/// What a batch may ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchLimits {
    /// Most requests.
    pub(super) requests_max: usize,
    /// Longest reply in bytes; requests after it are refused.
    pub(super) reply_bytes_max: usize,
}

/// Answers a request or a batch; nothing when there is nothing to answer.
pub(super) fn answer(body: &[u8], limits: BatchLimits, method: Method<'_>) -> Option<String> {
    match serde_json::from_slice(body) {
        Ok(Value::Array(requests)) => answer_batch(requests, limits, method),
        Ok(request) => answer_one(request, &[], method),
        Err(error) => Some(failure(&Value::Null, RpcError::not_json(&error))),
    }
}

fn answer_batch(requests: Vec<Value>, limits: BatchLimits, method: Method<'_>) -> Option<String> {
    if requests.is_empty() {
        return Some(failure(&Value::Null, RpcError::invalid_request("empty batch")));
    }
    if requests.len() > limits.requests_max {
        let id = requests.iter().find_map(|request| request.get("id")).unwrap_or(&Value::Null);
        let message =
            format!("batch too large: {} requests, limit {}", requests.len(), limits.requests_max);
        return Some(format!("[{}]", failure(id, RpcError::invalid_request(message))));
    }
    let mut replies = String::new();
    let mut requests = requests.into_iter();
    while let Some(request) = requests.next() {
        let reply = if replies.len() < limits.reply_bytes_max {
            answer_one(request, requests.as_slice(), method)
        } else {
            request.get("id").map(|id| failure(id, RpcError::response_too_large()))
        };
        let Some(reply) = reply else { continue };
        replies.push(if replies.is_empty() { '[' } else { ',' });
        replies.push_str(&reply);
    }
    if replies.is_empty() {
        return None;
    }
    replies.push(']');
    Some(replies)
}

fn answer_one(mut request: Value, following: &[Value], method: Method<'_>) -> Option<String> {
    let id = match request.get("id") {
        Some(id @ (Value::String(_) | Value::Number(_) | Value::Null)) => Some(id.clone()),
        Some(_) => return Some(failure(&Value::Null, RpcError::invalid_request("invalid id"))),
        None => None,
    };
    let params = request.get_mut("params").map(Value::take);
    let name = request.get("method").and_then(Value::as_str);
    let (Some(name), Some("2.0")) = (name, request.get("jsonrpc").and_then(Value::as_str)) else {
        let id = id.unwrap_or(Value::Null);
        return Some(failure(&id, RpcError::invalid_request("invalid request")));
    };
    let params = match params {
        None | Some(Value::Null) => Ok(Params::new(Vec::new())),
        Some(Value::Array(values)) => Ok(Params::new(values)),
        Some(_) => Err(RpcError::invalid_params("non-array args")),
    };
    let outcome = params.and_then(|params| method(name, &params, following));
    let id = id?;
    Some(match outcome {
        Ok(result) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#),
        Err(error) => failure(&id, error),
    })
}

/// The reply that carries an error.
pub(super) fn failure(id: &Value, error: RpcError) -> String {
    let mut told = json!({ "code": error.code, "message": error.message });
    if let (Some(data), Some(told)) = (error.data, told.as_object_mut()) {
        told.insert("data".to_owned(), data);
    }
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{told}}}"#)
}

/// A value that always has a JSON form.
pub(super) fn json_of(value: impl serde::Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(value).map_err(|error| {
        tracing::error!(%error, "an answer has no json form");
        RpcError::internal()
    })
}

/// A number as JSON-RPC writes it: hex without leading zeros.
pub(super) fn quantity(number: impl std::fmt::LowerHex) -> Value {
    Value::String(format!("{number:#x}"))
}
