//! `/api/v1/receipts` and `/api/v1/completions`: what was answered, and the proof of who shaped it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde::Deserialize;

use super::extract::QueryOf;
use super::{Reply, run};
use crate::core::Core;
use crate::wire::{CompletionList, ReceiptFile};

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/api/v1/completions", get(list))
        .route("/api/v1/receipts/{receipt}", get(show))
}

/// `?limit=`.
#[derive(Debug, Deserialize)]
struct ListQuery {
    limit: Option<usize>,
}

async fn list(
    State(core): State<Arc<Core>>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Reply<CompletionList> {
    let limit = query.limit.unwrap_or(50).min(1000);
    run(core, move |core| core.list_completions(limit)).await
}

async fn show(State(core): State<Arc<Core>>, Path(receipt): Path<String>) -> Reply<ReceiptFile> {
    run(core, move |core| core.receipt_file(&receipt)).await
}
