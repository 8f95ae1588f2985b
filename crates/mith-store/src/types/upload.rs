//! Uploads: what a client has sent and not yet committed. Nothing of it is visible as a model.

use std::fmt;
use std::str::FromStr;

use mith_core::{ModelPath, RuleSetId, TreeEntry};
use uuid::Uuid;

use crate::blobs::BlobInfo;
use crate::types::RevisionRecord;

/// The id of an upload; sorts by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(Uuid);

impl UploadId {
    /// A fresh id.
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

impl FromStr for UploadId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A file of an upload whose bytes lie in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadFile {
    /// Where it will lie in the model.
    pub path: ModelPath,
    /// What was computed while the bytes were written.
    pub blob: BlobInfo,
}

/// What a client sends to make a revision of an upload.
#[derive(Debug, Clone)]
pub struct CommitRequest {
    /// The client's own list; it must equal what was uploaded.
    pub files: Vec<TreeEntry>,
    /// What the committer says; cut to 4,096 characters.
    pub message: String,
    /// The rules that would judge now. The same tree again is scanned again when it was held or denied by the
    /// policy under other rules.
    pub rules: RuleSetId,
}

/// The answer to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// A new revision, which waits for its scan.
    New(RevisionRecord),
    /// The newest revision has this very tree; nothing changed.
    Same(RevisionRecord),
    /// The newest revision has this very tree, and is scanned again because the rules are others now.
    Rescan(RevisionRecord),
}

impl Committed {
    /// The revision, however it came about.
    pub fn revision(&self) -> &RevisionRecord {
        match self {
            Self::New(revision) | Self::Same(revision) | Self::Rescan(revision) => revision,
        }
    }
}
