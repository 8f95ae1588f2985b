//! The catalogue of rules. A rule is one file here, its page beside it, and its examples in `testdata/<id>`.

use mith_core::{RuleSetId, Severity, Verdict};

/// One rule of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id, never reused, e.g. `pickle-known-gadget`.
    pub id: &'static str,
    /// One line, what it finds.
    pub title: &'static str,
    /// The severity of its findings, unless the place says otherwise.
    pub severity: Severity,
    /// The least verdict that a finding forces.
    pub verdict: Verdict,
    /// Whether its findings may still change.
    pub stability: Stability,
    /// The version that brought it.
    pub since: &'static str,
    /// Ids of ATLAS, ATT&CK and CWE.
    pub references: &'static [&'static str],
    /// The page, Markdown.
    pub page: &'static str,
}

/// Whether the findings of a rule may still change without a new major version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stability {
    /// New; may change.
    Preview,
    /// Settled.
    Stable,
}

/// The catalogue, sorted by id.
pub fn rules() -> &'static [Rule] {
    &[]
}

/// Which rules judge: the version of the program and the digest over the tables and the catalogue.
pub fn rule_set_id() -> RuleSetId {
    RuleSetId {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: String::new(),
    }
}
