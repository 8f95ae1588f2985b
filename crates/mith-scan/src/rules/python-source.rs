//! A model folder holds a program.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "python-source",
    title: "a model folder holds a program",
    severity: Severity::Medium,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0011.001", "T1059.006", "CWE-829"],
    remedy: "read the program before the model is used, or remove it",
    page: include_str!("python-source.md"),
};
