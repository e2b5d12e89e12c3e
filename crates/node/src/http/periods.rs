//! `/api/v1/periods` and `/api/v1/claims`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};

use super::extract::JsonBody;
use super::{Reply, run, work};
use crate::core::Core;
use crate::error::ApiError;
use crate::periods::Claimed;
use crate::wire::{ClaimList, ClaimRequest, Period, PeriodDetail, PeriodList};

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/api/v1/periods", get(list))
        .route("/api/v1/periods/close", post(close))
        .route("/api/v1/periods/{period}", get(show))
        .route("/v1/periods/{period}/data", get(data))
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

/// The bytes behind the root, as their digest was posted.
async fn data(
    State(core): State<Arc<Core>>,
    Path(period): Path<u64>,
) -> Result<impl IntoResponse, ApiError> {
    let bytes = work(core, move |core| core.period_data(period)).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
}

async fn claims(State(core): State<Arc<Core>>) -> Reply<ClaimList> {
    run(core, Core::list_claims).await
}

async fn claim(
    State(core): State<Arc<Core>>,
    JsonBody(request): JsonBody<ClaimRequest>,
) -> Reply<ClaimList> {
    let waits = request.wait_s.min(core.config.request_timeout_s / 2);
    let mut left = Duration::from_secs(waits);
    loop {
        let (once, request) = (Arc::clone(&core), request.clone());
        let reply = work(once, move |core| core.claim_or_wait(&request, !left.is_zero())).await?;
        let pause = match reply {
            Claimed::Done(claims) => return Ok(Json(claims)),
            Claimed::Waits { in_s } => Duration::from_secs(in_s.max(1)).min(left),
        };
        tokio::time::sleep(pause).await;
        left = left.saturating_sub(pause);
    }
}
