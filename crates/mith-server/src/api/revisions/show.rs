//! `GET /models/{repo}/revisions/{revision}`

use axum::Json;
use axum::extract::{RawPathParams, State};

use crate::api::{revision, view};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::SharedState;
use crate::wire::RevisionDetail;

/// One revision with its report.
pub(crate) async fn handle(
    State(state): State<SharedState>,
    Caller(_): Caller,
    params: RawPathParams,
) -> Result<Json<RevisionDetail>, ApiError> {
    let record = revision(state.store.as_ref(), &params).await?;
    let report = state.store.report(&record.repo, &record.revision).await?;
    let mut detail = view::revision(record);
    detail.report = report;
    Ok(Json(detail))
}
