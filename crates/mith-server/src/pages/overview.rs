//! `GET /`: all models, where they stand and why.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use mith_store::{ListModels, Listing, ModelSummary, RevisionState};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Frame, Visitor, error_page, page, text};
use crate::error::ApiError;
use crate::request::pairs;
use crate::state::SharedState;

/// Models of a page, and the most that are counted.
const PAGE: u32 = 1_000;
/// Characters of a reason in the table.
const REASON: usize = 220;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    frame: Frame,
    search: String,
    address: String,
    refreshes: bool,
    counts: Vec<Count>,
    models: Vec<Line>,
    next: Option<String>,
}

struct Count {
    state: &'static str,
    glyph: &'static str,
    number: usize,
}

struct Line {
    repo: String,
    short: String,
    serves_older: bool,
    state: &'static str,
    glyph: &'static str,
    verdict: Option<&'static str>,
    reason: String,
    created_at: String,
}

/// The table, filtered by a part of the name.
pub(super) async fn show(
    State(state): State<SharedState>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Response {
    let value = |wanted: &str| {
        pairs(query.as_deref().unwrap_or_default())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value)
            .unwrap_or_default()
    };
    let search: String = value("search").trim().chars().take(200).collect();
    let question = ListModels {
        search: (!search.is_empty()).then(|| search.clone()),
        listing: Listing::All,
        after: value("after").parse().ok(),
        limit: PAGE,
    };
    let models = match state.store.list_models(question).await {
        Ok(models) => models,
        Err(error) => return error_page(visitor, &ApiError::from(error), "/"),
    };
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let address = format!("/?search={}", encode(&search));
    let next = models
        .last()
        .filter(|_| models.len() as u64 == u64::from(PAGE))
        .map(|last| format!("{address}&after={}", encode(last.repo.as_str())));
    let counts = count(&models);
    let refreshes = models
        .iter()
        .any(|model| model.state == RevisionState::Scanning);
    let template = OverviewPage {
        frame: visitor.into_frame(),
        search,
        address,
        refreshes,
        counts,
        models: models.into_iter().map(line).collect(),
        next,
    };
    page(StatusCode::OK, &template)
}

fn count(models: &[ModelSummary]) -> Vec<Count> {
    RevisionState::ALL
        .into_iter()
        .map(|state| Count {
            state: state.as_str(),
            glyph: text::glyph(state),
            number: models.iter().filter(|model| model.state == state).count(),
        })
        .collect()
}

fn line(model: ModelSummary) -> Line {
    let is_behind = model.main.is_some() && model.main.as_ref() != Some(&model.revision);
    Line {
        short: text::short(&model.revision),
        serves_older: is_behind,
        state: model.state.as_str(),
        glyph: text::glyph(model.state),
        verdict: model.verdict.map(mith_core::Verdict::as_str),
        reason: text::cut(&model.reason.unwrap_or_default(), REASON),
        created_at: text::time(model.created_at),
        repo: model.repo.to_string(),
    }
}
