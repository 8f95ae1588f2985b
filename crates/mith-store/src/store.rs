//! `Store`: all metadata behind one trait, so that a second database can stand behind the same calls.
//!
//! The methods return boxed futures, and the server holds an `Arc<dyn Store>`. A generic server would be compiled once
//! for each database and would carry a type parameter through every handler; an enum of databases would repeat each
//! method in a `match`. One small allocation a call is far below the cost of the query behind it, and the answers that
//! must be fast come from a cache. No type of a database driver stands in a signature.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mith_core::{Digest, RepoId, Revision, ScanReport};
use tokio::sync::watch;

use crate::blobs::Promoted;
use crate::error::Result;
use crate::token::Secret;
use crate::types::{
    Actor, AuditCheck, AuditEntry, CommitRequest, Committed, DecisionRecord, Identity, Job,
    JobFailure, JobKind, ListModels, ModelSummary, Page, Reference, Resolution, RevisionRecord,
    Role, ScanResult, TokenRecord, UploadFile, UploadId,
};

/// What a method of [`Store`] or of [`crate::Blobs`] returns.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// All metadata of the registry. Every change is one transaction together with its row in the audit log, and runs to
/// its end even when the caller stops waiting for it.
pub trait Store: Send + Sync {
    // --- what clients may read ---

    /// What a name and a reference lead to. The one gate: no byte is served that did not come through
    /// [`Resolution::Admitted`]. Cached in the process; a change of state is seen by the next call.
    fn resolve<'a>(
        &'a self,
        repo: &'a RepoId,
        reference: &'a Reference,
    ) -> StoreFuture<'a, Arc<Resolution>>;

    /// Grows with every change of what [`Store::resolve`] could answer; for caches above the store.
    fn generation(&self) -> u64;

    /// The same number, to be waited on.
    fn changes(&self) -> watch::Receiver<u64>;

    /// The admitted revisions of a model, newest first.
    fn commits<'a>(
        &'a self,
        repo: &'a RepoId,
        offset: u64,
        limit: u32,
    ) -> StoreFuture<'a, Page<RevisionRecord>>;

    // --- what the registry's own users read ---

    /// Models by name.
    fn list_models(&self, question: ListModels) -> StoreFuture<'_, Vec<ModelSummary>>;

    /// One revision in any state.
    fn revision<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
    ) -> StoreFuture<'a, RevisionRecord>;

    /// The newest revision of a model in any state.
    fn newest<'a>(&'a self, repo: &'a RepoId) -> StoreFuture<'a, RevisionRecord>;

    /// The revisions of a model in any state, newest first; at most `limit`.
    fn revisions<'a>(
        &'a self,
        repo: &'a RepoId,
        limit: u32,
    ) -> StoreFuture<'a, Vec<RevisionRecord>>;

    /// The newest report about a revision; `None` before the first scan.
    fn report<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
    ) -> StoreFuture<'a, Option<ScanReport>>;

    /// All decisions about a revision, newest first.
    fn decisions<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
    ) -> StoreFuture<'a, Vec<DecisionRecord>>;

    // --- uploads ---

    /// Opens an upload. The model becomes visible with its first commit, not before.
    fn create_upload<'a>(&'a self, repo: &'a RepoId, actor: &'a Actor)
    -> StoreFuture<'a, UploadId>;

    /// The model of an open upload; to be asked before any bytes are taken.
    fn upload_repo(&self, upload: UploadId) -> StoreFuture<'_, RepoId>;

    /// Notes a file whose bytes lie in quarantine; the same path again replaces it.
    fn put_file(&self, upload: UploadId, file: UploadFile) -> StoreFuture<'_, ()>;

    /// Makes a revision of an upload, in one transaction: the revision, its files, the job, the audit row.
    fn commit<'a>(
        &'a self,
        upload: UploadId,
        request: CommitRequest,
        actor: &'a Actor,
    ) -> StoreFuture<'a, Committed>;

    /// Forgets an upload.
    fn abort_upload(&self, upload: UploadId) -> StoreFuture<'_, ()>;

    /// Forgets the uploads that nobody touched for too long; returns how many.
    fn expire_uploads(&self) -> StoreFuture<'_, u64>;

    /// Of these digests, those that no open upload and no revision needs in quarantine.
    fn unreferenced(&self, digests: Vec<Digest>) -> StoreFuture<'_, Vec<Digest>>;

    // --- work ---

    /// Takes the oldest job that is due, for as long as the lease. `None` when there is none.
    fn claim<'a>(
        &'a self,
        kind: JobKind,
        worker: &'a str,
        lease: Duration,
    ) -> StoreFuture<'a, Option<Job>>;

    /// Keeps a job for another lease from now; [`crate::StoreError::LeaseLost`] when it has passed to somebody else.
    fn heartbeat<'a>(&'a self, job: &'a Job, lease: Duration) -> StoreFuture<'a, Timestamp>;

    /// Ends a scan, in one transaction: report, state, decision, audit row. For an admission the bytes are promoted
    /// before, and the report covers every file with its own digest.
    fn complete_scan<'a>(
        &'a self,
        job: &'a Job,
        result: ScanResult,
    ) -> StoreFuture<'a, RevisionRecord>;

    /// Gives a job back that could not be done. After too many attempts the revision is denied.
    fn fail_job<'a>(&'a self, job: &'a Job, error: &'a str) -> StoreFuture<'a, JobFailure>;

    /// Returns when there may be work, or after the timeout.
    fn wait_for_work(&self, kind: JobKind, timeout: Duration) -> StoreFuture<'_, ()>;

    // --- decisions by a person ---

    /// Admits a held revision.
    fn approve<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
        actor: &'a Actor,
        why: &'a str,
        promoted: Promoted,
    ) -> StoreFuture<'a, RevisionRecord>;

    /// Refuses a held revision; an admitted one is withdrawn.
    fn deny<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
        actor: &'a Actor,
        why: &'a str,
    ) -> StoreFuture<'a, RevisionRecord>;

    /// Takes back an admitted revision.
    fn withdraw<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
        actor: &'a Actor,
        why: &'a str,
    ) -> StoreFuture<'a, RevisionRecord>;

    // --- tokens ---

    /// Whether any live token exists; the server mints one when not.
    fn has_tokens(&self) -> StoreFuture<'_, bool>;

    /// Keeps the hash of a token under a name.
    fn add_token<'a>(
        &'a self,
        secret: &'a Secret,
        name: &'a str,
        role: Role,
        actor: &'a Actor,
    ) -> StoreFuture<'a, ()>;

    /// Who holds this token; `None` when nobody does.
    fn verify_token<'a>(&'a self, text: &'a str) -> StoreFuture<'a, Option<Identity>>;

    /// Ends a token.
    fn revoke_token<'a>(&'a self, name: &'a str, actor: &'a Actor) -> StoreFuture<'a, ()>;

    /// The live tokens.
    fn tokens(&self) -> StoreFuture<'_, Vec<TokenRecord>>;

    // --- the audit log ---

    /// Rows after a number (0 is the start), oldest first.
    fn audit(&self, after: u64, limit: u32) -> StoreFuture<'_, Page<AuditEntry>>;

    /// Walks the whole chain.
    fn verify_audit(&self) -> StoreFuture<'_, AuditCheck>;
}
