//! Requests in OpenAI's form, checked and brought into ours.

use model::Message;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::wire::{
    AttributionDetail, ChatContent, ChatMessage, ChatRequest, CompletionRequest, Sampling, Stop,
};

/// Fields of OpenAI's request that would change the answer, which we do not do.
const UNSUPPORTED: [&str; 11] = [
    "tools",
    "tool_choice",
    "functions",
    "function_call",
    "response_format",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "audio",
    "suffix",
    "best_of",
];
const ROLES: [&str; 4] = ["system", "developer", "user", "assistant"];

/// What a caller wants to know.
#[derive(Debug)]
pub(crate) struct AnswerRequest {
    pub(crate) model: String,
    pub(crate) kind: Kind,
    pub(crate) sampling: Sampling,
    pub(crate) api_key: Option<String>,
    pub(crate) is_loopback: bool,
    pub(crate) idempotency_key: Option<String>,
}

/// How the prompt is given.
#[derive(Debug)]
pub(crate) enum Kind {
    /// As a chat; the template makes it a prompt.
    Chat(Vec<Message>),
    /// As the text itself.
    Text(String),
}

impl AnswerRequest {
    /// Reads a chat request.
    pub(crate) fn chat(request: ChatRequest) -> Result<Self, ApiError> {
        check(&request.sampling, &request.other)?;
        let messages = request.messages.iter().map(message).collect::<Result<Vec<_>, _>>()?;
        if !messages
            .iter()
            .any(|message| message.role == "user" && !message.content.trim().is_empty())
        {
            return Err(bad("messages", "no user message with a text").hint(
                "for example [{\"role\": \"user\", \"content\": \"What does E0382 mean?\"}]",
            ));
        }
        Ok(Self::new(request.model, Kind::Chat(messages), request.sampling))
    }

    /// Reads a request to continue a text.
    pub(crate) fn text(request: CompletionRequest) -> Result<Self, ApiError> {
        check(&request.sampling, &request.other)?;
        if request.prompt.is_empty() {
            return Err(bad("prompt", "the prompt is empty"));
        }
        Ok(Self::new(request.model, Kind::Text(request.prompt), request.sampling))
    }

    fn new(model: String, kind: Kind, sampling: Sampling) -> Self {
        Self { model, kind, sampling, api_key: None, is_loopback: false, idempotency_key: None }
    }

    /// The last thing that the caller said.
    pub(crate) fn question(&self) -> String {
        match &self.kind {
            Kind::Chat(messages) => {
                let last = messages.iter().rev().find(|message| message.role == "user");
                last.map(|message| message.content.clone()).unwrap_or_default()
            }
            Kind::Text(text) => text.clone(),
        }
    }

    pub(crate) fn detail(&self) -> AttributionDetail {
        self.sampling.attribution
    }

    pub(crate) fn tokens_max(&self) -> Option<u32> {
        self.sampling.max_completion_tokens.or(self.sampling.max_tokens)
    }

    pub(crate) fn stops(&self) -> Vec<String> {
        match &self.sampling.stop {
            None => Vec::new(),
            Some(Stop::One(stop)) => vec![stop.clone()],
            Some(Stop::Many(stops)) => stops.clone(),
        }
    }
}

fn message(message: &ChatMessage) -> Result<Message, ApiError> {
    if !ROLES.contains(&message.role.as_str()) {
        return Err(bad("messages", format!("the role {:?} is none of {ROLES:?}", message.role)));
    }
    let role = if message.role == "developer" { "system" } else { &message.role };
    let content = match &message.content {
        ChatContent::Text(text) => text.clone(),
        ChatContent::Empty(()) => String::new(),
        ChatContent::Parts(parts) => {
            if let Some(part) = parts.iter().find(|part| part.kind != "text") {
                return Err(bad(
                    "messages",
                    format!("a part of kind {:?}; only text is read", part.kind),
                ));
            }
            parts.iter().filter_map(|part| part.text.as_deref()).collect()
        }
    };
    Ok(Message::new(role, content))
}

fn check(sampling: &Sampling, other: &Map<String, Value>) -> Result<(), ApiError> {
    if sampling.n.is_some_and(|n| n != 1) {
        return Err(
            bad("n", "only one answer is given per request").hint("leave n out, or set it to 1")
        );
    }
    for name in UNSUPPORTED {
        let is_set = other.get(name).is_some_and(|value| !is_neutral(name, value));
        if is_set {
            return Err(ApiError::bad_input(
                "unsupported_field",
                format!("{name} is not supported"),
            )
            .detail("param", name)
            .hint("leave it out"));
        }
    }
    Ok(())
}

/// Whether a value asks for nothing that we lack.
fn is_neutral(name: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => {
            map.is_empty() || (name == "response_format" && map.get("type") == Some(&"text".into()))
        }
        Value::Number(number) => number.as_u64().is_some_and(|n| n == u64::from(name == "best_of")),
        Value::String(text) => name == "tool_choice" && text == "none",
        Value::Bool(true) => false,
    }
}

fn bad(param: &str, message: impl Into<String>) -> ApiError {
    ApiError::bad_input("bad_request", message).detail("param", param)
}
