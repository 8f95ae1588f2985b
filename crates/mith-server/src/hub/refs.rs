//! Who asks, which branches there are, what came when: the small answers.

use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::Response;
use mith_store::{AdmittedRevision, Identity};
use serde_json::{Value, json};

use super::info::hub_time;
use super::refusal;
use super::target::RevisionName;
use super::{json as answer, query_flag, query_value};
use crate::state::AppState;

/// Commits of a page.
const PAGE: u32 = 1_000;

/// `GET /api/whoami-v2`.
pub(super) fn who_am_i(identity: &Identity) -> Response {
    let mut id = mith_core::Digest::of(identity.name.as_bytes()).to_hex();
    id.truncate(24);
    answer(&json!({
        "type": "user",
        "id": id,
        "name": identity.name,
        "fullname": identity.name,
        "email": null,
        "isPro": false,
        "canPay": false,
        "periodEnd": null,
        "orgs": [],
        // Hub clients can only read here, whatever the token may do over our own API.
        "auth": {
            "type": "access_token",
            "accessToken": {"displayName": identity.name, "role": "read"},
        },
    }))
}

/// `GET …/auth-check`: the revision came through the gate, so the token may read it.
pub(super) fn auth_check(identity: &Identity) -> Response {
    answer(&json!({"name": identity.name}))
}

/// `GET …/refs`: `main` is the one branch.
pub(super) fn refs(revision: &AdmittedRevision, query: Option<&str>) -> Response {
    let mut refs = json!({
        "branches": [{"name": "main", "ref": "refs/heads/main", "targetCommit": revision.revision}],
        "converts": [],
        "tags": [],
    });
    if let (true, Value::Object(fields)) = (query_flag(query, "include_prs"), &mut refs) {
        fields.insert("pullRequests".to_owned(), json!([]));
    }
    answer(&refs)
}

/// `GET …/commits/{revision}`: the admitted revisions up to this one, newest first.
pub(super) async fn commits(
    state: &AppState,
    base: &str,
    revision: &AdmittedRevision,
    name: &RevisionName,
    query: Option<&str>,
) -> Response {
    let number = |name: &str| query_value(query, name).and_then(|value| value.parse::<u32>().ok());
    let limit = number("limit").unwrap_or(PAGE).clamp(1, PAGE);
    let page = number("p").unwrap_or(0);
    let offset = u64::from(limit) * u64::from(page);
    let found = match state.store.commits(&revision.repo, offset, limit).await {
        Ok(found) => found,
        Err(error) => return refusal::fault(&error),
    };
    let newer = match name {
        RevisionName::Main => 0,
        RevisionName::Named(_) => found
            .items
            .iter()
            .position(|commit| commit.revision == revision.revision)
            .unwrap_or(0),
    };
    let commits: Vec<Value> = found
        .items
        .iter()
        .skip(newer)
        .map(|commit| {
            json!({
                "id": commit.revision,
                "title": title(&commit.message),
                "message": body(&commit.message),
                "authors": [{"user": commit.created_by, "avatar": null}],
                "date": hub_time(commit.created_at),
            })
        })
        .collect();
    let mut response = answer(&commits);
    let total = found.total.saturating_sub(newer as u64);
    let headers = response.headers_mut();
    headers.insert("x-total-count", HeaderValue::from(total));
    if offset + (found.items.len() as u64) < found.total {
        let link = format!(
            "<{base}/api/models/{}/commits/{}?limit={limit}&p={}>; rel=\"next\"",
            revision.repo,
            revision.revision,
            page + 1
        );
        if let Ok(link) = HeaderValue::from_str(&link) {
            headers.insert(LINK, link);
        }
    }
    response
}

/// The first line of a message, which may be empty.
pub(super) fn title(message: &str) -> &str {
    message
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("Add files")
}

fn body(message: &str) -> &str {
    message
        .trim()
        .split_once('\n')
        .map_or("", |(_, rest)| rest.trim())
}
