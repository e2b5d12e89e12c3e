//! `/api/v1/parameters`, `/api/v1/proposals`, `/api/v1/votes`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;

use super::{Reply, run};
use crate::core::Core;
use crate::wire::{ParameterList, Proposal, ProposalList, SplitOptions, Votes};

pub(super) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/api/v1/parameters", get(parameters))
        .route("/api/v1/parameters/splits/{version}", get(split))
        .route("/api/v1/proposals", get(proposals))
        .route("/api/v1/proposals/{proposal}", get(proposal))
        .route("/api/v1/votes/{account}", get(votes))
}

async fn parameters(State(core): State<Arc<Core>>) -> Reply<ParameterList> {
    run(core, Core::show_parameters).await
}

async fn split(State(core): State<Arc<Core>>, Path(version): Path<u32>) -> Reply<SplitOptions> {
    run(core, move |core| core.receipt_split(version)).await
}

async fn proposals(State(core): State<Arc<Core>>) -> Reply<ProposalList> {
    run(core, Core::list_proposals).await
}

async fn proposal(State(core): State<Arc<Core>>, Path(proposal): Path<String>) -> Reply<Proposal> {
    run(core, move |core| core.show_proposal(&proposal)).await
}

async fn votes(State(core): State<Arc<Core>>, Path(account): Path<String>) -> Reply<Votes> {
    run(core, move |core| core.show_votes(&account)).await
}
