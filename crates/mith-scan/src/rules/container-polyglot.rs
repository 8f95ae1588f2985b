//! The same bytes are two formats at once.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "container-polyglot",
    title: "the same bytes are two formats at once",
    severity: Severity::High,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["T1036.008", "T1027", "CWE-436"],
    remedy: "do not load the file; honest files are one thing",
    page: include_str!("container-polyglot.md"),
};
