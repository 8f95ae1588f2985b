//! Arguments of `mith explain`.

use clap::Args;

/// What to explain.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ExplainArgs {
    /// A model file, or the id of a rule
    #[arg(value_name = "FILE|RULE")]
    pub subject: std::ffi::OsString,
}

const EXAMPLES: &str = "\
Examples:
  mith explain pytorch_model.bin     The pickles in it as Python-like text, the dangerous call marked
  mith explain pickle-known-gadget   The page of a rule: what, why, how to fix, limits

The text is a reading aid and is never run. A file wins when both a file and a rule have the name.";
