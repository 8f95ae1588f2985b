//! Work that blocks, off the threads of the async runtime.

use crate::error::{Result, StoreError};

/// Runs something that may block; it runs to its end even when the caller stops waiting.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::TaskLost)?
}
