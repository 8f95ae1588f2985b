//! Every route of the server and the headers that every answer has.

use axum::Router;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::state::SharedState;
use crate::{api, hub, pages};

/// For everything that is not a page: a browser that is led here shows nothing and runs nothing.
const INERT: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);
const CROSS_ORIGIN: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// All routes. What none of them takes is a request of a Hub client.
pub(crate) fn router(state: SharedState) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .merge(pages::routes())
        .nest("/api/mith/v1", api::routes())
        .fallback(hub::serve)
        .layer(map_response(harden))
        .with_state(state)
}

async fn healthz() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#)
}

/// Adds what an answer did not set itself.
async fn harden(mut response: Response) -> Response {
    let headers: &mut HeaderMap = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(INERT);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CROSS_ORIGIN, HeaderValue::from_static("same-origin"));
    response
}
