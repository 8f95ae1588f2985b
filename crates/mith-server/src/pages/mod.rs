//! The pages for people: rendered here, readable without JavaScript, with nothing from a model unescaped.
//!
//! Every page but the login needs a session. Every change needs the session's own form token and must come from our own
//! pages.

mod assets;
mod audit;
mod decide;
mod guard;
mod login;
mod markdown;
mod model;
mod overview;
mod rules;
mod text;

use askama::Template;
use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::error::ApiError;
use crate::state::SharedState;
pub(crate) use guard::Visitor;

/// Nothing runs, loads or frames a page but what is served beside it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// Every page; a model's name has one or two parts, so its routes come twice.
pub(crate) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/", get(overview::show))
        .route("/login", get(login::show).post(login::submit))
        .route("/logout", post(login::leave))
        .route("/models/{name}", get(model::newest))
        .route("/models/{organisation}/{name}", get(model::newest))
        .route(
            "/models/{name}/revisions/{revision}",
            get(model::one).post(decide::submit),
        )
        .route(
            "/models/{organisation}/{name}/revisions/{revision}",
            get(model::one).post(decide::submit),
        )
        .route("/rules", get(rules::list))
        .route("/rules/{id}", get(rules::show))
        .route("/audit", get(audit::show))
        .route("/static/{file}", get(assets::show))
}

/// What the frame of every page shows of the visitor.
pub(crate) struct Frame {
    /// The name of the token.
    pub(crate) user: String,
    /// What every form sends back.
    pub(crate) csrf: String,
}

/// Renders a page with the headers that every page has.
fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let mut response = (status, html).into_response();
            let headers = response.headers_mut();
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            );
            headers.insert(CONTENT_SECURITY_POLICY, POLICY);
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => {
            tracing::error!(%error, "A page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: Frame,
    title: &'a str,
    message: &'a str,
    hint: Option<&'a str>,
    back: &'a str,
}

/// An error as a page, with the sentence that the API would give.
fn error_page(visitor: Visitor, error: &ApiError, back: &str) -> Response {
    let title = match error.status() {
        StatusCode::NOT_FOUND => "Not here",
        StatusCode::CONFLICT => "That cannot be done now",
        StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN => "That was not right",
        _ => "Something went wrong",
    };
    let template = ErrorPage {
        frame: visitor.into_frame(),
        title,
        message: error.sentence(),
        hint: error.advice(),
        back,
    };
    page(error.status(), &template)
}
