//! `/api/v1/events`: what happens, as it happens (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::{Stream, StreamExt as _};
use tokio_stream::wrappers::BroadcastStream;

use crate::core::Core;

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new().route("/api/v1/events", get(events))
}

async fn events(
    State(core): State<Arc<Core>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let live = BroadcastStream::new(core.events.subscribe());
    // A reader that is too slow loses events, never the node's time.
    let events = live.filter_map(|event| async move {
        let event = event.ok()?;
        Some(Ok(Event::default().event(event.name).data(event.data)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}
