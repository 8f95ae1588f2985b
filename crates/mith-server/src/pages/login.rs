//! Login with a token, logout.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::guard::{Form, is_foreign};
use super::{Visitor, page};
use crate::error::ApiError;
use crate::request::pairs;
use crate::session::{clear_cookie, set_cookie};
use crate::state::SharedState;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    error: Option<&'a str>,
    next: &'a str,
}

/// `GET /login`. A token in the address is never looked at.
pub(super) async fn show(RawQuery(query): RawQuery) -> Response {
    let next = pairs(query.as_deref().unwrap_or_default())
        .find(|(name, _)| name == "next")
        .map(|(_, value)| value)
        .unwrap_or_default();
    let next = own_address(&next);
    page(StatusCode::OK, &LoginPage { error: None, next })
}

/// `POST /login`.
pub(super) async fn submit(
    State(state): State<SharedState>,
    headers: HeaderMap,
    form: Form,
) -> Response {
    let next = own_address(form.value("next"));
    let refuse = |status, error| {
        let error = Some(error);
        page(status, &LoginPage { error, next })
    };
    if is_foreign(&headers) {
        return refuse(StatusCode::FORBIDDEN, "Log in from this page only.");
    }
    let token = form.value("token").trim();
    let identity = match state.tokens.verify(state.store.as_ref(), token).await {
        Ok(Some(identity)) => identity,
        Ok(None) => {
            tracing::info!("Refused a login");
            return refuse(
                StatusCode::UNAUTHORIZED,
                "This is not a token of this registry.",
            );
        }
        Err(error) => return ApiError::from(error).into_response(),
    };
    let name = identity.name.clone();
    let Some(id) = state.sessions.open(identity) else {
        return refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The system gives no random numbers; try again.",
        );
    };
    tracing::info!(token.name = %name, "Opened a session for `{name}`");
    let is_https = state.public_url.starts_with("https://");
    redirect(next, &set_cookie(&id, is_https))
}

/// `POST /logout`.
pub(super) async fn leave(
    State(state): State<SharedState>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Response {
    if let Err(error) = visitor.check_form(&headers, form.value("csrf")) {
        return super::error_page(visitor, &error, "/");
    }
    state.sessions.close(&headers);
    redirect("/login", &clear_cookie())
}

fn redirect(address: &str, cookie: &str) -> Response {
    match (
        HeaderValue::from_str(address),
        HeaderValue::from_str(cookie),
    ) {
        (Ok(address), Ok(cookie)) => (
            StatusCode::SEE_OTHER,
            [(LOCATION, address), (SET_COOKIE, cookie)],
        )
            .into_response(),
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// An address on this server, or the first page: nobody is sent elsewhere by a link to our login.
fn own_address(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && next
            .bytes()
            .all(|byte| (b'!'..=b'~').contains(&byte) && byte != b'\\');
    if is_own { next } else { "/" }
}

#[cfg(test)]
mod tests;
