//! `/api/v1/periods` and `/api/v1/claims`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};

use super::extract::JsonBody;
use super::{Reply, run};
use crate::core::Core;
use crate::wire::{ClaimList, ClaimRequest, Period, PeriodDetail, PeriodList};

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/api/v1/periods", get(list))
        .route("/api/v1/periods/close", post(close))
        .route("/api/v1/periods/{period}", get(show))
        .route("/api/v1/claims", get(claims).post(claim))
}

async fn list(State(core): State<Arc<Core>>) -> Reply<PeriodList> {
    run(core, Core::list_periods).await
}

async fn close(State(core): State<Arc<Core>>) -> Reply<Period> {
    run(core, Core::close_period).await
}

async fn show(State(core): State<Arc<Core>>, Path(period): Path<u64>) -> Reply<PeriodDetail> {
    run(core, move |core| core.show_period(period)).await
}

async fn claims(State(core): State<Arc<Core>>) -> Reply<ClaimList> {
    run(core, Core::list_claims).await
}

async fn claim(
    State(core): State<Arc<Core>>,
    JsonBody(request): JsonBody<ClaimRequest>,
) -> Reply<ClaimList> {
    run(core, move |core| core.claim(&request)).await
}
