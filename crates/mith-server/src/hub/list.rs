//! `GET /api/models`: the models that clients may read.

use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::Response;
use mith_store::{ListModels, Listing, Reference, Resolution};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::info::summary;
use super::{query_value, refusal};
use crate::state::AppState;

/// Models of a page.
const PAGE: u32 = 1_000;

/// Answers with the models whose `main` is admitted and whose name holds the words asked for.
pub(super) async fn models(state: &AppState, base: &str, query: Option<&str>) -> Response {
    let limit = query_value(query, "limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(PAGE)
        .clamp(1, PAGE);
    let author = query_value(query, "author");
    let search = query_value(query, "search");
    let question = ListModels {
        search: search
            .clone()
            .or_else(|| author.clone().map(|author| author + "/")),
        listing: Listing::Admitted,
        after: query_value(query, "cursor").and_then(|after| after.parse().ok()),
        limit,
    };
    let found = match state.store.list_models(question).await {
        Ok(found) => found,
        Err(error) => return refusal::fault(&error),
    };
    let mut models = Vec::new();
    for model in &found {
        let is_by = |author: &String| {
            model
                .repo
                .as_str()
                .split_once('/')
                .is_some_and(|(organisation, _)| organisation.eq_ignore_ascii_case(author))
        };
        if !author.as_ref().is_none_or(is_by) {
            continue;
        }
        // The list is a hint; what is shown of a model comes through the gate.
        match state.store.resolve(&model.repo, &Reference::Main).await {
            Ok(resolution) => {
                if let Resolution::Admitted(revision) = resolution.as_ref() {
                    models.push(summary(revision));
                }
            }
            Err(error) => return refusal::fault(&error),
        }
    }
    let mut response = super::json(&models);
    if let (Some(last), true) = (found.last(), found.len() as u64 == u64::from(limit)) {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let words: String = [("search", search), ("author", author)]
            .into_iter()
            .filter_map(|(name, value)| Some(format!("&{name}={}", encode(&value?))))
            .collect();
        let after = encode(last.repo.as_str());
        let link = format!("<{base}/api/models?limit={limit}{words}&cursor={after}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(LINK, link);
        }
    }
    response
}
