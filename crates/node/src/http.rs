//! The HTTP surface: routes, limits and the bridge from async to the node's synchronous work.

mod accounts;
mod adapters;
mod completions;
mod datanets;
mod events;
mod extract;
mod jobs;
mod periods;
mod receipts;
mod status;
mod stream;
mod web;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;

use crate::core::Core;
use crate::error::ApiError;

pub(crate) use web::RUNG as WEB_RUNG;

/// What a handler replies.
type Reply<T> = Result<Json<T>, ApiError>;

/// Everything that the node's port answers, except `/rpc`.
pub(crate) fn routes(core: &Core) -> Router<Arc<Core>> {
    let body_bytes_max = usize::try_from(core.config.body_bytes_max).unwrap_or(usize::MAX);
    Router::new()
        .merge(accounts::routes())
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
}

/// Runs synchronous work off the async threads, within the request's time.
async fn run<T: Send + 'static>(
    core: Arc<Core>,
    work: impl FnOnce(&Core) -> Result<T, ApiError> + Send + 'static,
) -> Reply<T> {
    let limit = Duration::from_secs(core.config.request_timeout_s);
    let task = tokio::task::spawn_blocking(move || work(&core));
    match tokio::time::timeout(limit, task).await {
        Ok(Ok(result)) => result.map(Json),
        Ok(Err(join)) => Err(ApiError::internal(join)),
        Err(_elapsed) => Err(timed_out(limit)),
    }
}

fn timed_out(limit: Duration) -> ApiError {
    let message = format!("the request took longer than {} s", limit.as_secs());
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", message)
        .hint("it may still finish; look before repeating it")
}
