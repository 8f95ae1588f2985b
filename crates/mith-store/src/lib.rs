//! Metadata, blobs, jobs and the audit chain of the registry.
//!
//! Owns: what is kept of models (`Store`), where their bytes lie (`Blobs`), who may do what (tokens), what was done (the
//! audit log), and the rule on which the registry stands: only a revision whose state is `admitted` resolves to
//! something readable. Must never: show a type of a database or of an object store in a signature, parse a model file,
//! or decide about a model; policy decides, the store makes the decision hold.

mod admission;
mod audit;
mod blobs;
mod cache;
mod error;
mod folder;
mod options;
mod sqlite;
mod store;
mod sweep;
mod task;
mod token;
mod tree;
mod types;

pub use blobs::{
    BlobInfo, BlobWriter, Blobs, DiskBlobs, LFS_THRESHOLD, OpenBlob, Promoted, promote,
};
pub use error::{Result, StoreError};
pub use folder::DataFolder;
pub use options::{Clock, StoreOptions};
pub use sqlite::SqliteStore;
pub use store::{Store, StoreFuture};
pub use sweep::sweep;
pub use token::Secret;
pub use types::{
    Actor, AdmittedRevision, AuditCheck, AuditEntry, CommitRequest, Committed, DecisionRecord,
    Fence, FileRecord, Identity, Job, JobFailure, JobId, JobKind, ListModels, Listing,
    ModelSummary, Page, Reference, Refusal, Resolution, RevisionRecord, RevisionState, Role,
    ScanResult, TokenRecord, UploadFile, UploadId,
};

#[cfg(test)]
mod tests;
