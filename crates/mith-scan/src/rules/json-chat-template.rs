//! A file carries a chat template.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "json-chat-template",
    title: "a file carries a chat template",
    severity: Severity::Low,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0051", "CWE-1336"],
    remedy: "render templates in a sandbox only, and review this one",
    page: include_str!("json-chat-template.md"),
};
