//! A pickle names or calls a function that runs code or does harm.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-known-gadget",
    title: "a pickle names or calls a function that runs code or does harm",
    severity: Severity::Critical,
    verdict: Verdict::Malicious,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "AML.T0011.000", "T1059.006", "CWE-502"],
    remedy: "do not load the file; take the model from a source you trust, in safetensors form",
    page: include_str!("pickle-known-gadget.md"),
};
