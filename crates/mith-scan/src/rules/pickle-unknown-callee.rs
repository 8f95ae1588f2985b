//! A pickle calls something that it computes itself.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-unknown-callee",
    title: "a pickle calls something that it computes itself",
    severity: Severity::High,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "T1027", "CWE-502"],
    remedy: "do not load the file before a person has read it with `mith explain`",
    page: include_str!("pickle-unknown-callee.md"),
};
