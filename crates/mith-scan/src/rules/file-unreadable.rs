//! A file could not be read.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "file-unreadable",
    title: "a file could not be read",
    severity: Severity::High,
    verdict: Verdict::Unreadable,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["CWE-693"],
    remedy: "make the file readable for the scan, or leave it out of the model",
    page: include_str!("file-unreadable.md"),
};
