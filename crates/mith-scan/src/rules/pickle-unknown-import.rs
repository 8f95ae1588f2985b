//! A pickle imports something that is not on the known-good list.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-unknown-import",
    title: "a pickle imports something that is not on the known-good list",
    severity: Severity::Medium,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "T1195.002", "CWE-502"],
    remedy: "look at what the class does, then approve this exact file, or convert the weights to safetensors",
    page: include_str!("pickle-unknown-import.md"),
};
