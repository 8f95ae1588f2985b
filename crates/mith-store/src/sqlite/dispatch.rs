//! `Store` for SQLite: each call goes to the module of its noun.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mith_core::{Digest, RepoId, Revision, ScanReport};
use tokio::sync::watch;

use crate::blobs::Promoted;
use crate::sqlite::{SqliteStore, audit, decisions, jobs, queries, tokens, uploads};
use crate::store::{Store, StoreFuture};
use crate::token::Secret;
use crate::types::{
    Actor, AuditCheck, AuditEntry, CommitRequest, Committed, DecisionRecord, Identity, Job,
    JobFailure, JobKind, ListModels, ModelSummary, Page, Reference, Resolution, RevisionRecord,
    Role, ScanResult, TokenRecord, UploadFile, UploadId,
};

impl Store for SqliteStore {
    fn resolve<'a>(
        &'a self,
        repo: &'a RepoId,
        reference: &'a Reference,
    ) -> StoreFuture<'a, Arc<Resolution>> {
        Box::pin(queries::resolve(self, repo, reference))
    }

    fn generation(&self) -> u64 {
        *self.0.changes.borrow()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    fn commits<'a>(
        &'a self,
        repo: &'a RepoId,
        offset: u64,
        limit: u32,
    ) -> StoreFuture<'a, Page<RevisionRecord>> {
        Box::pin(queries::commits(self, repo, offset, limit))
    }

    fn list_models(&self, question: ListModels) -> StoreFuture<'_, Vec<ModelSummary>> {
        Box::pin(queries::list(self, question))
    }

    fn revision<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
    ) -> StoreFuture<'a, RevisionRecord> {
        Box::pin(queries::revision(self, repo, revision))
    }

    fn newest<'a>(&'a self, repo: &'a RepoId) -> StoreFuture<'a, RevisionRecord> {
        Box::pin(queries::newest(self, repo))
    }

    fn revisions<'a>(
        &'a self,
        repo: &'a RepoId,
        limit: u32,
    ) -> StoreFuture<'a, Vec<RevisionRecord>> {
        Box::pin(queries::revisions(self, repo, limit))
    }

    fn report<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
    ) -> StoreFuture<'a, Option<ScanReport>> {
        Box::pin(queries::report(self, repo, revision))
    }

    fn decisions<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
    ) -> StoreFuture<'a, Vec<DecisionRecord>> {
        Box::pin(queries::decisions(self, repo, revision))
    }

    fn create_upload<'a>(
        &'a self,
        repo: &'a RepoId,
        actor: &'a Actor,
    ) -> StoreFuture<'a, UploadId> {
        Box::pin(uploads::create(self, repo.clone(), actor.clone()))
    }

    fn upload_repo(&self, upload: UploadId) -> StoreFuture<'_, RepoId> {
        Box::pin(uploads::repo(self, upload))
    }

    fn put_file(&self, upload: UploadId, file: UploadFile) -> StoreFuture<'_, ()> {
        Box::pin(uploads::put_file(self, upload, file))
    }

    fn commit<'a>(
        &'a self,
        upload: UploadId,
        request: CommitRequest,
        actor: &'a Actor,
    ) -> StoreFuture<'a, Committed> {
        Box::pin(uploads::commit(self, upload, request, actor.clone()))
    }

    fn abort_upload(&self, upload: UploadId) -> StoreFuture<'_, ()> {
        Box::pin(uploads::abort(self, upload))
    }

    fn expire_uploads(&self) -> StoreFuture<'_, u64> {
        Box::pin(uploads::expire(self))
    }

    fn unreferenced(&self, digests: Vec<Digest>) -> StoreFuture<'_, Vec<Digest>> {
        Box::pin(uploads::unreferenced(self, digests))
    }

    fn claim<'a>(
        &'a self,
        kind: JobKind,
        worker: &'a str,
        lease: Duration,
    ) -> StoreFuture<'a, Option<Job>> {
        Box::pin(jobs::claim(self, kind, worker.to_owned(), lease))
    }

    fn heartbeat<'a>(&'a self, job: &'a Job, lease: Duration) -> StoreFuture<'a, Timestamp> {
        Box::pin(jobs::heartbeat(self, job.id, job.fence, lease))
    }

    fn complete_scan<'a>(
        &'a self,
        job: &'a Job,
        result: ScanResult,
    ) -> StoreFuture<'a, RevisionRecord> {
        Box::pin(jobs::complete_scan(self, job.id, job.fence, result))
    }

    fn fail_job<'a>(&'a self, job: &'a Job, error: &'a str) -> StoreFuture<'a, JobFailure> {
        Box::pin(jobs::fail(self, job.id, job.fence, error.to_owned()))
    }

    fn wait_for_work(&self, kind: JobKind, timeout: Duration) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            // There is one kind of work, and so one bell.
            let JobKind::Scan = kind;
            drop(tokio::time::timeout(timeout, self.0.work.notified()).await);
            Ok(())
        })
    }

    fn approve<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
        actor: &'a Actor,
        why: &'a str,
        promoted: Promoted,
    ) -> StoreFuture<'a, RevisionRecord> {
        Box::pin(decisions::approve(
            self,
            repo.clone(),
            revision.clone(),
            actor.clone(),
            why.to_owned(),
            promoted,
        ))
    }

    fn deny<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
        actor: &'a Actor,
        why: &'a str,
    ) -> StoreFuture<'a, RevisionRecord> {
        Box::pin(decisions::deny(
            self,
            repo.clone(),
            revision.clone(),
            actor.clone(),
            why.to_owned(),
        ))
    }

    fn withdraw<'a>(
        &'a self,
        repo: &'a RepoId,
        revision: &'a Revision,
        actor: &'a Actor,
        why: &'a str,
    ) -> StoreFuture<'a, RevisionRecord> {
        Box::pin(decisions::withdraw(
            self,
            repo.clone(),
            revision.clone(),
            actor.clone(),
            why.to_owned(),
        ))
    }

    fn has_tokens(&self) -> StoreFuture<'_, bool> {
        Box::pin(tokens::any(self))
    }

    fn add_token<'a>(
        &'a self,
        secret: &'a Secret,
        name: &'a str,
        role: Role,
        actor: &'a Actor,
    ) -> StoreFuture<'a, ()> {
        Box::pin(tokens::add(
            self,
            secret,
            name.to_owned(),
            role,
            actor.clone(),
        ))
    }

    fn verify_token<'a>(&'a self, text: &'a str) -> StoreFuture<'a, Option<Identity>> {
        Box::pin(tokens::verify(self, text))
    }

    fn revoke_token<'a>(&'a self, name: &'a str, actor: &'a Actor) -> StoreFuture<'a, ()> {
        Box::pin(tokens::revoke(self, name.to_owned(), actor.clone()))
    }

    fn tokens(&self) -> StoreFuture<'_, Vec<TokenRecord>> {
        Box::pin(tokens::list(self))
    }

    fn audit(&self, after: u64, limit: u32) -> StoreFuture<'_, Page<AuditEntry>> {
        Box::pin(audit::page(self, after, limit))
    }

    fn verify_audit(&self) -> StoreFuture<'_, AuditCheck> {
        Box::pin(audit::verify(self))
    }
}
