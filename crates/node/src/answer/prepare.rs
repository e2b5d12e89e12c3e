//! Everything that can be refused, before the model is asked.

use std::sync::Arc;

use inference::{InferenceError, Request};
use model::{Message, TextError};
use primitives::{Address, B256, keccak256};
use tokio::sync::mpsc as replies;

use super::request::{AnswerRequest, Kind};
use super::{AnswerEvent, AnswerStream, AttributionDetail};
use crate::adapters::BASE;
use crate::assets::Assets;
use crate::base::Base;
use crate::clock::now_s;
use crate::core::Core;
use crate::error::ApiError;
use crate::escrow::Reservation;
use crate::hex::hex;
use crate::keys::random_word;
use crate::tables::ANSWER_BY_KEY;

/// Pieces of text that may wait for a slow reader.
const PIECES_MAX: usize = 1024;
/// Longest idempotency key.
const KEY_BYTES_MAX: usize = 256;

/// An answer that waits for the model.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The adapter's side of it; `None` for the base model.
    pub(super) paid: Option<Paid>,
    pub(super) reply_id: String,
    pub(super) model: String,
    pub(super) question: String,
    pub(super) prompt_text: String,
    pub(super) request: Request,
    pub(super) detail: AttributionDetail,
    pub(super) sender: replies::Sender<AnswerEvent>,
}

/// What an adapter's answer needs besides.
#[derive(Debug)]
pub(super) struct Paid {
    pub(super) assets: Arc<Assets>,
    /// The prompt without the records that stand in it.
    pub(super) bare_prompt: Vec<u32>,
    /// Rows of those records.
    pub(super) cited: Vec<u32>,
    pub(super) reservation: Reservation,
    /// Digest of payer and idempotency key.
    pub(super) key: Option<B256>,
}

/// The prompt as the model reads it.
struct Prompt {
    tokens: Vec<u32>,
    text: String,
    bare: Vec<u32>,
    cited: Vec<u32>,
}

impl Core {
    /// Checks a request, reserves its fee and queues it.
    pub(crate) fn start_answer(&self, request: AnswerRequest) -> Result<AnswerStream, ApiError> {
        let payer = self.keys.payer(request.api_key.as_deref(), request.is_loopback)?;
        let base = self.require_base()?;
        let assets = self.model(&request.model, base)?;
        let key = idempotency(payer, request.idempotency_key.as_deref())?;
        if let Some(known) = self.known_answer(key, &request)? {
            return Ok(known);
        }
        let tokens_max = request.tokens_max().unwrap_or(self.config.answer_tokens_max);
        let tokens_max = tokens_max.min(self.config.answer_tokens_max);
        let prompt = self.prompt(&request, base, assets.as_deref())?;
        let seed = request.sampling.seed.unwrap_or_else(now_s);
        let ask = Request {
            adapter: assets.as_ref().map(|assets| hex(assets.id)),
            prompt: prompt.tokens,
            max_tokens: Some(tokens_max as usize),
            temperature: request.sampling.temperature.unwrap_or(0.0),
            top_p: request.sampling.top_p.unwrap_or(1.0),
            seed,
            stop: request.stops(),
        };
        check(&ask, base.model.config().context)?;
        let paid = match assets {
            None => None,
            Some(assets) => {
                let read = u32::try_from(ask.prompt.len()).unwrap_or(u32::MAX);
                let most = self.money.price.fee(read, tokens_max).map_err(ApiError::internal)?;
                let reservation = self.reserve(payer, most)?;
                let (bare_prompt, cited) = (prompt.bare, prompt.cited);
                Some(Paid { assets, bare_prompt, cited, reservation, key })
            }
        };
        let (sender, receiver) = replies::channel(PIECES_MAX);
        let id = hex(&random_word().map_err(|error| ApiError::internal(error.to_string()))?[..12]);
        let prepared = Prepared {
            paid,
            reply_id: id[2..].to_owned(),
            model: request.model.clone(),
            question: request.question(),
            prompt_text: prompt.text,
            request: ask,
            detail: request.detail(),
            sender,
        };
        let stream = AnswerStream {
            id: prepared.reply_id.clone(),
            model: prepared.model.clone(),
            created_s: now_s(),
            receiver,
        };
        match self.answers.push(prepared) {
            Ok(()) => Ok(stream),
            Err(refused) => {
                if let Some(paid) = refused.paid {
                    self.release(paid.reservation)?;
                }
                Err(ApiError::busy("too many answers are waiting for the model"))
            }
        }
    }

    /// The adapter that `name` stands for; `None` for the base model, never in place of an adapter.
    fn model(&self, name: &str, base: &Base) -> Result<Option<Arc<Assets>>, ApiError> {
        if name == BASE || name == base.name {
            return Ok(None);
        }
        let id = self.adapter_id(name).map_err(|error| {
            let is_missing = error.status == axum::http::StatusCode::NOT_FOUND;
            if is_missing { self.no_such_model(name) } else { error }
        })?;
        let assets = self.assets(id)?;
        if assets.record.base != base.digest {
            let message = format!("{name} was trained on another base model than {}", base.name);
            return Err(ApiError::conflict("other_base_model", message)
                .hint("start the node with that base model, or train the adapter again"));
        }
        Ok(Some(assets))
    }

    fn known_answer(
        &self,
        key: Option<B256>,
        request: &AnswerRequest,
    ) -> Result<Option<AnswerStream>, ApiError> {
        let Some(key) = key else { return Ok(None) };
        if self.read(|tables| tables.get(&ANSWER_BY_KEY, &key))?.is_none() {
            return Ok(None);
        }
        let answered = self.answered_before(Some(key), request.detail())?;
        let (sender, receiver) = replies::channel(2);
        let stream = AnswerStream {
            id: answered.id.clone(),
            model: answered.model.clone(),
            created_s: answered.created_s,
            receiver,
        };
        let events =
            [AnswerEvent::Piece(answered.text.clone()), AnswerEvent::Done(Box::new(answered))];
        for event in events {
            sender
                .try_send(event)
                .map_err(|_full| ApiError::busy("the reply could not be queued"))?;
        }
        Ok(Some(stream))
    }

    /// The answer that the first request with this idempotency key got.
    pub(super) fn answered_before(
        &self,
        key: Option<B256>,
        detail: AttributionDetail,
    ) -> Result<super::Answered, ApiError> {
        let number = match key {
            Some(key) => self.read(|tables| tables.get(&ANSWER_BY_KEY, &key))?,
            None => None,
        };
        let missing = || ApiError::internal("no answer was given for the idempotency key");
        self.answered(number.ok_or_else(missing)?, detail)
    }

    /// Builds the prompt, with as many of the Datanet's records as fit.
    fn prompt(
        &self,
        request: &AnswerRequest,
        base: &Base,
        assets: Option<&Assets>,
    ) -> Result<Prompt, ApiError> {
        let messages = match &request.kind {
            Kind::Chat(messages) => messages,
            Kind::Text(text) => {
                let tokens = base.tokenizer.encode_plain(text).map_err(unreadable)?;
                return Ok(Prompt {
                    bare: tokens.clone(),
                    tokens,
                    text: text.clone(),
                    cited: Vec::new(),
                });
            }
        };
        let encode = |messages: &[Message]| {
            base.template.encode(&base.tokenizer, messages, true).map_err(unreadable)
        };
        let bare = encode(messages)?;
        let wants = request.sampling.retrieve.unwrap_or(true);
        let library = assets.filter(|_| wants).map(|assets| &assets.library);
        let count = self.config.retrieve_records as usize;
        let mut rows =
            library.map_or_else(Vec::new, |library| library.retrieve(&request.question(), count));
        let room = base.model.config().context.saturating_sub(1);
        loop {
            let system = library.and_then(|library| library.message(&rows));
            let whole = with_records(system, messages);
            let tokens = encode(&whole)?;
            if rows.is_empty() || tokens.len() < room {
                let text = base.template.render(&whole, true).map_err(unreadable)?;
                let cited =
                    rows.iter().map(|row| u32::try_from(*row).unwrap_or(u32::MAX)).collect();
                return Ok(Prompt { tokens, text, bare, cited });
            }
            rows.pop();
        }
    }
}

/// The caller's messages with the records first; a system message of the caller's own follows them.
fn with_records(system: Option<Message>, messages: &[Message]) -> Vec<Message> {
    let Some(records) = system else { return messages.to_vec() };
    match messages {
        [first, rest @ ..] if first.role == "system" => {
            let joined = format!("{}\n{}", records.content, first.content);
            [Message::new("system", joined)].into_iter().chain(rest.iter().cloned()).collect()
        }
        _ => [records].into_iter().chain(messages.iter().cloned()).collect(),
    }
}

fn idempotency(payer: Address, key: Option<&str>) -> Result<Option<B256>, ApiError> {
    let Some(key) = key else { return Ok(None) };
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        let message = format!("an idempotency key has 1 to {KEY_BYTES_MAX} bytes");
        return Err(ApiError::bad_input("bad_value", message).detail("param", "idempotency-key"));
    }
    Ok(Some(keccak256([payer.as_slice(), key.as_bytes()].concat())))
}

fn unreadable(error: TextError) -> ApiError {
    let message = format!("the messages make no prompt: {}", crate::error::chain(&error));
    ApiError::bad_input("bad_request", message).detail("param", "messages")
}

fn check(request: &Request, context: usize) -> Result<(), ApiError> {
    request.check(context).map_err(refused)
}

/// What the caller is told about a refusal of `inference`.
pub(super) fn refused(error: InferenceError) -> ApiError {
    match error {
        InferenceError::PromptTooLong { tokens, limit } => {
            let message = format!("the prompt has {tokens} tokens, at most {limit} fit");
            ApiError::bad_input("context_length_exceeded", message)
                .detail("param", "messages")
                .detail("tokens", tokens)
                .detail("limit", limit)
                .hint("shorten the messages")
        }
        InferenceError::EmptyPrompt => ApiError::bad_input("bad_request", "the prompt is empty"),
        InferenceError::Sampling { parameter, value, expected } => {
            let message = format!("{parameter} = {value} is out of range; expected {expected}");
            ApiError::bad_input("bad_value", message).detail("param", parameter)
        }
        error => ApiError::internal(error),
    }
}
