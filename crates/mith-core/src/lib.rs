//! The words of Mithridate as types.
//!
//! Owns: digests, names, verdicts, findings, reports, decisions and exit codes, each validated where it is made.
//! Must never: do I/O, spawn or await anything, or parse a model file.

mod decision;
mod digest;
mod exit;
mod name;
mod report;
mod tree;
mod verdict;

pub use decision::{Decision, Outcome, Reason};
pub use digest::{Digest, DigestError};
pub use exit::{ExitCode, FailOn};
pub use name::{ModelPath, NameError, RepoId, Revision};
pub use report::{
    ArtifactReport, CoverageKind, CoverageSpan, Evidence, Finding, Location, RuleSetId, ScanReport,
};
pub use tree::{TreeDigest, TreeEntry, tree_digest};
pub use verdict::{Severity, Verdict};

#[cfg(test)]
mod tests;
