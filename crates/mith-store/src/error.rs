//! What can go wrong in the store; each variant is one thing that a caller can tell apart.

use std::io;
use std::path::PathBuf;

use mith_core::{Digest, ModelPath, NameError, RepoId, Revision, Verdict};
use thiserror::Error;

use crate::types::{JobId, RevisionState, UploadId};

/// Short for a result of this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Everything that the store and the blobs can answer instead of a value.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The disk (or the quota, or the file size limit) has no room for what was sent.
    #[error("the disk of the data folder is full")]
    DiskFull,
    /// Another server holds the data folder.
    #[error("the data folder `{}` is in use by another server", folder.display())]
    FolderInUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The database was written by a newer version of the program.
    #[error(
        "the database has schema version {found}, but this program knows versions up to {known}; use a newer program"
    )]
    NewerSchema {
        /// The version in the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A migration that was applied once reads differently now, so the schema cannot be trusted.
    #[error("migration {version} was applied to this database with a different text")]
    ChangedMigration {
        /// The migration's number.
        version: i64,
    },
    /// No model has this name.
    #[error("there is no model `{repo}`")]
    UnknownModel {
        /// The name asked for.
        repo: RepoId,
    },
    /// A model exists whose name differs in upper and lower case alone.
    #[error(
        "the name `{repo}` differs from the existing model `{existing}` in upper and lower case alone"
    )]
    NameTaken {
        /// The name asked for.
        repo: RepoId,
        /// The model that exists.
        existing: RepoId,
    },
    /// The model has no such revision.
    #[error("model `{repo}` has no revision `{revision}`")]
    UnknownRevision {
        /// The model.
        repo: RepoId,
        /// The revision asked for.
        revision: Revision,
    },
    /// The upload never existed, was committed, was aborted or has expired.
    #[error("there is no open upload `{upload}`")]
    UnknownUpload {
        /// The upload asked for.
        upload: UploadId,
    },
    /// A commit without a file.
    #[error("an upload needs at least one file")]
    EmptyUpload,
    /// The list of the commit is not what was uploaded.
    #[error("the list of files differs from what was uploaded at `{path}`: {what}")]
    UploadMismatch {
        /// The first path that differs.
        path: ModelPath,
        /// How it differs.
        what: &'static str,
    },
    /// Two paths of one model cannot stand beside each other on every file system.
    #[error("`{first}` and `{second}` cannot both stand in one model: {why}")]
    PathConflict {
        /// One path.
        first: ModelPath,
        /// The other path.
        second: ModelPath,
        /// The rule that they break.
        why: &'static str,
    },
    /// The state of the revision does not allow the change.
    #[error("revision `{revision}` of `{repo}` is {state}, so it cannot be {change}")]
    WrongState {
        /// The model.
        repo: RepoId,
        /// The revision.
        revision: Revision,
        /// The state it is in.
        state: RevisionState,
        /// What was asked for, as a participle: `approved`, `denied`, `withdrawn`.
        change: &'static str,
    },
    /// The verdict of the revision forbids the admission, whoever asks.
    #[error("revision `{revision}` is {verdict}, so it can never be admitted")]
    VerdictForbids {
        /// The revision.
        revision: Revision,
        /// Its verdict.
        verdict: Verdict,
    },
    /// An admission whose report does not account for a file of the revision with the file's own digest.
    #[error("the report does not cover `{path}` of revision `{revision}`")]
    NotCovered {
        /// The revision.
        revision: Revision,
        /// The first file that is missing from the report.
        path: ModelPath,
    },
    /// An admission of a file whose bytes are not yet under the admitted prefix.
    #[error("the bytes {digest} of revision `{revision}` were not promoted before the admission")]
    NotPromoted {
        /// The revision.
        revision: Revision,
        /// The first digest that is missing.
        digest: Digest,
    },
    /// The lease of the job has passed to another worker, or the job is done.
    #[error("the lease on job `{job}` is lost")]
    LeaseLost {
        /// The job.
        job: JobId,
    },
    /// No blob with this digest lies under the prefix asked for.
    #[error("there is no blob {digest}")]
    UnknownBlob {
        /// The digest asked for.
        digest: Digest,
    },
    /// The bytes received are not as many as were announced.
    #[error("{announced} bytes were announced, {received} came")]
    SizeMismatch {
        /// The length that was announced.
        announced: u64,
        /// The length that came (at least).
        received: u64,
    },
    /// The bytes received have another digest than was announced.
    #[error("the bytes have the digest {found}, not {announced}")]
    DigestMismatch {
        /// The digest that was announced.
        announced: Digest,
        /// The digest of what came.
        found: Digest,
    },
    /// A token of this name exists.
    #[error("a token named `{name}` exists")]
    TokenNameTaken {
        /// The name.
        name: String,
    },
    /// No live token has this name.
    #[error("there is no token named `{name}`")]
    UnknownToken {
        /// The name.
        name: String,
    },
    /// A row that this program would not have written.
    #[error("the database holds a {what} that is not valid: `{text}`")]
    Corrupt {
        /// The kind of value.
        what: &'static str,
        /// The value, cut to a bound.
        text: String,
    },
    /// A name that is refused.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A file of the data folder could not be used.
    #[error("{action} `{}`", path.display())]
    Io {
        /// What was tried: `open`, `write`, `rename`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The database refused or could not be reached.
    #[error("use the database")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The operating system gave no random bytes.
    #[error("draw random bytes from the operating system")]
    Random(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A background task of the store ended without an answer; a bug of ours, or the process is shutting down.
    #[error("a task of the store ended without an answer")]
    TaskLost,
}

impl StoreError {
    /// Wraps an I/O error; the ways of saying "no room" become [`StoreError::DiskFull`].
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::DiskFull,
            _ => Self::Io {
                action,
                path: path.into(),
                source,
            },
        }
    }

    /// A value in the database that does not parse.
    pub(crate) fn corrupt(what: &'static str, text: &str) -> Self {
        Self::Corrupt {
            what,
            text: text.chars().take(120).collect(),
        }
    }
}
