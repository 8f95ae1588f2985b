//! A pickle loads other bytes inside the load.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-nested-load",
    title: "a pickle loads other bytes inside the load",
    severity: Severity::High,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "T1027.009", "CWE-502"],
    remedy: "do not load the file before the inner bytes have been read with `mith explain`",
    page: include_str!("pickle-nested-load.md"),
};
