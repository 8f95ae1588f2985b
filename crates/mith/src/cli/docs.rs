//! Arguments of the hidden `mith docs`, which the repository's automation calls.

use std::path::PathBuf;

use clap::Args;

/// Where to write.
#[derive(Debug, Args)]
pub struct DocsArgs {
    /// The folder that stands for `docs/`
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
