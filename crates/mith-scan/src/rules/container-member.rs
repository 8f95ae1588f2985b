//! A member of this container is not clean.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "container-member",
    title: "a member of this container is not clean",
    severity: Severity::Medium,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001"],
    remedy: "see the findings of the member that is named",
    page: include_str!("container-member.md"),
};
