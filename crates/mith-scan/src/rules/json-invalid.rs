//! A file that is named as JSON is none.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "json-invalid",
    title: "a file that is named as JSON is none",
    severity: Severity::Low,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["CWE-20"],
    remedy: "write the file again as JSON",
    page: include_str!("json-invalid.md"),
};
