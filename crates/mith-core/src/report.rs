//! The report of a scan, `mith.scan/1`: what outsiders read as JSON.

use serde::{Deserialize, Serialize};

use crate::{Digest, Severity, Verdict};

/// The report of one `mith scan`, the object of the contract `mith.scan/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanReport {
    /// Always `mith.scan/1`.
    pub schema: String,
    /// The worst verdict of all artifacts.
    pub verdict: Verdict,
    /// Sorted by path.
    pub artifacts: Vec<ArtifactReport>,
    /// Which rules judged.
    pub rules: RuleSetId,
}

impl ScanReport {
    /// The name of the contract.
    pub const SCHEMA: &'static str = "mith.scan/1";

    /// Puts artifacts in order and takes the worst verdict; an empty list is `unreadable`, never `clean`.
    pub fn new(mut artifacts: Vec<ArtifactReport>, rules: RuleSetId) -> Self {
        artifacts.sort_by(|left, right| left.path.cmp(&right.path));
        let verdict = artifacts
            .iter()
            .map(|artifact| artifact.verdict)
            .max()
            .unwrap_or(Verdict::Unreadable);
        Self {
            schema: Self::SCHEMA.to_owned(),
            verdict,
            artifacts,
            rules,
        }
    }
}

/// Which rule set judged: same bytes and same rule set give the same report on any machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSetId {
    /// Version of the program that carries the rules.
    pub version: String,
    /// SHA-256 over the rules' data.
    pub digest: String,
}

/// What was found in one artifact (one file, or a member of a container as `outer!inner`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactReport {
    /// Relative to the argument it was found under; `outer!inner` for members.
    pub path: String,
    /// `None` only when digests were switched off for triage.
    pub sha256: Option<Digest>,
    /// Length in bytes.
    pub size: u64,
    /// Every format under which a loader could open these bytes, e.g. `torch-zip`, `pickle`, `text`.
    pub formats: Vec<String>,
    /// The verdict over all views of this artifact.
    pub verdict: Verdict,
    /// Sorted by severity (highest first), then place.
    pub findings: Vec<Finding>,
    /// Which bytes were parsed, are inert data, or were not understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<CoverageSpan>,
}

/// One rule that fired at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The id of the rule, e.g. `pickle-known-gadget`; `mith explain RULE` prints its page.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// The least verdict that this finding forces on its artifact.
    pub verdict: Verdict,
    /// One sentence, present tense, no final full stop.
    pub message: String,
    /// Where.
    pub location: Location,
    /// What was seen there.
    pub evidence: Evidence,
    /// What the reader can do about it, one sentence.
    pub remedy: String,
}

/// A place in an artifact. All offsets are in bytes from the start of the artifact named by `path`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// Member inside the container, if any, as `inner` or `inner!deeper`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Byte offset in the member (uncompressed), or in the file when there is no member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Length in bytes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Which pickle of several in one stream, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pickle: Option<u32>,
    /// Line in a text file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// What was seen; every text is cut to a bound and made printable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The dotted import, e.g. `os.system`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<String>,
    /// The call rendered with its arguments, e.g. `os.system('touch x')`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// Anything else, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How often the same thing was seen in this artifact, when more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// What is known of a byte range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageKind {
    /// Read by a parser that follows the loader.
    Parsed,
    /// Data that no loader executes: tensor bytes, text, padding.
    Inert,
    /// Not understood; the verdict cannot be `clean`.
    NotUnderstood,
}

/// A byte range of an artifact and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageSpan {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// What is known.
    pub kind: CoverageKind,
    /// By which view, e.g. `pickle`, `zip member data`.
    pub what: String,
}
