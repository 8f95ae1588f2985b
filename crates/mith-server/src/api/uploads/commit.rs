//! `POST /uploads/{id}/commit`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use mith_core::TreeEntry;
use mith_store::{CommitRequest, Committed};

use super::upload_id;
use crate::api::view;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::request::JsonBody;
use crate::state::SharedState;
use crate::wire::{CommitUpload, RevisionDetail};

/// Makes the uploaded files one revision and queues its scan.
pub(crate) async fn handle(
    State(state): State<SharedState>,
    Caller(identity): Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CommitUpload>,
) -> Result<(StatusCode, Json<RevisionDetail>), ApiError> {
    let upload = upload_id(&id)?;
    if body.files.len() > state.bounds.files {
        return Err(ApiError::bad_request(format!(
            "a model has at most {} files here",
            state.bounds.files
        )));
    }
    let files = body
        .files
        .into_iter()
        .map(|file| TreeEntry {
            path: file.path,
            sha256: file.sha256,
            size: file.size,
        })
        .collect();
    let request = CommitRequest {
        files,
        message: body.message,
        rules: mith_scan::rule_set_id(),
    };
    let committed = state
        .store
        .commit(upload, request, &identity.actor())
        .await?;
    let (what, record) = match committed {
        Committed::New(record) => ("new", record),
        Committed::Same(record) => ("same", record),
        Committed::Rescan(record) => ("rescan", record),
    };
    tracing::info!(
        model.id = %record.repo,
        model.revision = %record.revision,
        commit.kind = what,
        files = record.files.len(),
        "Took a revision of `{}` into quarantine",
        record.repo
    );
    Ok((StatusCode::ACCEPTED, Json(view::revision(record))))
}
