//! `GET /models/{repo}`

use axum::Json;
use axum::extract::{RawPathParams, State};
use mith_store::{Reference, Resolution, StoreError};

use crate::api::{repo, view};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::SharedState;
use crate::wire::ModelDetail;

/// Revisions in one answer, the newest.
const MOST: u32 = 100;

/// A model with its newest revisions.
pub(crate) async fn handle(
    State(state): State<SharedState>,
    Caller(_): Caller,
    params: RawPathParams,
) -> Result<Json<ModelDetail>, ApiError> {
    let repo = repo(&params)?;
    let revisions = state.store.revisions(&repo, MOST).await?;
    let resolution = state.store.resolve(&repo, &Reference::Main).await?;
    let main = match resolution.as_ref() {
        Resolution::Admitted(revision) => Some(revision.revision.clone()),
        Resolution::UnknownModel => return Err(StoreError::UnknownModel { repo }.into()),
        _ => None,
    };
    let revisions = revisions.into_iter().map(view::revision).collect();
    Ok(Json(ModelDetail {
        repo,
        main,
        revisions,
    }))
}
