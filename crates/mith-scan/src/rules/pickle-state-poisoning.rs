//! A pickle changes a class, module, function or foreign object.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-state-poisoning",
    title: "a pickle changes a class, module, function or foreign object",
    severity: Severity::Critical,
    verdict: Verdict::Malicious,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "T1574", "CWE-915"],
    remedy: "do not load the file; picklers give state to new objects only",
    page: include_str!("pickle-state-poisoning.md"),
};
