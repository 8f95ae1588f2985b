//! `GET /rules` and `/rules/{id}`: what the scanner looks for, in the words of the rules' own pages.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use mith_scan::Rule;

use super::markdown::{Block, Span, blocks};
use super::{Frame, Visitor, error_page, page};
use crate::error::ApiError;

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    frame: Frame,
    version: String,
    digest: String,
    rules: &'static [&'static Rule],
}

#[derive(Template)]
#[template(path = "rule.html")]
struct RulePage {
    frame: Frame,
    id: &'static str,
    severity: &'static str,
    references: &'static [&'static str],
    blocks: Vec<Block>,
}

/// The catalogue.
pub(super) async fn list(visitor: Visitor) -> Response {
    let id = mith_scan::rule_set_id();
    let template = RulesPage {
        frame: visitor.into_frame(),
        version: id.version,
        digest: id.digest,
        rules: mith_scan::rules(),
    };
    page(StatusCode::OK, &template)
}

/// The page of one rule.
pub(super) async fn show(visitor: Visitor, Path(id): Path<String>) -> Response {
    let Some(rule) = mith_scan::rules().iter().find(|rule| rule.id == id) else {
        let error = ApiError::new(StatusCode::NOT_FOUND, "there is no rule of this name");
        return error_page(visitor, &error, "/rules");
    };
    let template = RulePage {
        frame: visitor.into_frame(),
        id: rule.id,
        severity: rule.severity.as_str(),
        references: rule.references,
        blocks: blocks(rule.page),
    };
    page(StatusCode::OK, &template)
}
