//! `PUT /uploads/{id}/files/{path}`

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use mith_core::{Digest, ModelPath};
use mith_store::{BlobInfo, UploadFile, UploadId};
use percent_encoding::percent_decode_str;
use std::time::Duration;
use tokio::time::timeout;

use super::upload_id;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::request::{drain, next_piece};
use crate::state::{AppState, SharedState};
use crate::wire::UploadedFile;

/// Bytes that are handed to the disk at a time.
const PIECE: usize = 1 << 20;
/// How long a file waits for one of the places to be received in.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the head of the request announces.
struct Announced {
    upload: UploadId,
    path: ModelPath,
    size: u64,
    sha256: Digest,
}

/// Streams a file into quarantine. Nothing of it stays unless it has the length and the digest that were announced.
pub(crate) async fn handle(
    State(state): State<SharedState>,
    Caller(_): Caller,
    request: Request,
) -> Response {
    let announced = announced(&state, request.uri().path(), request.headers());
    let mut body = request.into_body();
    let result = match announced {
        Ok(announced) => receive(&state, announced, &mut body).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(file) => (StatusCode::CREATED, Json(file)).into_response(),
        Err(error) => {
            drain(body).await;
            error.into_response()
        }
    }
}

/// Reads the head, and refuses what can be refused before a byte is taken.
fn announced(state: &AppState, raw_path: &str, headers: &HeaderMap) -> Result<Announced, ApiError> {
    let (id, path) = raw_path
        .split_once("/uploads/")
        .and_then(|(_, rest)| rest.split_once("/files/"))
        .ok_or_else(|| ApiError::bad_request("the address names no file"))?;
    let path = percent_decode_str(path)
        .decode_utf8()
        .map_err(|_| ApiError::bad_request("the path is not UTF-8"))?
        .parse()?;
    let size = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok())
        .ok_or_else(|| {
            ApiError::new(
                StatusCode::LENGTH_REQUIRED,
                "the header `Content-Length` is needed",
            )
        })?;
    if size > state.bounds.file_bytes {
        return Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("a file has at most {} bytes here", state.bounds.file_bytes),
        ));
    }
    let sha256 = headers
        .get("x-mith-sha256")
        .ok_or_else(|| ApiError::bad_request("the header `X-Mith-SHA256` is needed"))?
        .to_str()
        .unwrap_or_default()
        .parse::<Digest>()
        .map_err(|error| ApiError::bad_request(error.to_string()))?;
    let upload = upload_id(id)?;
    Ok(Announced {
        upload,
        path,
        size,
        sha256,
    })
}

async fn receive(
    state: &AppState,
    announced: Announced,
    body: &mut Body,
) -> Result<UploadedFile, ApiError> {
    let busy = || {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many files are being received at the moment",
        )
        .hint("try again in a minute")
    };
    let Ok(Ok(_place)) = timeout(PATIENCE, state.receiving.acquire()).await else {
        return Err(busy());
    };
    // An upload that is not open is refused before its bytes are taken.
    state.store.upload_repo(announced.upload).await?;
    let blob = write(state, &announced, body).await?;
    let file = UploadedFile {
        path: announced.path.clone(),
        sha256: blob.sha256,
        size: blob.size,
    };
    let path = announced.path;
    state
        .store
        .put_file(announced.upload, UploadFile { path, blob })
        .await?;
    Ok(file)
}

/// Dropping the writer on any error leaves nothing behind.
async fn write(
    state: &AppState,
    announced: &Announced,
    body: &mut Body,
) -> Result<BlobInfo, ApiError> {
    let mut writer = state.blobs.begin(announced.size).await?;
    let mut held = BytesMut::new();
    while let Some(piece) = next_piece(body, state.bounds.stall_timeout).await? {
        // Whole pieces go on without a copy when nothing is held.
        if held.is_empty() && piece.len() >= PIECE {
            writer.write(&piece).await?;
            continue;
        }
        held.extend_from_slice(&piece);
        if held.len() >= PIECE {
            writer.write(&held).await?;
            held.clear();
        }
    }
    if !held.is_empty() {
        writer.write(&held).await?;
    }
    Ok(writer.finish(Some(announced.sha256)).await?)
}
