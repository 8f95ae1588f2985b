//! Jobs: work that exactly one worker at a time may finish.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use mith_core::{Decision, RepoId, Revision, ScanReport};
use uuid::Uuid;

use crate::blobs::Promoted;
use crate::error::StoreError;

/// The id of a job; sorts by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(Uuid);

impl JobId {
    /// A fresh id.
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

impl FromStr for JobId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Scan a revision and decide about it.
    Scan,
}

impl JobKind {
    /// The word that stands in SQL and in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scan => "scan",
        }
    }
}

impl FromStr for JobKind {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "scan" => Ok(Self::Scan),
            _ => Err(StoreError::corrupt("job kind", text)),
        }
    }
}

/// The fencing token of one lease: grows with every claim, so a worker that lost its lease can change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub(crate) i64);

/// A job that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub kind: JobKind,
    /// The model.
    pub repo: RepoId,
    /// The revision to work on.
    pub revision: Revision,
    /// To be shown with every later call about this lease.
    pub fence: Fence,
    /// How often the job was claimed, this time included.
    pub attempts: u32,
    /// When the lease ends unless a heartbeat comes before.
    pub leased_until: Timestamp,
}

/// What a worker hands in after a scan.
#[derive(Debug, Clone)]
pub struct ScanResult {
    /// The report over the whole revision; its artifacts carry the paths of the revision.
    pub report: ScanReport,
    /// What the policy made of it.
    pub decision: Decision,
    /// Proof that the bytes lie under the admitted prefix; `Promoted::none()` unless the decision allows.
    pub promoted: Promoted,
}

/// What became of a job that its worker could not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobFailure {
    /// It is tried again later.
    Retried,
    /// It was tried often enough: the revision is denied as one that could not be scanned.
    GivenUp,
}
