//! What a name and a revision lead to: the answer on which every byte for a client depends.

use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use mith_core::{Reason, RepoId, Revision, Verdict};

use crate::error::StoreError;
use crate::types::{RevisionRecord, RevisionState};

/// What a client asks for behind the name of a model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// The newest admitted revision that is not withdrawn.
    Main,
    /// One revision.
    Revision(Revision),
}

impl FromStr for Reference {
    type Err = StoreError;

    /// `main` (also as `refs/heads/main`) or 40 hex digits; there are no other branches or tags.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "main" | "refs/heads/main" => Ok(Self::Main),
            _ => Ok(Self::Revision(text.parse()?)),
        }
    }
}

/// What a name and a reference lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// No model has this name.
    UnknownModel,
    /// The model exists, the revision does not.
    UnknownRevision,
    /// Nothing that was asked for was ever readable: it is being scanned, held, or denied.
    NeverAdmitted(Box<Refusal>),
    /// It was readable once; warm caches must hear that it no longer is.
    Withdrawn(Box<Refusal>),
    /// Clients may have it.
    Admitted(AdmittedRevision),
}

/// Why a client does not get what it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The model.
    pub repo: RepoId,
    /// The revision that the answer is about: the one asked for, or the newest.
    pub revision: Revision,
    /// Where it stands.
    pub state: RevisionState,
    /// What the scan said; `None` before it.
    pub verdict: Option<Verdict>,
    /// The reasons of the newest decision; empty while it is being scanned for the first time.
    pub reasons: Vec<Reason>,
    /// What a person said.
    pub why: Option<String>,
    /// Who decided.
    pub by: Option<String>,
    /// When it was decided, or committed when nobody has decided yet.
    pub at: Timestamp,
}

/// A revision that clients may read; a clone costs nothing. Only the store makes one, and only of a record
/// whose state is `admitted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmittedRevision(Arc<RevisionRecord>);

impl Deref for AdmittedRevision {
    type Target = RevisionRecord;

    fn deref(&self) -> &RevisionRecord {
        &self.0
    }
}

impl Resolution {
    /// The one place where a state becomes an answer.
    pub(crate) fn of(record: RevisionRecord) -> Self {
        match record.state {
            RevisionState::Admitted => Self::Admitted(AdmittedRevision(Arc::new(record))),
            RevisionState::Withdrawn => Self::Withdrawn(Box::new(Refusal::of(record))),
            RevisionState::Scanning | RevisionState::Held | RevisionState::Denied => {
                Self::NeverAdmitted(Box::new(Refusal::of(record)))
            }
        }
    }
}

impl Refusal {
    fn of(record: RevisionRecord) -> Self {
        let at = record
            .decision
            .as_ref()
            .map_or(record.created_at, |decision| decision.at);
        let (reasons, why, by) = match record.decision {
            // What was decided before a scan that is under way no longer says why.
            Some(decision) if record.state != RevisionState::Scanning => {
                (decision.reasons, decision.why, Some(decision.by))
            }
            _ => (Vec::new(), None, None),
        };
        Self {
            repo: record.repo,
            revision: record.revision,
            state: record.state,
            verdict: record.verdict,
            reasons,
            why,
            by,
            at,
        }
    }
}
