//! Housekeeping over the store and the blobs together.

use std::time::Duration;

use crate::blobs::Blobs;
use crate::error::Result;
use crate::store::Store;

/// Forgets expired uploads, and removes from quarantine what no upload and no revision needs; returns how many blobs.
///
/// A blob younger than `grace` stays: it may belong to a file that is noted in a moment. The bytes of a revision that
/// is scanned, held or denied stay, and nothing under the admitted prefix is ever removed.
pub async fn sweep(store: &dyn Store, blobs: &dyn Blobs, grace: Duration) -> Result<u64> {
    store.expire_uploads().await?;
    let old = blobs.quarantined(grace).await?;
    let mut removed = 0;
    for digest in store.unreferenced(old).await? {
        removed += u64::from(blobs.remove_quarantined(digest, grace).await?);
    }
    Ok(removed)
}
