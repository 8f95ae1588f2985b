//! The nouns of the store: revisions and their files, uploads, jobs, decisions, tokens, the audit log.
//!
//! Plain data; nothing here touches a database or a disk.

mod audit;
mod job;
mod resolution;
mod revision;
mod token;
mod upload;

pub use audit::{Actor, AuditCheck, AuditEntry};
pub use job::{Fence, Job, JobFailure, JobId, JobKind, ScanResult};
pub use resolution::{AdmittedRevision, Reference, Refusal, Resolution};
pub use revision::{
    DecisionRecord, FileRecord, ListModels, Listing, ModelSummary, Page, RevisionRecord,
    RevisionState,
};
pub use token::{Identity, Role, TokenRecord};
pub use upload::{CommitRequest, Committed, UploadFile, UploadId};

pub(crate) use revision::serialize_time;
