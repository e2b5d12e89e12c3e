//! `/api/v1/datanets`: Datanets, contributions, records, snapshots, training.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use super::extract::{FileBody, JsonBody, QueryOf};
use super::{Reply, run};
use crate::core::{Contributed, Core, RecordQuery};
use crate::error::ApiError;
use crate::wire::{
    ContributionReport, CreateDatanet, Datanet, DatanetDetail, DatanetList, Job,
    PreparedContribution, RecordPage, SnapshotInfo, Train,
};

pub(super) fn routes(core: &Core) -> Router<Arc<Core>> {
    let limit = |bytes: u64| DefaultBodyLimit::max(usize::try_from(bytes).unwrap_or(usize::MAX));
    let uploads = Router::new()
        .route("/api/v1/datanets/{datanet}/contributions", post(contribute))
        .route("/api/v1/datanets/{datanet}/contributions/prepare", post(prepare))
        .layer(limit(core.config.upload_bytes_max));
    Router::new()
        .route("/api/v1/datanets", get(list).post(create))
        .route("/api/v1/datanets/{datanet}", get(show))
        .route("/api/v1/datanets/{datanet}/records", get(records))
        .route("/api/v1/datanets/{datanet}/snapshots", post(snapshot))
        .route("/api/v1/datanets/{datanet}/train", post(train))
        .layer(limit(core.config.body_bytes_max))
        .merge(uploads)
}

async fn list(State(core): State<Arc<Core>>) -> Reply<DatanetList> {
    run(core, Core::list_datanets).await
}

async fn create(
    State(core): State<Arc<Core>>,
    JsonBody(request): JsonBody<CreateDatanet>,
) -> Reply<Datanet> {
    run(core, move |core| core.create_datanet(&request)).await
}

async fn show(State(core): State<Arc<Core>>, Path(datanet): Path<String>) -> Reply<DatanetDetail> {
    run(core, move |core| core.show_datanet(&datanet)).await
}

/// `?offset=&limit=&q=`.
#[derive(Debug, Deserialize)]
struct PageQuery {
    #[serde(default)]
    offset: u64,
    limit: Option<u64>,
    #[serde(default)]
    q: String,
}

async fn records(
    State(core): State<Arc<Core>>,
    Path(datanet): Path<String>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Reply<RecordPage> {
    let limit = query.limit.unwrap_or(100).min(1000);
    let query = RecordQuery { offset: query.offset, limit, words: query.q };
    run(core, move |core| core.list_records(&datanet, &query)).await
}

/// `?filename=&account=` or `?filename=&contributor=&signature=&time_s=`.
#[derive(Debug, Deserialize)]
struct UploadQuery {
    filename: String,
    account: Option<String>,
    contributor: Option<String>,
    signature: Option<String>,
    time_s: Option<u64>,
}

impl UploadQuery {
    fn signed(self) -> Result<Contributed, ApiError> {
        let Self { filename, account, contributor, signature, time_s } = self;
        match (account, contributor, signature, time_s) {
            (account, None, None, None) => {
                let account = account.unwrap_or_else(|| crate::keys::LOCAL.to_owned());
                Ok(Contributed::ByAccount { filename, account })
            }
            (None, Some(contributor), Some(signature), Some(time_s)) => {
                Ok(Contributed::Signed { filename, contributor, signature, time_s })
            }
            _ => Err(ApiError::bad_input(
                "bad_query",
                "give either account, or contributor, signature and time_s",
            )),
        }
    }
}

async fn contribute(
    State(core): State<Arc<Core>>,
    Path(datanet): Path<String>,
    QueryOf(query): QueryOf<UploadQuery>,
    FileBody(bytes): FileBody,
) -> Reply<ContributionReport> {
    let who = query.signed()?;
    run(core, move |core| core.contribute(&datanet, &who, &bytes)).await
}

async fn prepare(
    State(core): State<Arc<Core>>,
    Path(datanet): Path<String>,
    QueryOf(query): QueryOf<UploadQuery>,
    FileBody(bytes): FileBody,
) -> Reply<PreparedContribution> {
    let missing = || {
        ApiError::bad_input("bad_query", "contributor is missing").detail("param", "contributor")
    };
    let contributor = query.contributor.ok_or_else(missing)?;
    let filename = query.filename;
    run(core, move |core| core.prepare_contribution(&datanet, &filename, &contributor, &bytes))
        .await
}

async fn snapshot(
    State(core): State<Arc<Core>>,
    Path(datanet): Path<String>,
) -> Reply<SnapshotInfo> {
    run(core, move |core| core.freeze_snapshot(&datanet)).await
}

async fn train(
    State(core): State<Arc<Core>>,
    Path(datanet): Path<String>,
    JsonBody(request): JsonBody<Train>,
) -> Result<(StatusCode, Json<Job>), ApiError> {
    let job = run(core, move |core| core.queue_job(&datanet, &request)).await?;
    Ok((StatusCode::ACCEPTED, job))
}
