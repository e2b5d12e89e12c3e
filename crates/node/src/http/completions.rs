//! `/v1/chat/completions` and `/v1/completions`, as OpenAI's clients expect them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Serialize;

use super::extract::JsonBody;
use super::{run, stream, timed_out};
use crate::answer::{AnswerEvent, AnswerRequest, AnswerStream, Answered};
use crate::core::Core;
use crate::error::ApiError;
use crate::wire::{ChatRequest, CompletionRequest};

const RECEIPT: HeaderName = HeaderName::from_static("openledger-receipt");

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/completions", post(continuation))
}

async fn chat(
    State(core): State<Arc<Core>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<ChatRequest>,
) -> Result<Response, ApiError> {
    let streamed = request.sampling.stream;
    let request = AnswerRequest::chat(request)?;
    let limit = Duration::from_secs(core.config.request_timeout_s);
    let answers = start(core, peer, &headers, request).await?;
    if streamed {
        return Ok(stream::chat(answers).into_response());
    }
    let answered = finish(answers, limit).await?;
    reply(&answered, answered.chat_reply())
}

async fn continuation(
    State(core): State<Arc<Core>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<CompletionRequest>,
) -> Result<Response, ApiError> {
    let streamed = request.sampling.stream;
    let request = AnswerRequest::text(request)?;
    let limit = Duration::from_secs(core.config.request_timeout_s);
    let answers = start(core, peer, &headers, request).await?;
    if streamed {
        return Ok(stream::text(answers).into_response());
    }
    let answered = finish(answers, limit).await?;
    reply(&answered, answered.text_reply())
}

/// Checks, reserves the fee and queues the answer; what fails here fails before the first byte.
async fn start(
    core: Arc<Core>,
    peer: SocketAddr,
    headers: &HeaderMap,
    mut request: AnswerRequest,
) -> Result<AnswerStream, ApiError> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    request.api_key = text(header::AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(|key| key.trim().to_owned());
    request.is_loopback = peer.ip().is_loopback();
    request.idempotency_key = text(HeaderName::from_static("idempotency-key")).map(str::to_owned);
    let Json(answers) = run(core, move |core| core.start_answer(request)).await?;
    Ok(answers)
}

async fn finish(mut answers: AnswerStream, limit: Duration) -> Result<Box<Answered>, ApiError> {
    let last = async {
        while let Some(event) = answers.receiver.recv().await {
            match event {
                AnswerEvent::Piece(_) => {}
                AnswerEvent::Done(answered) => return Ok(answered),
                AnswerEvent::Failed(error) => return Err(*error),
            }
        }
        Err(ApiError::busy("the node is stopping"))
    };
    tokio::time::timeout(limit, last).await.unwrap_or_else(|_elapsed| Err(timed_out(limit)))
}

fn reply(answered: &Answered, body: impl Serialize) -> Result<Response, ApiError> {
    let id = HeaderValue::from_str(&answered.attribution.id).map_err(ApiError::internal)?;
    Ok(([(RECEIPT, id)], Json(serde_json::to_value(body).map_err(ApiError::internal)?))
        .into_response())
}
