//! The catalogue of rules. A rule is one file here, its page beside it, and its examples in `testdata/<id>`.

#[path = "archive-member-unreadable.rs"]
pub(crate) mod archive_member_unreadable;
#[path = "archive-unsafe-path.rs"]
pub(crate) mod archive_unsafe_path;
#[path = "container-member.rs"]
pub(crate) mod container_member;
#[path = "container-polyglot.rs"]
pub(crate) mod container_polyglot;
#[path = "file-format-unknown.rs"]
pub(crate) mod file_format_unknown;
#[path = "file-unreadable.rs"]
pub(crate) mod file_unreadable;
#[path = "json-chat-template.rs"]
pub(crate) mod json_chat_template;
#[path = "json-invalid.rs"]
pub(crate) mod json_invalid;
#[path = "json-names-code.rs"]
pub(crate) mod json_names_code;
#[path = "numpy-invalid.rs"]
pub(crate) mod numpy_invalid;
#[path = "pickle-broken.rs"]
pub(crate) mod pickle_broken;
#[path = "pickle-extension.rs"]
pub(crate) mod pickle_extension;
#[path = "pickle-hidden-import.rs"]
pub(crate) mod pickle_hidden_import;
#[path = "pickle-known-gadget.rs"]
pub(crate) mod pickle_known_gadget;
#[path = "pickle-nested-load.rs"]
pub(crate) mod pickle_nested_load;
#[path = "pickle-persistent-id.rs"]
pub(crate) mod pickle_persistent_id;
#[path = "pickle-reader-divergence.rs"]
pub(crate) mod pickle_reader_divergence;
#[path = "pickle-state-poisoning.rs"]
pub(crate) mod pickle_state_poisoning;
#[path = "pickle-trailing-data.rs"]
pub(crate) mod pickle_trailing_data;
#[path = "pickle-unexpected-arguments.rs"]
pub(crate) mod pickle_unexpected_arguments;
#[path = "pickle-unknown-callee.rs"]
pub(crate) mod pickle_unknown_callee;
#[path = "pickle-unknown-import.rs"]
pub(crate) mod pickle_unknown_import;
#[path = "python-source.rs"]
pub(crate) mod python_source;
#[path = "safetensors-invalid.rs"]
pub(crate) mod safetensors_invalid;
#[path = "torch-source-code.rs"]
pub(crate) mod torch_source_code;
#[path = "torch-unexpected-pickle.rs"]
pub(crate) mod torch_unexpected_pickle;
#[path = "zip-views-disagree.rs"]
pub(crate) mod zip_views_disagree;

use mith_core::{Evidence, Finding, Location, RuleSetId, Severity, Verdict};

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
    /// What the reader can do about it, one sentence.
    pub remedy: &'static str,
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
pub fn rules() -> &'static [&'static Rule] {
    RULES
}

static RULES: &[&Rule] = &[
    &archive_member_unreadable::RULE,
    &archive_unsafe_path::RULE,
    &container_member::RULE,
    &container_polyglot::RULE,
    &file_format_unknown::RULE,
    &file_unreadable::RULE,
    &json_chat_template::RULE,
    &json_invalid::RULE,
    &json_names_code::RULE,
    &numpy_invalid::RULE,
    &pickle_broken::RULE,
    &pickle_extension::RULE,
    &pickle_hidden_import::RULE,
    &pickle_known_gadget::RULE,
    &pickle_nested_load::RULE,
    &pickle_persistent_id::RULE,
    &pickle_reader_divergence::RULE,
    &pickle_state_poisoning::RULE,
    &pickle_trailing_data::RULE,
    &pickle_unexpected_arguments::RULE,
    &pickle_unknown_callee::RULE,
    &pickle_unknown_import::RULE,
    &python_source::RULE,
    &safetensors_invalid::RULE,
    &torch_source_code::RULE,
    &torch_unexpected_pickle::RULE,
    &zip_views_disagree::RULE,
];

/// The rule with this id.
pub(crate) fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id).copied()
}

impl Rule {
    /// A finding of this rule with its own severity and verdict. `message` has no final full stop.
    pub(crate) fn finding(
        &self,
        location: Location,
        message: impl Into<String>,
        evidence: Evidence,
    ) -> Finding {
        Finding {
            rule: self.id.to_owned(),
            severity: self.severity,
            verdict: self.verdict,
            message: message.into(),
            location,
            evidence,
            remedy: self.remedy.to_owned(),
        }
    }
}

/// Which rules judge: the version of the program and the digest over the tables and the catalogue.
pub fn rule_set_id() -> RuleSetId {
    RuleSetId {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: crate::globals::RULE_SET.to_owned(),
    }
}
