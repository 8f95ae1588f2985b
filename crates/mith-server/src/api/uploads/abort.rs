//! `DELETE /uploads/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::upload_id;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::SharedState;

/// Forgets an upload and, later, its bytes.
pub(crate) async fn handle(
    State(state): State<SharedState>,
    Caller(_): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    state.store.abort_upload(upload_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
