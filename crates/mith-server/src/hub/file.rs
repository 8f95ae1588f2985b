//! `GET` and `HEAD /{model}/resolve/{revision}/{path}`: the bytes of one file of an admitted revision.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use mith_core::ModelPath;
use mith_store::{AdmittedRevision, FileRecord, StoreError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::Read;

use super::body::FileBody;
use super::range::{Selection, select};
use super::refusal::{self, REPO_COMMIT};
use crate::cache::SMALL;
use crate::state::AppState;

const LINKED_SIZE: HeaderName = HeaderName::from_static("x-linked-size");
const LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");
/// `attr-char` of RFC 8187 stays as it is.
const DISPOSITION: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Answers with the file, a range of it, or the news that the client has it.
pub(super) async fn serve(
    state: &AppState,
    revision: &AdmittedRevision,
    path: &ModelPath,
    request: &Parts,
) -> Response {
    let commit = match HeaderValue::from_str(revision.revision.as_str()) {
        Ok(commit) => commit,
        Err(_) => HeaderValue::from_static(""),
    };
    let Some(file) = revision.file(path.as_str()) else {
        return refusal::no_entry(&revision.repo, &commit, path.as_str());
    };
    let etag = format!("\"{}\"", file.oid);
    let selection = select(&request.headers, &etag, file.size);
    let (status, start, end) = match selection {
        Selection::Whole => (StatusCode::OK, 0, file.size),
        Selection::Part { start, end } => (StatusCode::PARTIAL_CONTENT, start, end),
        Selection::NotModified => (StatusCode::NOT_MODIFIED, 0, 0),
        Selection::Unsatisfiable => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let body = if request.method == Method::HEAD {
        Body::empty()
    } else {
        match content(state, file, start, end).await {
            Ok(body) => body,
            Err(error) => return refusal::fault(&error),
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    describe(headers, file, &etag);
    headers.insert(REPO_COMMIT, commit);
    match selection {
        Selection::NotModified => {
            headers.remove(CONTENT_TYPE);
            headers.remove(CONTENT_DISPOSITION);
        }
        Selection::Unsatisfiable => {
            put(headers, CONTENT_RANGE, &format!("bytes */{}", file.size));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
        }
        Selection::Part { .. } => {
            let range = format!("bytes {start}-{}/{}", end - 1, file.size);
            put(headers, CONTENT_RANGE, &range);
            headers.insert(CONTENT_LENGTH, HeaderValue::from(end - start));
        }
        Selection::Whole => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(file.size));
        }
    }
    response
}

/// The headers that do not depend on what is asked of the file.
fn describe(headers: &mut HeaderMap, file: &FileRecord, etag: &str) {
    put(headers, ETAG, etag);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // A cache between us and the client must ask each time, so that a withdrawal holds at once.
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache, no-transform"),
    );
    let kind = if file.is_lfs {
        "application/octet-stream"
    } else {
        "text/plain; charset=utf-8"
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let name = file.path.file_name();
    let ascii: String = name
        .chars()
        .map(|letter| match letter {
            '"' | '%' => '_',
            ' '..='~' => letter,
            _ => '_',
        })
        .collect();
    let encoded = utf8_percent_encode(name, DISPOSITION);
    let disposition = format!("inline; filename*=UTF-8''{encoded}; filename=\"{ascii}\";");
    put(headers, CONTENT_DISPOSITION, &disposition);
    if file.is_lfs {
        headers.insert(LINKED_SIZE, HeaderValue::from(file.size));
        put(headers, LINKED_ETAG, etag);
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The bytes `start..end`, from memory when the file is small.
async fn content(
    state: &AppState,
    file: &FileRecord,
    start: u64,
    end: u64,
) -> Result<Body, StoreError> {
    if start >= end {
        return Ok(Body::empty());
    }
    if file.size > SMALL {
        let blob = state.blobs.open_admitted(file.sha256).await?;
        return Ok(Body::new(FileBody::new(blob.file, start, end)));
    }
    let bytes = match state.cache.get(&file.sha256) {
        Some(bytes) => bytes,
        None => load(state, file).await?,
    };
    let range =
        usize::try_from(start).unwrap_or_default()..usize::try_from(end).unwrap_or_default();
    if bytes.len() as u64 != file.size || range.end > bytes.len() {
        return Err(StoreError::SizeMismatch {
            announced: file.size,
            received: bytes.len() as u64,
        });
    }
    Ok(Body::from(bytes.slice(range)))
}

async fn load(state: &AppState, file: &FileRecord) -> Result<Bytes, StoreError> {
    let blob = state.blobs.open_admitted(file.sha256).await?;
    let size = usize::try_from(file.size).unwrap_or_default();
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::with_capacity(size);
        blob.file
            .take(SMALL + 1)
            .read_to_end(&mut bytes)
            .map(|_| Bytes::from(bytes))
    });
    let bytes = read
        .await
        .map_err(|_| StoreError::TaskLost)?
        .map_err(|source| StoreError::Io {
            action: "read",
            path: file.sha256.to_hex().into(),
            source,
        })?;
    state.cache.put(file.sha256, bytes.clone());
    Ok(bytes)
}
