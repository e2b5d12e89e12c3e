//! `/api/v1/adapters` and `/v1/models`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::{Reply, run};
use crate::core::Core;
use crate::error::ApiError;
use crate::wire::{AdapterInfo, AdapterList, ModelInfo, ModelList};

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/api/v1/adapters", get(list))
        .route("/api/v1/adapters/{adapter}", get(show))
        .route("/api/v1/adapters/{adapter}/files/{file}", get(download))
        .route("/v1/models", get(models))
        .route("/v1/models/{model}", get(model))
}

async fn list(State(core): State<Arc<Core>>) -> Reply<AdapterList> {
    run(core, Core::list_adapters).await
}

async fn show(State(core): State<Arc<Core>>, Path(adapter): Path<String>) -> Reply<AdapterInfo> {
    run(core, move |core| core.show_adapter(&adapter)).await
}

async fn download(
    State(core): State<Arc<Core>>,
    Path((adapter, file)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let kind =
        if file == "adapter_config.json" { "application/json" } else { "application/octet-stream" };
    let axum::Json(bytes) = run(core, move |core| core.adapter_file(&adapter, &file)).await?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

async fn models(State(core): State<Arc<Core>>) -> Reply<ModelList> {
    run(core, Core::list_models).await
}

async fn model(State(core): State<Arc<Core>>, Path(model): Path<String>) -> Reply<ModelInfo> {
    run(core, move |core| core.show_model(&model)).await
}
