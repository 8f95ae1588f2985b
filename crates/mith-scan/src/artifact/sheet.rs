//! What is written down while an artifact is looked at, and its report.

use std::cell::RefCell;

use mith_core::{ArtifactReport, CoverageKind, Digest, Evidence, Finding, Location, Verdict};
use mith_formats::budget::Budget;
use mith_formats::{Defect, DefectKind, Input};

use super::Effort;
use super::coverage::Coverage;
use crate::explain::Explainer;
use crate::findings::Findings;
use crate::rules::{self, Rule};
use crate::{ScanOptions, judge};

/// What all views of one file share.
pub(crate) struct Context<'a> {
    /// How the scan is done.
    pub(crate) options: &'a ScanOptions<'a>,
    /// Bytes that may still be inflated, in all members together.
    pub(crate) budget: &'a Budget,
    /// Opcodes and inner loads that are left, for all members together.
    pub(crate) effort: &'a Effort,
    /// Writes the pickles down as text, when that is asked for.
    pub(crate) explainer: Option<&'a RefCell<Explainer>>,
}

/// Which bytes are looked at.
#[derive(Clone)]
pub(crate) struct Item {
    /// The path in reports: `file` or `file!member`. Its ending is a hint, never a proof.
    pub(crate) path: String,
    /// The member inside the artifact of the report, when the bytes are not the artifact itself.
    pub(crate) member: Option<String>,
    /// Containers around the bytes.
    pub(crate) depth: u32,
}

impl Item {
    /// A place in these bytes.
    pub(crate) fn at(&self, offset: u64) -> Location {
        Location {
            member: self.member.clone(),
            offset: Some(offset),
            ..Location::default()
        }
    }

    /// These bytes as a whole.
    pub(crate) fn whole(&self) -> Location {
        Location {
            member: self.member.clone(),
            ..Location::default()
        }
    }

    /// A part of these bytes that the same report speaks of.
    pub(crate) fn part(&self, name: &str) -> Self {
        let name = judge::shown(name);
        Self {
            path: format!("{}!{name}", self.path),
            member: Some(match &self.member {
                Some(member) => format!("{member}!{name}"),
                None => name,
            }),
            depth: self.depth + 1,
        }
    }

    /// A member that gets a report of its own.
    pub(crate) fn member_artifact(&self, name: &str) -> Self {
        Self {
            path: format!("{}!{}", self.path, judge::shown(name)),
            member: None,
            depth: self.depth + 1,
        }
    }

    /// The last part of the path in lower case.
    pub(crate) fn file_name(&self) -> String {
        let name = self
            .path
            .rsplit(['/', '!', '\\'])
            .next()
            .unwrap_or_default();
        name.to_ascii_lowercase()
    }

    /// The ending of the name in lower case, without the dot.
    pub(crate) fn extension(&self) -> String {
        let name = self.file_name();
        name.rsplit_once('.')
            .map(|(_, extension)| extension.to_owned())
            .unwrap_or_default()
    }
}

/// The notes on one artifact.
#[derive(Default)]
pub(crate) struct Sheet {
    /// What was found.
    pub(crate) findings: Findings,
    /// Formats in the order in which they were recognised.
    pub(crate) formats: Vec<String>,
    /// Bytes and what is known of them.
    pub(crate) coverage: Coverage,
    /// How many streams were taken for pickles.
    pub(crate) pickles: u32,
    /// Reports of members.
    pub(crate) members: Vec<ArtifactReport>,
}

impl Sheet {
    /// Notes a format of the artifact itself, once; what its parts are is told by their findings.
    pub(crate) fn format(&mut self, item: &Item, name: &str) {
        if item.member.is_none() && !self.formats.iter().any(|known| known == name) {
            self.formats.push(name.to_owned());
        }
    }

    /// Notes a finding of `rule` with one line of detail.
    pub(crate) fn find(
        &mut self,
        rule: &Rule,
        at: Location,
        message: impl Into<String>,
        detail: Option<String>,
    ) {
        self.findings.add(rule.finding(
            at,
            message,
            Evidence {
                detail: detail.map(|text| judge::shown(&text)),
                ..Evidence::default()
            },
        ));
    }

    /// Notes what bytes are; only those of the artifact itself count.
    pub(crate) fn cover(
        &mut self,
        item: &Item,
        start: u64,
        end: u64,
        kind: CoverageKind,
        what: &str,
    ) {
        if item.member.is_none() {
            self.coverage.add(start, end, kind, what);
        }
    }

    /// Notes a defect that a reader met. What it leaves unjudged is never clean.
    pub(crate) fn defect(&mut self, rule: &Rule, item: &Item, defect: &Defect) {
        let rule = match defect.kind {
            DefectKind::Io => &rules::file_unreadable::RULE,
            _ => rule,
        };
        let mut finding = rule.finding(
            item.at(defect.offset),
            defect.message.clone(),
            Evidence::default(),
        );
        finding.message = judge::shown(&finding.message);
        finding.verdict = match defect.kind {
            DefectKind::Disagreement => Verdict::Unknown,
            DefectKind::Unsupported if rule.verdict == Verdict::Unknown => Verdict::Unknown,
            _ => Verdict::Unreadable,
        };
        self.findings.add(finding);
    }

    /// Adds a finding as it is.
    pub(crate) fn add(&mut self, finding: Finding) {
        self.findings.add(finding);
    }

    /// The report, and behind it those of the members.
    pub(crate) fn into_reports(
        mut self,
        path: &str,
        input_size: u64,
        sha256: Option<Digest>,
    ) -> Vec<ArtifactReport> {
        let verdict = self.findings.verdict();
        if self.formats.is_empty() {
            self.formats.push("unrecognised".to_owned());
        }
        let report = ArtifactReport {
            path: path.to_owned(),
            sha256,
            size: input_size,
            formats: self.formats,
            verdict,
            findings: self.findings.into_list(),
            coverage: self.coverage.into_spans(input_size),
        };
        let mut reports = vec![report];
        reports.append(&mut self.members);
        reports
    }
}

/// The digest of bytes that a member has, where digests are wanted.
pub(crate) fn digest_of(input: &dyn Input, wanted: bool) -> Option<Digest> {
    wanted
        .then(|| crate::hash::digest(input, None).ok())
        .flatten()
}
