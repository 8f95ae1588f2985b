//! A member of an archive wants to be unpacked somewhere else.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "archive-unsafe-path",
    title: "a member of an archive wants to be unpacked somewhere else",
    severity: Severity::High,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["T1036", "CWE-22", "CWE-59"],
    remedy: "do not unpack the archive; ask for one with plain relative names",
    page: include_str!("archive-unsafe-path.md"),
};
