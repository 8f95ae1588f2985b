//! A numpy file breaks its specification.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "numpy-invalid",
    title: "a numpy file breaks its specification",
    severity: Severity::Medium,
    verdict: Verdict::Unreadable,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["CWE-20"],
    remedy: "write the file again with `numpy.save`",
    page: include_str!("numpy-invalid.md"),
};
