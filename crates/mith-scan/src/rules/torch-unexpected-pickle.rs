//! A torch archive holds a pickle that torch does not load.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "torch-unexpected-pickle",
    title: "a torch archive holds a pickle that torch does not load",
    severity: Severity::Medium,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["T1027", "CWE-502"],
    remedy: "ask the maker of the file what the extra pickle is for",
    page: include_str!("torch-unexpected-pickle.md"),
};
