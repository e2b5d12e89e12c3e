//! The Ethereum JSON-RPC of the embedded chain, over HTTP and WebSocket on one route.
//!
//! **Takes** JSON-RPC 2.0 requests, single or in batches, as `cast`, viem, ethers, alloy and
//! wallets send them; **gives** the standard answers and error codes. Requests run on blocking
//! threads, because the chain below is synchronous. Subscriptions exist over WebSocket only.
//!
//! **Source.** The execution-apis specification; EIP-1193, EIP-1474 and EIP-7966 for errors and
//! `eth_sendRawTransactionSync`. **Not here.** Accounts of the node, blobs, tracing.

mod blocks;
mod fees;
mod filters;
mod message;
mod methods;
mod socket;
mod state;

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, WebSocketUpgrade},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::Value;

use crate::chain::Producer;

use filters::Filters;
use message::RpcError;

/// Longest request, single or batch, in bytes.
const BODY_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Most requests in a batch.
const BATCH_MAX: usize = 1000;

/// What every connection shares.
#[derive(Debug)]
struct Server {
    producer: Arc<Producer>,
    filters: Filters,
}

/// The route `/rpc`: `POST` for HTTP, an upgraded `GET` for WebSocket.
pub(crate) fn router(producer: Arc<Producer>) -> Router {
    let server = Arc::new(Server { producer, filters: Filters::default() });
    Router::new()
        .route("/rpc", post(http).get(websocket))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(server)
}

async fn http(State(server): State<Arc<Server>>, body: Bytes) -> Response {
    match answer(server, body).await {
        Some(reply) => ([(CONTENT_TYPE, "application/json")], reply.to_string()).into_response(),
        // Notifications alone get no body.
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn websocket(State(server): State<Arc<Server>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(BODY_BYTES_MAX).on_upgrade(|socket| socket::serve(server, socket))
}

/// Answers a request or a batch; nothing when it consists of notifications.
async fn answer(server: Arc<Server>, body: Bytes) -> Option<Value> {
    let task = tokio::task::spawn_blocking(move || {
        message::answer(&body, BATCH_MAX, &mut |method, params| {
            methods::call(&server, method, params)
        })
    });
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a json-rpc request panicked");
        Some(message::failure(&Value::Null, RpcError::internal()))
    })
}
