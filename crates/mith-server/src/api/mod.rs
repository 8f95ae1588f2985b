//! Our own API, `/api/mith/v1`: one file for each verb of each noun, one line for each route.

mod models;
pub(crate) mod revisions;
mod uploads;
pub(crate) mod view;

use axum::Router;
use axum::extract::RawPathParams;
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};
use mith_core::{RepoId, Revision};
use mith_store::{RevisionRecord, Store};

use crate::error::ApiError;
use crate::state::SharedState;

/// Every route; a model's name has one or two parts, so its routes come twice.
pub(crate) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/uploads", post(uploads::create::handle))
        .route("/uploads/{id}", delete(uploads::abort::handle))
        .route(
            "/uploads/{id}/files/{*path}",
            put(uploads::put_file::handle),
        )
        .route("/uploads/{id}/commit", post(uploads::commit::handle))
        .route("/models", get(models::list::handle))
        .route("/models/{name}", get(models::show::handle))
        .route("/models/{organisation}/{name}", get(models::show::handle))
        .route(
            "/models/{name}/revisions/{revision}",
            get(revisions::show::handle),
        )
        .route(
            "/models/{organisation}/{name}/revisions/{revision}",
            get(revisions::show::handle),
        )
        .route(
            "/models/{name}/revisions/{revision}/{change}",
            post(revisions::decide::handle),
        )
        .route(
            "/models/{organisation}/{name}/revisions/{revision}/{change}",
            post(revisions::decide::handle),
        )
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
}

async fn unknown() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "the registry's API has no such address",
    )
    .hint("see docs/API.md for the addresses of `/api/mith/v1`")
}

async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "the registry's API answers this address to another method",
    )
}

/// The value of a part of the path, decoded.
pub(crate) fn param<'a>(params: &'a RawPathParams, name: &str) -> Option<&'a str> {
    params
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The model that a path names, in one or two parts.
pub(crate) fn repo(params: &RawPathParams) -> Result<RepoId, ApiError> {
    let name = param(params, "name").unwrap_or_default();
    let text = match param(params, "organisation") {
        Some(organisation) => format!("{organisation}/{name}"),
        None => name.to_owned(),
    };
    Ok(text.parse()?)
}

/// The revision that a path names: 40 hex digits or `latest`.
pub(crate) async fn revision(
    store: &dyn Store,
    params: &RawPathParams,
) -> Result<RevisionRecord, ApiError> {
    let repo = repo(params)?;
    let text = param(params, "revision").unwrap_or_default();
    if text == "latest" {
        return Ok(store.newest(&repo).await?);
    }
    let revision: Revision = text.parse()?;
    Ok(store.revision(&repo, &revision).await?)
}
