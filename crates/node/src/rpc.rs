//! The Ethereum JSON-RPC of the embedded chain, over HTTP and WebSocket on one route.
//!
//! **Takes** JSON-RPC 2.0 requests, single or in batches, as `cast`, viem, ethers, alloy and
//! wallets send them; **gives** the standard answers and error codes. Requests run on blocking
//! threads, because the chain below is synchronous. Subscriptions exist over WebSocket only. Pages
//! of any origin may ask: nothing here is secret, and nothing here signs.
//!
//! **Source.** The execution-apis specification; EIP-1193, EIP-1474, EIP-7910 and EIP-7966; where
//! they leave a choice, what go-ethereum does. **Not here.** Accounts of the node.

mod blocks;
mod calls;
mod config;
mod cors;
mod fees;
mod filters;
mod message;
mod methods;
mod otterscan;
mod params;
mod raw;
mod sending;
mod simulate;
mod socket;
mod state;
mod testing;
mod trace;
mod transactions;
mod txpool;

#[cfg(test)]
mod tests;

use std::sync::{Arc, atomic::AtomicUsize};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, WebSocketUpgrade},
    http::{StatusCode, header::CONTENT_TYPE},
    middleware,
    response::{IntoResponse, Response},
    routing::post,
};
use ledger::Chain;
use serde_json::Value;

use crate::chain::Producer;

use filters::Filters;
use message::{BatchLimits, RpcError};

/// Longest request, single or batch, in bytes.
const BODY_BYTES_MAX: usize = 5 * 1024 * 1024;
/// What a batch may ask for; as go-ethereum's defaults.
const BATCH: BatchLimits = BatchLimits { requests_max: 1000, reply_bytes_max: 25_000_000 };

/// What an operator may choose.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// Answer `testing_` methods.
    pub(crate) testing: bool,
}

/// What every connection shares.
#[derive(Debug)]
pub(crate) struct Server {
    producer: Arc<Producer>,
    options: Options,
    filters: Filters,
    /// Open WebSocket connections.
    sockets: AtomicUsize,
}

impl Server {
    fn new(producer: Arc<Producer>, options: Options) -> Self {
        Self { producer, options, filters: Filters::default(), sockets: AtomicUsize::new(0) }
    }

    fn chain(&self) -> &Chain {
        &self.producer.chain
    }

    /// The reply to a request or a batch; nothing when it consists of notifications.
    fn answer(&self, body: &[u8]) -> Option<String> {
        let mut ahead = sending::Ahead::default();
        message::answer(body, BATCH, &mut |method, params, following| match method {
            sending::METHOD => ahead.send(self, params, following),
            method => methods::call(self, method, params),
        })
    }
}

/// The JSON-RPC of a chain without a network: one message in, one message out. Nothing seals.
#[derive(Debug)]
pub struct JsonRpc(Server);

impl JsonRpc {
    /// Answers for this chain.
    pub fn new(chain: Chain) -> Self {
        let producer = Producer::idle(chain, std::time::Duration::ZERO);
        Self(Server::new(producer, Options { testing: true }))
    }

    /// The reply to a request or a batch; nothing when it consists of notifications.
    pub fn answer(&self, message: &[u8]) -> Option<String> {
        self.0.answer(message)
    }
}

/// The route `/rpc`: `POST` for HTTP, an upgraded `GET` for WebSocket.
pub(crate) fn router(producer: Arc<Producer>) -> Router {
    routes(&["/rpc"], producer, Options::default())
}

/// The same at these paths.
pub(crate) fn routes(paths: &[&str], producer: Arc<Producer>, options: Options) -> Router {
    let server = Arc::new(Server::new(producer, options));
    let both = || post(http).get(websocket).options(cors::preflight);
    let routes = paths.iter().fold(Router::new(), |router, path| router.route(path, both()));
    routes
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::map_response(cors::allow))
        .with_state(server)
}

async fn http(State(server): State<Arc<Server>>, body: Bytes) -> Response {
    if let Some((id, transaction)) = sending::single(&body) {
        let reply = match server.producer.submit_soon(transaction).await {
            Ok(hash) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"{hash}"}}"#),
            Err(error) => message::failure(&id.into(), error.into()),
        };
        return ([(CONTENT_TYPE, "application/json")], reply).into_response();
    }
    let task = tokio::task::spawn_blocking(move || server.answer(&body));
    match task.await.unwrap_or_else(|error| Some(panicked(&error))) {
        Some(reply) => ([(CONTENT_TYPE, "application/json")], reply).into_response(),
        // Notifications alone get no body.
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn websocket(State(server): State<Arc<Server>>, upgrade: WebSocketUpgrade) -> Response {
    let Some(place) = socket::Place::take(server) else {
        let message = "too many WebSocket connections";
        return (StatusCode::SERVICE_UNAVAILABLE, message).into_response();
    };
    let upgrade = upgrade.max_message_size(BODY_BYTES_MAX).max_frame_size(BODY_BYTES_MAX);
    upgrade.on_upgrade(|socket| socket::serve(place, socket))
}

/// The reply to a request whose thread panicked.
fn panicked(error: &tokio::task::JoinError) -> String {
    tracing::error!(%error, "a json-rpc request panicked");
    message::failure(&Value::Null, RpcError::internal())
}
