//! Readers of zip files see different members.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "zip-views-disagree",
    title: "readers of zip files see different members",
    severity: Severity::High,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["T1027", "T1036", "CWE-436"],
    remedy: "do not load the file; pack it again with one tool",
    page: include_str!("zip-views-disagree.md"),
};
