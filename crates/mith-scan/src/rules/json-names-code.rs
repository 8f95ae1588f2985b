//! A configuration names code to be loaded.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "json-names-code",
    title: "a configuration names code to be loaded",
    severity: Severity::High,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0011.001", "T1059.006", "CWE-829"],
    remedy: "load the model without `trust_remote_code`, or review the code that is named and approve this exact file",
    page: include_str!("json-names-code.md"),
};
