//! What every handler shares.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::HOST;
use mith_store::{Blobs, Store};
use tokio::sync::Semaphore;

use crate::cache::BlobCache;
use crate::session::Sessions;
use crate::{Bounds, auth::TokenCache};

/// The shared state, cheap to clone.
pub(crate) type SharedState = Arc<AppState>;

/// The store, the blobs, and what is kept in memory beside them.
pub(crate) struct AppState {
    /// Metadata; the one gate to what clients may read.
    pub(crate) store: Arc<dyn Store>,
    /// Bytes.
    pub(crate) blobs: Arc<dyn Blobs>,
    /// Bytes of small admitted blobs.
    pub(crate) cache: BlobCache,
    /// Tokens that were verified a moment ago.
    pub(crate) tokens: TokenCache,
    /// Who is logged in on the pages.
    pub(crate) sessions: Sessions,
    /// The address that users see, without a final slash.
    pub(crate) public_url: String,
    /// Whether the server listens on every address of the machine and was told no address of its own, so that the client
    /// knows better how it got here.
    pub(crate) follows_host: bool,
    /// What clients may send and hold.
    pub(crate) bounds: Bounds,
    /// One permit for each file that may be received at a time.
    pub(crate) receiving: Semaphore,
}

impl AppState {
    /// The address of this server for messages and links to who sent these headers, without a final slash.
    pub(crate) fn base(&self, headers: &HeaderMap) -> Cow<'_, str> {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        match host.filter(|host| self.follows_host && is_authority(host)) {
            Some(host) => Cow::Owned(format!("http://{host}")),
            None => Cow::Borrowed(&self.public_url),
        }
    }
}

/// Whether a text is a host with or without a port, and nothing more.
fn is_authority(host: &str) -> bool {
    (1..=255).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}
