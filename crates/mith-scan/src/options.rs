//! How a scan is done.

use std::fmt;

use mith_formats::Limits;

/// How a scan is done; the default hashes every file and uses the default budgets.
#[derive(Clone)]
pub struct ScanOptions<'a> {
    /// Whether every artifact is hashed. Without it a report is triage: it may reject, and never admits.
    pub digest: bool,
    /// Budgets for each artifact.
    pub limits: Limits,
    /// Told how many more bytes are done, from any thread.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

impl Default for ScanOptions<'_> {
    fn default() -> Self {
        Self {
            digest: true,
            limits: Limits::default(),
            progress: None,
        }
    }
}

impl fmt::Debug for ScanOptions<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ScanOptions")
            .field("digest", &self.digest)
            .field("limits", &self.limits)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}
