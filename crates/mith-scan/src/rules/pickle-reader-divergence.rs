//! Readers of pickles see different programs in the same bytes.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-reader-divergence",
    title: "readers of pickles see different programs in the same bytes",
    severity: Severity::High,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "T1027", "CWE-436"],
    remedy: "do not load the file; no pickler writes it",
    page: include_str!("pickle-reader-divergence.md"),
};
