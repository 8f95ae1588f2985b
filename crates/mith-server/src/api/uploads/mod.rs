//! Uploads: files on their way into quarantine, visible to nobody until they are committed.

pub(super) mod abort;
pub(super) mod commit;
pub(super) mod create;
pub(super) mod put_file;

use mith_store::UploadId;

use crate::error::ApiError;

/// The upload that a path names.
fn upload_id(text: &str) -> Result<UploadId, ApiError> {
    text.parse().map_err(|_| {
        ApiError::new(
            axum::http::StatusCode::NOT_FOUND,
            "there is no such open upload",
        )
        .hint("open a new upload")
    })
}
