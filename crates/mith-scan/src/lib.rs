//! Rules over what the readers return: the four-way verdict of everything that a model folder holds.
//!
//! Owns: walking, routing bytes to every reader that could open them, judging imports and calls against the compiled-in
//! tables, findings with evidence and remedy, coverage, and the decompiled explanation. Must never: load a model, look at
//! what is installed on the machine, print, or answer `clean` for bytes that it did not judge.

mod artifact;
mod error;
mod explain;
mod findings;
mod globals;
mod hash;
mod input;
mod judge;
mod options;
mod rules;
mod run;
mod walk;

/// What [`explain`] and [`scan_input`] read from; the caller owns the file or the blob.
pub use mith_formats::Input;

pub use error::ScanError;
pub use explain::{ExplainedLine, ExplainedPickle, Explanation, Mark, explain};
pub use options::ScanOptions;
pub use rules::{Rule, Stability, rule_set_id, rules};
pub use run::{scan_input, scan_path, scan_paths};
