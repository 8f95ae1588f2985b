//! Who visits, and whether a form came from our own pages.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{HOST, LOCATION, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use mith_store::Identity;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Frame;
use crate::error::ApiError;
use crate::session::Session;
use crate::state::SharedState;

const HTMX_REQUEST: HeaderName = HeaderName::from_static("hx-request");
const HTMX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Somebody who is logged in.
pub(crate) struct Visitor(Session);

impl Visitor {
    /// Whose token it is.
    pub(crate) fn identity(&self) -> &Arc<Identity> {
        &self.0.identity
    }

    /// What the frame of a page shows.
    pub(crate) fn into_frame(self) -> Frame {
        Frame {
            user: self.0.identity.name.clone(),
            csrf: self.0.csrf,
        }
    }

    /// Refuses a form that did not come from a page of this very session.
    pub(crate) fn check_form(&self, headers: &HeaderMap, csrf: &str) -> Result<(), ApiError> {
        if is_foreign(headers) || !self.0.owns(csrf) {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "the form did not come from a page of this session",
            )
            .hint("open the page again and send the form from there"));
        }
        Ok(())
    }
}

impl FromRequestParts<SharedState> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        match state
            .sessions
            .find(state.store.as_ref(), &parts.headers)
            .await
        {
            Ok(Some(session)) => Ok(Self(session)),
            Ok(None) => Err(to_login(&parts.uri, &parts.headers)),
            Err(error) => Err(ApiError::from(error).into_response()),
        }
    }
}

/// Whether a browser says that another site sent the request. With `Referrer-Policy: no-referrer` an origin of `null` is
/// what our own forms carry, so it says nothing; the form token decides then.
pub(super) fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if text(FETCH_SITE).is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    match text(ORIGIN) {
        None | Some("null") => false,
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_none() || host != text(HOST)
        }
    }
}

fn to_login(uri: &Uri, headers: &HeaderMap) -> Response {
    let next = uri.path_and_query().map_or("/", |path| path.as_str());
    let next = utf8_percent_encode(next, NON_ALPHANUMERIC);
    let address = format!("/login?next={next}");
    let Ok(address) = HeaderValue::from_str(&address) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if headers.contains_key(HTMX_REQUEST) {
        return (StatusCode::UNAUTHORIZED, [(HTMX_REDIRECT, address)]).into_response();
    }
    (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response()
}

/// A form of a page, decoded.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body of the kind that HTML forms send.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        Some(Self(crate::request::pairs(text).collect()))
    }

    /// The first value of a field; empty when there is none.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

impl axum::extract::FromRequest<SharedState> for Form {
    type Rejection = ApiError;

    async fn from_request(
        request: axum::extract::Request,
        state: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let body = crate::request::read_bounded(request.into_body(), &state.bounds).await?;
        Self::parse(&body).ok_or_else(|| ApiError::bad_request("the form is not UTF-8"))
    }
}
