//! What is done now and then: uploads that nobody finished are forgotten, and bytes that nothing needs leave the disk.

use std::sync::Arc;
use std::time::Duration;

use mith_store::{Blobs, Store, sweep};
use tokio::sync::watch;

/// How often.
const PERIOD: Duration = Duration::from_hours(1);
/// Bytes younger than this may belong to an upload that is about to name them.
const GRACE: Duration = Duration::from_hours(24);

/// Cleans until `stopped` turns true.
pub(crate) async fn run(
    store: Arc<dyn Store>,
    blobs: Arc<dyn Blobs>,
    mut stopped: watch::Receiver<bool>,
) {
    let cleaning = async {
        loop {
            match sweep(store.as_ref(), blobs.as_ref(), GRACE).await {
                Ok(0) => {}
                Ok(removed) => {
                    tracing::info!(blobs = removed, "Removed bytes that nothing needs");
                }
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "Could not clean the quarantine"
                ),
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    tokio::select! {
        () = cleaning => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}
