//! `/api/v1/actions` and `/api/v1/transactions`: what accounts do on the chain.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::routing::post;

use super::extract::{ApiKey, JsonBody, OwnJson};
use super::{Reply, run};
use crate::core::Core;
use crate::wire::{Outcome, RawTransaction, Submit, TransactionResult};

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new().route("/api/v1/actions", post(act)).route("/api/v1/transactions", post(transact))
}

async fn act(
    State(core): State<Arc<Core>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    ApiKey(key): ApiKey,
    OwnJson(request): OwnJson<Submit>,
) -> Reply<Outcome> {
    run(core, move |core| {
        if !request.dry_run {
            let account = core.keys.resolve(&request.account)?;
            core.keys.may_act(account, key.as_deref(), peer.ip().is_loopback())?;
        }
        core.act(&request)
    })
    .await
}

async fn transact(
    State(core): State<Arc<Core>>,
    JsonBody(request): JsonBody<RawTransaction>,
) -> Reply<TransactionResult> {
    run(core, move |core| core.take_transaction(&request)).await
}
