//! A pickle cannot be read to its end.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-broken",
    title: "a pickle cannot be read to its end",
    severity: Severity::High,
    verdict: Verdict::Unreadable,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "T1027", "CWE-502"],
    remedy: "fetch the file again; if it stays broken, do not load it: what comes before the break runs",
    page: include_str!("pickle-broken.md"),
};
