//! A member of an archive cannot be read.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "archive-member-unreadable",
    title: "a member of an archive cannot be read",
    severity: Severity::Medium,
    verdict: Verdict::Unreadable,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["T1027", "CWE-693"],
    remedy: "fetch the file again; if it stays unreadable, do not load it",
    page: include_str!("archive-member-unreadable.md"),
};
