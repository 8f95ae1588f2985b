//! Errors of our own API: a status, a sentence, a hint.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mith_core::NameError;
use mith_store::StoreError;

use crate::wire::ErrorBody;

/// An answer of our own API that is not a success.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: ErrorBody,
}

impl ApiError {
    /// An error with a sentence that names what was wrong.
    pub(crate) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            body: ErrorBody {
                error: error.into(),
                hint: None,
            },
        }
    }

    /// Something wrong with the request itself.
    pub(crate) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.body.hint = Some(hint.into());
        self
    }

    /// The status.
    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// What to do about it.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.body.hint.as_deref()
    }

    /// The sentence.
    pub(crate) fn sentence(&self) -> &str {
        &self.body.error
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                axum::http::header::WWW_AUTHENTICATE,
                axum::http::HeaderValue::from_static("Bearer"),
            );
        }
        response
    }
}

impl From<NameError> for ApiError {
    fn from(error: NameError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let status = match &error {
            StoreError::UnknownModel { .. }
            | StoreError::UnknownRevision { .. }
            | StoreError::UnknownUpload { .. }
            | StoreError::UnknownToken { .. } => StatusCode::NOT_FOUND,
            StoreError::NameTaken { .. }
            | StoreError::UploadMismatch { .. }
            | StoreError::PathConflict { .. }
            | StoreError::WrongState { .. }
            | StoreError::VerdictForbids { .. }
            | StoreError::NotCovered { .. }
            | StoreError::DigestMismatch { .. }
            | StoreError::TokenNameTaken { .. } => StatusCode::CONFLICT,
            StoreError::EmptyUpload | StoreError::SizeMismatch { .. } | StoreError::Name(_) => {
                StatusCode::BAD_REQUEST
            }
            StoreError::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "The store could not answer"
            );
            return Self::new(
                status,
                "the registry could not answer because of a fault of its own",
            )
            .hint("look at the log of `mith serve`");
        }
        let hint = match &error {
            StoreError::DiskFull => Some("free space on the registry's disk, then try again"),
            StoreError::UploadMismatch { .. } | StoreError::DigestMismatch { .. } => {
                Some("the files changed while they were sent; start again")
            }
            StoreError::UnknownUpload { .. } => Some("open a new upload"),
            _ => None,
        };
        let this = Self::new(status, error.to_string());
        match hint {
            Some(hint) => this.hint(hint),
            None => this,
        }
    }
}
