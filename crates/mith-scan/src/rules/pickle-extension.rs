//! A pickle uses an extension code.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "pickle-extension",
    title: "a pickle uses an extension code",
    severity: Severity::Medium,
    verdict: Verdict::Unknown,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["AML.T0018.001", "CWE-502"],
    remedy: "save the file without `copyreg.add_extension`",
    page: include_str!("pickle-extension.md"),
};
