//! A safetensors file breaks its specification.

use super::{Rule, Stability};
use mith_core::{Severity, Verdict};

pub(crate) static RULE: Rule = Rule {
    id: "safetensors-invalid",
    title: "a safetensors file breaks its specification",
    severity: Severity::High,
    verdict: Verdict::Unreadable,
    stability: Stability::Preview,
    since: "0.1.0",
    references: &["CWE-20", "CWE-1286"],
    remedy: "write the file again with the safetensors library",
    page: include_str!("safetensors-invalid.md"),
};
