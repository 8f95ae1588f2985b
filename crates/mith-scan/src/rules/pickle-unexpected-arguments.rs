//! A known-good function is called with arguments that are not known to be good.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-unexpected-arguments",
    title: "a known-good function is called with arguments that are not known to be good",
    severity: Severity::Medium,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "CWE-502"],
    remedy: "look at the call; writers of models do not make it with such arguments",
    page: include_str!("pickle-unexpected-arguments.md"),
};
