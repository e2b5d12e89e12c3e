//! `/api/v1/accounts`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Path, State};
use axum::routing::{get, post};

use super::extract::JsonBody;
use super::{Reply, run};
use crate::core::Core;
use crate::wire::{Account, AccountDetail, AccountList, CreateAccount, Deposit};

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/api/v1/accounts", get(list).post(create))
        .route("/api/v1/accounts/{account}", get(show))
        .route("/api/v1/accounts/{account}/deposit", post(deposit))
}

async fn list(
    State(core): State<Arc<Core>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
) -> Reply<AccountList> {
    run(core, move |core| core.list_accounts(peer.ip().is_loopback())).await
}

async fn create(
    State(core): State<Arc<Core>>,
    JsonBody(request): JsonBody<CreateAccount>,
) -> Reply<Account> {
    run(core, move |core| core.create_account(&request)).await
}

async fn show(State(core): State<Arc<Core>>, Path(account): Path<String>) -> Reply<AccountDetail> {
    run(core, move |core| core.show_account(&account)).await
}

async fn deposit(
    State(core): State<Arc<Core>>,
    Path(account): Path<String>,
    JsonBody(request): JsonBody<Deposit>,
) -> Reply<Account> {
    run(core, move |core| core.deposit(&account, &request)).await
}
