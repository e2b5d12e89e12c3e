//! `/api/v1/stake`: validators, positions, attesters.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;

use super::{Reply, run};
use crate::core::Core;
use crate::wire::{PeriodAttesters, StakeDetail, StakeList};

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/api/v1/stake", get(list))
        .route("/api/v1/stake/{account}", get(show))
        .route("/api/v1/periods/{period}/attesters", get(attesters))
}

async fn list(State(core): State<Arc<Core>>) -> Reply<StakeList> {
    run(core, Core::list_validators).await
}

async fn show(State(core): State<Arc<Core>>, Path(account): Path<String>) -> Reply<StakeDetail> {
    run(core, move |core| core.show_stake(&account)).await
}

async fn attesters(
    State(core): State<Arc<Core>>,
    Path(period): Path<u64>,
) -> Reply<PeriodAttesters> {
    run(core, move |core| core.show_attesters(period)).await
}
