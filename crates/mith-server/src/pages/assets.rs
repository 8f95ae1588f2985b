//! The few files that pages need, embedded.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// htmx, unchanged; `assets/README.md` has its version, digest and licence.
const HTMX: &[u8] = include_bytes!("../../assets/htmx-2.0.11.min.js");
const STYLE: &[u8] = include_bytes!("../../assets/mith.css");
const ICON: &[u8] = include_bytes!("../../assets/icon.svg");

/// `GET /static/{file}`; public, because the login form needs them.
pub(super) async fn show(Path(file): Path<String>) -> Response {
    let (kind, bytes) = match file.as_str() {
        "htmx-2.0.11.min.js" => ("text/javascript; charset=utf-8", HTMX),
        "mith.css" => ("text/css; charset=utf-8", STYLE),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=300")];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::HTMX;

    #[test]
    fn htmx_is_the_file_that_the_readme_names() {
        let readme = include_str!("../../assets/README.md");
        let digest = mith_core::Digest::of(HTMX).to_hex();
        assert!(readme.contains(&digest), "{digest}");
    }
}
