//! `POST /api/models/{model}/paths-info/{revision}`: what is known of some paths.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use mith_store::AdmittedRevision;
use serde::Deserialize;

use super::{refusal, tree};
use crate::request::{pairs, read_bounded};
use crate::state::AppState;

/// Paths in one request; clients send a few.
const MOST: usize = 10_000;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Question {
    paths: Vec<String>,
    expand: bool,
}

/// Answers for the paths that exist, and leaves out the others.
pub(super) async fn serve(
    state: &AppState,
    revision: &AdmittedRevision,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    let bad = |text: &str| refusal::plain(StatusCode::BAD_REQUEST, None, text);
    let Ok(body) = read_bounded(body, &state.bounds).await else {
        return bad("the body is too long or did not come to its end");
    };
    let question = if is_json {
        serde_json::from_slice(&body).ok()
    } else {
        std::str::from_utf8(&body).ok().map(from_form)
    };
    let Some(question) = question.filter(|question: &Question| question.paths.len() <= MOST) else {
        return bad("the body is not a form or a JSON object with `paths`");
    };
    super::json(&tree::describe_paths(
        revision,
        &question.paths,
        question.expand,
    ))
}

fn from_form(text: &str) -> Question {
    let mut question = Question::default();
    for (name, value) in pairs(text) {
        match name.as_str() {
            "paths" => question.paths.push(value),
            "expand" => question.expand = matches!(value.as_str(), "true" | "True" | "1"),
            _ => {}
        }
    }
    question
}
