//! `/api/v1/status`, the schema and what the page was built from.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Reply, WEB_RUNG, run};
use crate::core::Core;
use crate::openapi;
use crate::wire::Status;

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/api/v1/status", get(status))
        .route("/api/v1/openapi.json", get(schema))
        .route("/_/build", get(build))
}

async fn status(State(core): State<Arc<Core>>) -> Reply<Status> {
    run(core, Core::status).await
}

async fn schema() -> Json<Value> {
    Json(openapi::document())
}

async fn build() -> Json<Value> {
    Json(json!({ "version": env!("CARGO_PKG_VERSION"), "web": WEB_RUNG }))
}
