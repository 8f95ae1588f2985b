//! What stops a scan before there is anything to report on.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why no report could be made. What goes wrong with a single file is a finding of its report instead.
#[derive(Debug, Error)]
pub enum ScanError {
    /// The argument does not exist or cannot be looked at.
    #[error("read `{}`", path.display())]
    Read {
        /// The argument.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// No file was selected, so there is nothing to promise; never `clean`.
    #[error("no file to scan in {paths}")]
    Empty {
        /// The arguments, each in backticks.
        paths: String,
    },
}
