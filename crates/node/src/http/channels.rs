//! `/v1/channels`: prepaid channels of payers whose keys are elsewhere.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Path, State};
use axum::routing::{get, post};

use super::extract::{ApiKey, JsonBody, OwnJson};
use super::{Reply, run};
use crate::core::Core;
use crate::wire::{Channel, ChannelList, ChannelTerms, CloseChannel, SignVoucher, SignedVoucher};

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/v1/channels", get(list).post(open))
        .route("/v1/channels/sign", post(sign))
        .route("/v1/channels/close", post(close))
        .route("/v1/channels/{payer}", get(show))
        .route("/v1/channels/{payer}/terms", get(terms))
}

async fn list(State(core): State<Arc<Core>>) -> Reply<ChannelList> {
    run(core, Core::list_channels).await
}

async fn open(
    State(core): State<Arc<Core>>,
    JsonBody(voucher): JsonBody<SignedVoucher>,
) -> Reply<Channel> {
    run(core, move |core| core.take_voucher(&voucher)).await
}

async fn show(State(core): State<Arc<Core>>, Path(payer): Path<String>) -> Reply<Channel> {
    run(core, move |core| core.show_channel(&payer)).await
}

async fn terms(State(core): State<Arc<Core>>, Path(payer): Path<String>) -> Reply<ChannelTerms> {
    run(core, move |core| core.channel_terms(&payer)).await
}

async fn sign(
    State(core): State<Arc<Core>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    ApiKey(key): ApiKey,
    OwnJson(request): OwnJson<SignVoucher>,
) -> Reply<SignedVoucher> {
    run(core, move |core| {
        let account = core.keys.resolve(&request.account)?;
        core.keys.may_act(account, key.as_deref(), peer.ip().is_loopback())?;
        core.sign_voucher(&request)
    })
    .await
}

async fn close(
    State(core): State<Arc<Core>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    ApiKey(key): ApiKey,
    OwnJson(request): OwnJson<CloseChannel>,
) -> Reply<Channel> {
    run(core, move |core| {
        let is_loopback = peer.ip().is_loopback();
        let payer = match &request.account {
            Some(account) => core.keys.resolve(account)?,
            None => core.keys.payer(key.as_deref(), is_loopback)?,
        };
        core.keys.may_act(payer, key.as_deref(), is_loopback)?;
        core.close_channel(payer)
    })
    .await
}
