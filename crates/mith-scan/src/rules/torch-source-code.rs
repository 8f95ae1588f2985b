//! A torch archive holds source code.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "torch-source-code",
    title: "a torch archive holds source code",
    severity: Severity::Medium,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0011.001", "T1059.006", "CWE-94"],
    remedy: "read the code before the model is used, or ask for the weights alone",
    page: include_str!("torch-source-code.md"),
};
