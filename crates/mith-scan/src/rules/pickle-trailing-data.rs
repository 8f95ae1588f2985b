//! Bytes that are not understood follow a pickle.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-trailing-data",
    title: "bytes that are not understood follow a pickle",
    severity: Severity::Medium,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["T1027", "CWE-502"],
    remedy: "find out which program wrote the file; plain pickles end with their STOP",
    page: include_str!("pickle-trailing-data.md"),
};
