//! A pickle asks its loader for an object outside the file.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-persistent-id",
    title: "a pickle asks its loader for an object outside the file",
    severity: Severity::Low,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["CWE-502"],
    remedy: "load the file only with the program that wrote it, after a look at what it is given",
    page: include_str!("pickle-persistent-id.md"),
};
