//! A pickle imports a name that it computes.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-hidden-import",
    title: "a pickle imports a name that it computes",
    severity: Severity::Critical,
    verdict: Verdict::Malicious,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "T1027", "CWE-502"],
    remedy: "do not load the file; no writer of models hides the names of its imports",
    page: include_str!("pickle-hidden-import.md"),
};
