//! Reading bodies within bounds: their length, and how long they may stand still.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::time::timeout;

use crate::Bounds;
use crate::error::ApiError;
use crate::state::SharedState;

/// Why a body was not read.
#[derive(Debug, Error)]
pub(crate) enum BodyError {
    /// More bytes than allowed.
    #[error("the body is longer than {limit} bytes")]
    TooLong {
        /// The bound.
        limit: usize,
    },
    /// The client stopped in the middle.
    #[error("the body did not come to its end")]
    Cut,
    /// The client sent nothing for too long.
    #[error("the body stood still for too long")]
    Stalled,
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::Cut => StatusCode::BAD_REQUEST,
            BodyError::Stalled => StatusCode::REQUEST_TIMEOUT,
        };
        Self::new(status, error.to_string())
    }
}

/// The next piece of a body; `None` at its end.
pub(crate) async fn next_piece(
    body: &mut Body,
    patience: Duration,
) -> Result<Option<Bytes>, BodyError> {
    loop {
        match timeout(patience, body.frame()).await {
            Err(_) => return Err(BodyError::Stalled),
            Ok(None) => return Ok(None),
            Ok(Some(Err(_))) => return Err(BodyError::Cut),
            Ok(Some(Ok(frame))) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}

/// A whole small body.
pub(crate) async fn read_bounded(mut body: Body, bounds: &Bounds) -> Result<Vec<u8>, BodyError> {
    let mut bytes = Vec::new();
    while let Some(piece) = next_piece(&mut body, bounds.stall_timeout).await? {
        if bytes.len() + piece.len() > bounds.json_bytes {
            return Err(BodyError::TooLong {
                limit: bounds.json_bytes,
            });
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Reads on for a while after a refusal, so that a client that is still sending can read the answer; bounded in bytes and
/// time, because nobody is owed it.
pub(crate) async fn drain(mut body: Body) {
    const BYTES: usize = 64 << 20;
    const TIME: Duration = Duration::from_secs(5);
    let reading = async {
        let mut count = 0;
        while let Ok(Some(piece)) = next_piece(&mut body, TIME).await {
            count += piece.len();
            if count > BYTES {
                break;
            }
        }
    };
    // Whether it came to its end does not matter.
    let _ = timeout(TIME, reading).await;
}

/// The pairs of a query string or of a form, decoded.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |part: &str| {
        percent_encoding::percent_decode_str(&part.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(move |pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
}

/// A JSON body of our own API, with errors in our own form.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<SharedState> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &SharedState) -> Result<Self, Self::Rejection> {
        let bytes = read_bounded(request.into_body(), &state.bounds).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            ApiError::bad_request(format!("the body is not what is expected: {error}"))
        })
    }
}
