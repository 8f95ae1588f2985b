//! Revisions, their files, and the decisions about them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use mith_core::{Digest, ModelPath, Outcome, Reason, RepoId, Revision, TreeDigest, Verdict};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;

/// Where a revision stands. Only `admitted` is ever readable by a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RevisionState {
    /// Committed; no scan has ended yet.
    Scanning,
    /// A person must look at it.
    Held,
    /// Clients may have it.
    Admitted,
    /// Refused; never was readable.
    Denied,
    /// Was readable once, and is no longer.
    Withdrawn,
}

impl RevisionState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Scanning,
        Self::Held,
        Self::Admitted,
        Self::Denied,
        Self::Withdrawn,
    ];

    /// The word that stands in the API, on pages and in SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scanning => "scanning",
            Self::Held => "held",
            Self::Admitted => "admitted",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl fmt::Display for RevisionState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for RevisionState {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::corrupt("state", text))
    }
}

/// One file of a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRecord {
    /// Where it lies in the model.
    pub path: ModelPath,
    /// The SHA-256 of its bytes, under which its blob is kept.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// What Hub clients get as `ETag`: the git blob id of a regular file, the SHA-256 of an LFS file.
    pub oid: String,
    /// Whether Hub clients see it as an LFS file: not UTF-8 text, or 10 MiB or more.
    pub is_lfs: bool,
    /// The worst verdict of the file and its members; `None` before the scan.
    pub verdict: Option<Verdict>,
}

/// One decision about a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionRecord {
    /// Allow, hold or deny; a withdrawal is a `deny` of what was admitted.
    pub outcome: Outcome,
    /// Never empty.
    pub reasons: Vec<Reason>,
    /// Who decided: `token:<name>` for a person, `policy` for the rules.
    pub by: String,
    /// What the person said; `None` for the rules.
    pub why: Option<String>,
    /// When.
    #[serde(serialize_with = "serialize_time")]
    pub at: Timestamp,
}

/// A revision with all that is known of it but its report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevisionRecord {
    /// The model.
    pub repo: RepoId,
    /// The revision's id.
    pub revision: Revision,
    /// The newest revision at the time of the commit.
    pub parent: Option<Revision>,
    /// The identity of its content.
    pub tree_digest: TreeDigest,
    /// Where it stands.
    pub state: RevisionState,
    /// What the scan said; `None` before it.
    pub verdict: Option<Verdict>,
    /// What the committer said.
    pub message: String,
    /// When it was committed.
    #[serde(serialize_with = "serialize_time")]
    pub created_at: Timestamp,
    /// Who committed it.
    pub created_by: String,
    /// Its files, sorted by path.
    pub files: Vec<FileRecord>,
    /// The newest decision; `None` before the first scan.
    pub decision: Option<DecisionRecord>,
}

impl RevisionRecord {
    /// The file at a path; the files are sorted, so this is a binary search.
    pub fn file(&self, path: &str) -> Option<&FileRecord> {
        let position = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()?;
        self.files.get(position)
    }
}

/// The newest revision of a model, in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelSummary {
    /// The model.
    pub repo: RepoId,
    /// Its newest revision.
    pub revision: Revision,
    /// The content of that revision.
    pub tree_digest: TreeDigest,
    /// Where that revision stands.
    pub state: RevisionState,
    /// What the scan said of it.
    pub verdict: Option<Verdict>,
    /// When it was committed.
    #[serde(serialize_with = "serialize_time")]
    pub created_at: Timestamp,
    /// Why it stands where it stands: what a person said, or the first reason of the rules.
    pub reason: Option<String>,
    /// What clients get as `main`, if anything.
    pub main: Option<Revision>,
}

/// Which models a list holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Listing {
    /// All, for the registry's own users.
    #[default]
    All,
    /// Those whose `main` is readable, for Hub clients.
    Admitted,
}

/// A question for a list of models; the answer is sorted by name.
#[derive(Debug, Clone, Default)]
pub struct ListModels {
    /// A part of the name, upper and lower case alike.
    pub search: Option<String>,
    /// Which models.
    pub listing: Listing,
    /// Only names after this one: the last name of the page before.
    pub after: Option<RepoId>,
    /// At most so many; 0 means 100, and more than 1,000 are never given.
    pub limit: u32,
}

/// A piece of a longer list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The piece.
    pub items: Vec<T>,
    /// The length of the whole list.
    pub total: u64,
}

/// Writes a time as RFC 3339 in UTC.
pub(crate) fn serialize_time<S: serde::Serializer>(
    time: &Timestamp,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}
