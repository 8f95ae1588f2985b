//! What every handler shares.

use std::sync::Arc;

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
    /// What clients may send and hold.
    pub(crate) bounds: Bounds,
    /// One permit for each file that may be received at a time.
    pub(crate) receiving: Semaphore,
}

impl AppState {
    /// The page of a model, for messages.
    pub(crate) fn model_page(&self, repo: &mith_core::RepoId) -> String {
        format!("{}/models/{repo}", self.public_url)
    }
}
