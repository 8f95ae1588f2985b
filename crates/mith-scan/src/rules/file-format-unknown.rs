//! Nobody here can read this format yet.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "file-format-unknown",
    title: "nobody here can read this format yet",
    severity: Severity::Low,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["CWE-693"],
    remedy: "check the file with a tool that reads its format, then approve this exact file",
    page: include_str!("file-format-unknown.md"),
};
