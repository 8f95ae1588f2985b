//! The Hub's read API, for clients that know nothing of Mithridate.
//!
//! Every request passes one gate: [`serve`] asks the store what a name leads to, and only an admitted revision goes on to
//! the handlers below, which take nothing else. There is no trace of Xet in any answer, because a client that sees one asks a
//! server that is not there.

mod body;
mod file;
mod info;
mod list;
mod paths;
mod range;
mod refs;
mod refusal;
mod target;
mod tree;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use mith_core::RepoId;
use mith_store::{Identity, Reference, Resolution, StoreError};
use serde::Serialize;

use crate::auth::bearer;
use crate::request::pairs;
use crate::state::{AppState, SharedState};
use target::{RevisionName, Target};

/// Answers every request that no other route takes.
pub(crate) async fn serve(State(state): State<SharedState>, request: Request) -> Response {
    let is_head = request.method() == Method::HEAD;
    // Only where it is wanted, and the path alone: a query could carry what belongs in no log.
    let path = tracing::enabled!(tracing::Level::DEBUG).then(|| request.uri().path().to_owned());
    let response = answer(&state, request).await;
    if let Some(path) = path {
        let status = response.status().as_u16();
        tracing::debug!(http.path = %path, http.status = status, "Answered a Hub client");
    }
    if is_head {
        // Every answer states its length, so a HEAD has the very headers of its GET.
        return response.map(|_| Body::empty());
    }
    response
}

async fn answer(state: &AppState, request: Request) -> Response {
    let (request, body) = request.into_parts();
    if request.uri.path() == "/api/agent-harnesses" {
        return json(&serde_json::json!({"standardEnvVars": [], "harnesses": {}}));
    }
    let base = state.base(&request.headers);
    let identity = match bearer(&request.headers) {
        None => return refusal::no_token(&base, "no token came with the request"),
        Some(token) => match state.tokens.verify(state.store.as_ref(), token).await {
            Ok(Some(identity)) => identity,
            Ok(None) => return refusal::no_token(&base, "the token is not one of this registry"),
            Err(error) => return refusal::fault(&error),
        },
    };
    match request.uri.path() {
        "/api/whoami-v2" => return refs::who_am_i(&identity),
        "/api/models" => return list::models(state, &base, request.uri.query()).await,
        "/api/models-tags-by-type" => return json(&serde_json::json!({})),
        _ => {}
    }
    match Target::parse(request.uri.path()) {
        Ok(target) => dispatch(state, &base, &identity, &target, &request, body).await,
        Err(error) if error.what == "model name" => refusal::no_such_name(&error),
        Err(error) => refusal::bad_name(&error),
    }
}

async fn dispatch(
    state: &AppState,
    base: &str,
    identity: &Identity,
    target: &Target,
    request: &Parts,
    body: Body,
) -> Response {
    let (repo, name) = match target {
        Target::File { repo, revision, .. }
        | Target::Info { repo, revision }
        | Target::Tree { repo, revision, .. }
        | Target::PathsInfo { repo, revision }
        | Target::Commits { repo, revision } => (repo, revision),
        Target::Refs { repo } | Target::AuthCheck { repo } => (repo, &RevisionName::Main),
        Target::Write => return refusal::read_only(),
        Target::OtherKind => return refusal::models_only(),
        Target::Unknown => return refusal::unknown_route(),
    };
    let wanted = match target {
        Target::PathsInfo { .. } => Method::POST,
        _ => Method::GET,
    };
    let is_wanted =
        request.method == wanted || (wanted == Method::GET && request.method == Method::HEAD);
    if !is_wanted {
        return method_not_allowed(&wanted);
    }
    let resolution = match resolve(state, repo, name).await {
        Ok(resolution) => resolution,
        Err(error) => return refusal::fault(&error),
    };
    let Resolution::Admitted(revision) = resolution.as_ref() else {
        return refusal::answer(base, repo, name, &resolution);
    };
    match target {
        Target::File { path, .. } => file::serve(state, revision, path, request).await,
        Target::Info { .. } => info::serve(revision, request.uri.query()),
        Target::Tree { folder, .. } => {
            tree::serve(base, revision, folder.as_ref(), request.uri.query())
        }
        Target::PathsInfo { .. } => paths::serve(state, revision, &request.headers, body).await,
        Target::Refs { .. } => refs::refs(revision, request.uri.query()),
        Target::Commits { .. } => {
            refs::commits(state, base, revision, name, request.uri.query()).await
        }
        Target::AuthCheck { .. } => refs::auth_check(identity),
        Target::Write | Target::OtherKind | Target::Unknown => refusal::unknown_route(),
    }
}

/// Asks the store. A name that cannot be a revision is an unknown one, unless there is no such model at all.
async fn resolve(
    state: &AppState,
    repo: &RepoId,
    name: &RevisionName,
) -> Result<std::sync::Arc<Resolution>, StoreError> {
    let reference = match name {
        RevisionName::Main => Reference::Main,
        RevisionName::Named(text) => {
            let Ok(revision) = text.parse() else {
                let main = state.store.resolve(repo, &Reference::Main).await?;
                return Ok(match main.as_ref() {
                    Resolution::UnknownModel => main,
                    _ => std::sync::Arc::new(Resolution::UnknownRevision),
                });
            };
            Reference::Revision(revision)
        }
    };
    state.store.resolve(repo, &reference).await
}

/// A JSON answer that states its length.
fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let length = bytes.len();
            let mut response = Response::new(Body::from(bytes));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            response
        }
        Err(error) => {
            tracing::error!(%error, "An answer could not be written as JSON");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

fn method_not_allowed(wanted: &Method) -> Response {
    let mut response = refusal::plain(
        StatusCode::METHOD_NOT_ALLOWED,
        None,
        "the registry answers this address to another method",
    );
    let allow = if *wanted == Method::POST {
        "POST"
    } else {
        "GET, HEAD"
    };
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allow));
    response
}

/// Reads one value of a query string.
fn query_value(query: Option<&str>, wanted: &str) -> Option<String> {
    pairs(query.unwrap_or_default())
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value)
}

/// Reads a yes or no of a query string.
fn query_flag(query: Option<&str>, wanted: &str) -> bool {
    query_value(query, wanted)
        .is_some_and(|value| matches!(value.as_str(), "true" | "True" | "1" | ""))
}
