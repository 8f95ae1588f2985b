//! What must hold before a revision becomes readable, whatever decided so. Knows no database.

use std::collections::BTreeMap;

use mith_core::{Outcome, Reason, ScanReport, Verdict};

use crate::blobs::Promoted;
use crate::error::{Result, StoreError};
use crate::types::{RevisionRecord, RevisionState};

/// The state that follows from the outcome of a scan.
pub(crate) const fn state_after(outcome: Outcome) -> RevisionState {
    match outcome {
        Outcome::Allow => RevisionState::Admitted,
        Outcome::Hold => RevisionState::Held,
        Outcome::Deny => RevisionState::Denied,
    }
}

/// The worst that a report says anywhere: its own verdict, an artifact, a finding. A report over nothing is
/// `unreadable`.
pub(crate) fn worst_verdict(report: &ScanReport) -> Verdict {
    report
        .artifacts
        .iter()
        .map(worst_of)
        .max()
        .unwrap_or(Verdict::Unreadable)
        .max(report.verdict)
}

fn worst_of(artifact: &mith_core::ArtifactReport) -> Verdict {
    artifact
        .findings
        .iter()
        .map(|finding| finding.verdict)
        .max()
        .unwrap_or(Verdict::Clean)
        .max(artifact.verdict)
}

/// What a report says of each file: the worst of the file and of its members, which are named `outer!inner`.
pub(crate) fn file_verdicts<'a>(
    record: &'a RevisionRecord,
    report: &ScanReport,
) -> BTreeMap<&'a str, Verdict> {
    let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
    for artifact in &report.artifacts {
        let Some(file) = owner(record, &artifact.path) else {
            continue;
        };
        let verdict = worst_of(artifact);
        verdicts
            .entry(file)
            .and_modify(|known| *known = verdict.max(*known))
            .or_insert(verdict);
    }
    verdicts
}

/// The file that an artifact is, or is a member of. A file's own name may hold a `!`, so the longest name wins.
fn owner<'a>(record: &'a RevisionRecord, artifact: &str) -> Option<&'a str> {
    let prefixes = artifact
        .rmatch_indices('!')
        .filter_map(|(at, _)| artifact.get(..at));
    std::iter::once(artifact)
        .chain(prefixes)
        .find_map(|name| record.file(name))
        .map(|file| file.path.as_str())
}

/// Refuses a report that leaves out a file, or that is about other bytes than those of the revision.
pub(crate) fn check_coverage(record: &RevisionRecord, report: &ScanReport) -> Result<()> {
    let covered: BTreeMap<&str, &mith_core::ArtifactReport> = report
        .artifacts
        .iter()
        .map(|artifact| (artifact.path.as_str(), artifact))
        .collect();
    let left_out = record.files.iter().find(|file| {
        covered.get(file.path.as_str()).is_none_or(|artifact| {
            artifact.sha256 != Some(file.sha256) || artifact.size != file.size
        })
    });
    match left_out {
        Some(file) => Err(StoreError::NotCovered {
            revision: record.revision.clone(),
            path: file.path.clone(),
        }),
        None => Ok(()),
    }
}

/// Refuses an admission that no policy and no person may make, and one whose bytes are not in place.
pub(crate) fn check_admissible(
    record: &RevisionRecord,
    verdict: Option<Verdict>,
    promoted: &Promoted,
) -> Result<()> {
    let verdict = verdict.unwrap_or(Verdict::Unreadable);
    if verdict > Verdict::Unknown {
        return Err(StoreError::VerdictForbids {
            revision: record.revision.clone(),
            verdict,
        });
    }
    match record
        .files
        .iter()
        .find(|file| !promoted.contains(&file.sha256))
    {
        Some(file) => Err(StoreError::NotPromoted {
            revision: record.revision.clone(),
            digest: file.sha256,
        }),
        None => Ok(()),
    }
}

/// Why a tree that the rules would admit is held: a person refused the same files before.
pub(crate) fn refused_before() -> Reason {
    Reason {
        rule: "refused-before".to_owned(),
        path: None,
        message: "a person refused or withdrew exactly these files before".to_owned(),
    }
}
