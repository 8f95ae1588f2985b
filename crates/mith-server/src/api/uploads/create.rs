//! `POST /uploads`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::request::JsonBody;
use crate::state::SharedState;
use crate::wire::{NewUpload, UploadCreated};

/// Opens an upload.
pub(crate) async fn handle(
    State(state): State<SharedState>,
    Caller(identity): Caller,
    JsonBody(body): JsonBody<NewUpload>,
) -> Result<(StatusCode, Json<UploadCreated>), ApiError> {
    let upload = state
        .store
        .create_upload(&body.repo, &identity.actor())
        .await?;
    let upload = upload.to_string();
    Ok((StatusCode::CREATED, Json(UploadCreated { upload })))
}
