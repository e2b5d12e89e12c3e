//! The HTTP surface: routes, limits and the bridge from async to the node's synchronous work.

mod accounts;
mod actions;
mod adapters;
mod channels;
mod completions;
mod datanets;
mod events;
mod extract;
mod governance;
mod jobs;
mod periods;
mod receipts;
mod stake;
mod status;
mod stream;
mod web;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};

use crate::core::Core;
use crate::error::ApiError;

pub(crate) use web::RUNG as WEB_RUNG;

/// Bodies up to this size are read whole before they are looked at.
const SMALL_BODY_BYTES: usize = 1 << 20;

/// What a handler replies.
type Reply<T> = Result<Json<T>, ApiError>;

/// Everything that the node's port answers, except `/rpc`.
pub(crate) fn routes(core: &Core) -> Router<Arc<Core>> {
    let body_bytes_max = usize::try_from(core.config.body_bytes_max).unwrap_or(usize::MAX);
    Router::new()
        .merge(accounts::routes())
        .merge(actions::routes())
        .merge(channels::routes())
        .merge(governance::routes())
        .merge(stake::routes())
        .merge(adapters::routes())
        .merge(completions::routes())
        .merge(events::routes())
        .merge(jobs::routes())
        .merge(periods::routes())
        .merge(receipts::routes())
        .merge(status::routes())
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .merge(datanets::routes(core))
        .fallback(web::page)
        .layer(middleware::from_fn(read_small_body))
}

/// Reads a small body to its end before anybody answers. The server would otherwise close the
/// connection behind a reply that came before the body, under the feet of the next request.
async fn read_small_body(request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if !length.is_some_and(|length| (1..=SMALL_BODY_BYTES).contains(&length)) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match axum::body::to_bytes(body, SMALL_BODY_BYTES).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(error) => {
            tracing::debug!(%error, "a body broke off");
            ApiError::bad_input("bad_body", "the body could not be read to its end").into_response()
        }
    }
}

/// Runs synchronous work off the async threads, within the request's time.
async fn run<T: Send + 'static>(
    core: Arc<Core>,
    task: impl FnOnce(&Core) -> Result<T, ApiError> + Send + 'static,
) -> Reply<T> {
    work(core, task).await.map(Json)
}

/// As [`run`], for replies that are no JSON.
async fn work<T: Send + 'static>(
    core: Arc<Core>,
    work: impl FnOnce(&Core) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let limit = Duration::from_secs(core.config.request_timeout_s);
    let task = tokio::task::spawn_blocking(move || work(&core));
    match tokio::time::timeout(limit, task).await {
        Ok(Ok(result)) => result,
        Ok(Err(join)) => Err(ApiError::internal(join)),
        Err(_elapsed) => Err(timed_out(limit)),
    }
}

fn timed_out(limit: Duration) -> ApiError {
    let message = format!("the request took longer than {} s", limit.as_secs());
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", message)
        .hint("it may still finish; look before repeating it")
}
