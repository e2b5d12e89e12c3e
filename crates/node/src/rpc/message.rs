//! JSON-RPC 2.0: requests, replies, parameters, errors.

use ledger::{CallError, ReadError, StoreError, SubmitError};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

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
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    fn not_json(error: &serde_json::Error) -> Self {
        Self::new(-32_700, format!("parse error: {error}"))
    }

    fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(-32_600, message)
    }

    pub(super) fn unknown_method(method: &str) -> Self {
        Self::new(-32_601, format!("the method {method} does not exist/is not available"))
    }

    pub(super) fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(-32_602, message)
    }

    pub(super) fn internal() -> Self {
        Self::new(-32_603, "internal error")
    }

    pub(super) fn server(message: impl Into<String>) -> Self {
        Self::new(-32_000, message)
    }

    /// EIP-7966: accepted, but in no block yet.
    pub(super) fn not_included(hash: primitives::B256) -> Self {
        let message = "the transaction was added to the pool but is in no block yet";
        Self { data: Some(json!(hash)), ..Self::new(4, message) }
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

impl From<CallError> for RpcError {
    fn from(error: CallError) -> Self {
        let message = error.to_string();
        match error {
            CallError::Reverted { output } => {
                Self { data: Some(json!(output)), ..Self::new(3, message) }
            }
            CallError::Read(error) => error.into(),
            _ => Self::server(message),
        }
    }
}

/// The positional parameters of a request.
#[derive(Debug)]
pub(super) struct Params(Vec<Value>);

impl Params {
    /// The parameter at `index`.
    pub(super) fn required<T: DeserializeOwned>(&self, index: usize) -> Result<T, RpcError> {
        let missing = || RpcError::invalid_params(format!("missing value for argument {index}"));
        self.optional(index)?.ok_or_else(missing)
    }

    /// The parameter at `index`, unless it is absent or null.
    pub(super) fn optional<T: DeserializeOwned>(
        &self,
        index: usize,
    ) -> Result<Option<T>, RpcError> {
        match self.0.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value).map(Some).map_err(|error| {
                RpcError::invalid_params(format!("invalid argument {index}: {error}"))
            }),
        }
    }
}

/// Runs a method.
pub(super) type Method<'a> = &'a mut dyn FnMut(&str, &Params) -> Result<Value, RpcError>;

/// Answers a request or a batch of at most `batch_max`; nothing when there is nothing to answer.
pub(super) fn answer(body: &[u8], batch_max: usize, method: Method<'_>) -> Option<Value> {
    let requests = match serde_json::from_slice(body) {
        Ok(Value::Array(requests)) => requests,
        Ok(request) => return answer_one(&request, method),
        Err(error) => return Some(failure(&Value::Null, RpcError::not_json(&error))),
    };
    if requests.is_empty() {
        return Some(failure(&Value::Null, RpcError::invalid_request("empty batch")));
    }
    if requests.len() > batch_max {
        let message = format!("batch of {} is too large, limit {batch_max}", requests.len());
        return Some(failure(&Value::Null, RpcError::invalid_request(message)));
    }
    let replies: Vec<_> =
        requests.iter().filter_map(|request| answer_one(request, method)).collect();
    (!replies.is_empty()).then_some(Value::Array(replies))
}

fn answer_one(request: &Value, method: Method<'_>) -> Option<Value> {
    let id = match request.get("id") {
        Some(id @ (Value::String(_) | Value::Number(_) | Value::Null)) => Some(id),
        Some(_) => return Some(failure(&Value::Null, RpcError::invalid_request("invalid id"))),
        None => None,
    };
    let name = request.get("method").and_then(Value::as_str);
    let (Some(name), Some("2.0")) = (name, request.get("jsonrpc").and_then(Value::as_str)) else {
        let id = id.unwrap_or(&Value::Null);
        return Some(failure(id, RpcError::invalid_request("invalid request")));
    };
    let params = match request.get("params") {
        None | Some(Value::Null) => Ok(Params(Vec::new())),
        Some(Value::Array(values)) => Ok(Params(values.clone())),
        Some(_) => Err(RpcError::invalid_params("params must be an array")),
    };
    let outcome = params.and_then(|params| method(name, &params));
    let id = id?;
    Some(match outcome {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => failure(id, error),
    })
}

/// The reply that carries an error.
pub(super) fn failure(id: &Value, error: RpcError) -> Value {
    let mut told = json!({ "code": error.code, "message": error.message });
    if let (Some(data), Some(told)) = (error.data, told.as_object_mut()) {
        told.insert("data".to_owned(), data);
    }
    json!({ "jsonrpc": "2.0", "id": id, "error": told })
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
