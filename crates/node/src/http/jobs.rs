//! `/api/v1/jobs`.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::Deserialize;

use super::extract::QueryOf;
use super::{Reply, run};
use crate::core::Core;
use crate::wire::{Job, JobList};

/// Longest wait for progress, in seconds.
const WAIT_S_MAX: u64 = 30;

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/api/v1/jobs", get(list))
        .route("/api/v1/jobs/{job}", get(show))
        .route("/api/v1/jobs/{job}/cancel", post(cancel))
}

async fn list(State(core): State<Arc<Core>>) -> Reply<JobList> {
    run(core, |core| Ok(core.list_jobs())).await
}

/// `?wait_s=`: answer at the next progress, or after that many seconds.
#[derive(Debug, Deserialize)]
struct WaitQuery {
    #[serde(default)]
    wait_s: u64,
}

async fn show(
    State(core): State<Arc<Core>>,
    Path(job): Path<String>,
    QueryOf(query): QueryOf<WaitQuery>,
) -> Reply<Job> {
    let wait = Duration::from_secs(query.wait_s.min(WAIT_S_MAX));
    run(core, move |core| core.show_job(&job, wait)).await
}

async fn cancel(State(core): State<Arc<Core>>, Path(job): Path<String>) -> Reply<Job> {
    run(core, move |core| core.cancel_job(&job)).await
}
