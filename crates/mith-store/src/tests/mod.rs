//! Behaviour of the store and the blobs, through the traits that the server uses.

mod admission;
mod audit;
mod blobs;
mod disk_full;
mod folder;
mod jobs;
mod parallel;
mod property;
mod queries;
mod tokens;
mod uploads;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use mith_core::{
    ArtifactReport, Decision, Digest, ModelPath, RepoId, RuleSetId, ScanReport, TreeEntry, Verdict,
};
use tempfile::TempDir;

use crate::*;

/// A store in a folder of its own, with a clock that moves only when it is told to.
pub(crate) struct Harness {
    pub(crate) folder: DataFolder,
    pub(crate) clock: ManualClock,
    directory: TempDir,
}

#[derive(Clone)]
pub(crate) struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_790_000_000_000)))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let milliseconds = i64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    pub(crate) fn options(&self) -> StoreOptions {
        let now = Arc::clone(&self.0);
        StoreOptions {
            clock: Clock::new(move || {
                Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap()
            }),
            ..StoreOptions::default()
        }
    }
}

pub(crate) const LEASE: Duration = Duration::from_secs(30);

impl Harness {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = ManualClock::new();
        let folder = DataFolder::open(directory.path(), clock.options())
            .await
            .unwrap();
        Self {
            folder,
            clock,
            directory,
        }
    }

    /// Ends the store as a process that ends would, and opens the folder again.
    pub(crate) async fn reopen(self) -> Self {
        let Self {
            folder,
            clock,
            directory,
        } = self;
        drop(folder);
        let folder = open_when_free(directory.path(), &clock).await;
        Self {
            folder,
            clock,
            directory,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.folder.store
    }

    pub(crate) fn blobs(&self) -> &dyn Blobs {
        &*self.folder.blobs
    }

    /// Puts bytes into quarantine.
    pub(crate) async fn put(&self, bytes: &[u8]) -> BlobInfo {
        let mut writer = self.blobs().begin(bytes.len() as u64).await.unwrap();
        writer.write(bytes).await.unwrap();
        writer.finish(None).await.unwrap()
    }

    /// Opens an upload and sends files.
    pub(crate) async fn upload(&self, name: &str, files: &[(&str, &[u8])]) -> UploadId {
        let upload = self
            .store()
            .create_upload(&repo(name), &Actor::token("tester"))
            .await
            .unwrap();
        for (path, bytes) in files {
            self.put_file(upload, path, bytes).await.unwrap();
        }
        upload
    }

    pub(crate) async fn put_file(&self, upload: UploadId, path: &str, bytes: &[u8]) -> Result<()> {
        let blob = self.put(bytes).await;
        let file = UploadFile {
            path: path.parse().unwrap(),
            blob,
        };
        self.store().put_file(upload, file).await
    }

    /// Adds a model as the command line does.
    pub(crate) async fn add(&self, name: &str, files: &[(&str, &[u8])]) -> Committed {
        let upload = self.upload(name, files).await;
        self.commit(upload, files).await.unwrap()
    }

    pub(crate) async fn commit(
        &self,
        upload: UploadId,
        files: &[(&str, &[u8])],
    ) -> Result<Committed> {
        self.store()
            .commit(upload, request(files), &Actor::token("tester"))
            .await
    }

    pub(crate) async fn claim(&self, worker: &str) -> Option<Job> {
        self.store()
            .claim(JobKind::Scan, worker, LEASE)
            .await
            .unwrap()
    }

    /// Scans the oldest revision that waits as a worker does, with this verdict for every file.
    pub(crate) async fn scan(&self, verdict: Verdict) -> RevisionRecord {
        let job = self.claim("worker").await.expect("a job waits");
        self.finish(&job, verdict).await.unwrap()
    }

    pub(crate) async fn finish(&self, job: &Job, verdict: Verdict) -> Result<RevisionRecord> {
        let record = self.store().revision(&job.repo, &job.revision).await?;
        let result = self.result(&record, verdict).await;
        self.store().complete_scan(job, result).await
    }

    /// What a worker hands in; for an admission the bytes are promoted.
    pub(crate) async fn result(&self, record: &RevisionRecord, verdict: Verdict) -> ScanResult {
        let decision = Decision::from_verdict(verdict, vec![]);
        let promoted = match decision.outcome {
            mith_core::Outcome::Allow => self.promote(record).await,
            mith_core::Outcome::Hold | mith_core::Outcome::Deny => Promoted::none(),
        };
        ScanResult {
            report: report(record, verdict),
            decision,
            promoted,
        }
    }

    pub(crate) async fn promote(&self, record: &RevisionRecord) -> Promoted {
        let digests: Vec<Digest> = record.files.iter().map(|file| file.sha256).collect();
        promote(self.blobs(), &digests).await.unwrap()
    }

    pub(crate) async fn main(&self, name: &str) -> Arc<Resolution> {
        self.store()
            .resolve(&repo(name), &Reference::Main)
            .await
            .unwrap()
    }

    /// The state that `main` leads to, in one word.
    pub(crate) async fn main_word(&self, name: &str) -> String {
        match &*self.main(name).await {
            Resolution::UnknownModel => "unknown model".to_owned(),
            Resolution::UnknownRevision => "unknown revision".to_owned(),
            Resolution::NeverAdmitted(refusal) => format!("never admitted, {}", refusal.state),
            Resolution::Withdrawn(refusal) => format!("withdrawn, {}", refusal.state),
            Resolution::Admitted(record) => format!("admitted, {} files", record.files.len()),
        }
    }

    /// All files under a folder of the blobs.
    pub(crate) fn blob_files(&self, prefix: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.path().join("blobs").join(prefix)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(
                    std::fs::read_dir(path)
                        .unwrap()
                        .map(|entry| entry.unwrap().path()),
                );
            } else {
                found.push(path);
            }
        }
        found.sort();
        found
    }
}

/// Connections of a store that was dropped close in the background; the lock goes with the last of them.
pub(crate) async fn open_when_free(path: &Path, clock: &ManualClock) -> DataFolder {
    for _ in 0..200 {
        match DataFolder::open(path, clock.options()).await {
            Err(StoreError::FolderInUse { .. }) => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            opened => return opened.unwrap(),
        }
    }
    panic!("the folder is still in use");
}

pub(crate) fn repo(name: &str) -> RepoId {
    name.parse().unwrap()
}

pub(crate) fn path(text: &str) -> ModelPath {
    text.parse().unwrap()
}

pub(crate) fn rules(digest: &str) -> RuleSetId {
    RuleSetId {
        version: "1".to_owned(),
        digest: digest.to_owned(),
    }
}

pub(crate) fn request(files: &[(&str, &[u8])]) -> CommitRequest {
    CommitRequest {
        files: files
            .iter()
            .map(|(path, bytes)| TreeEntry {
                path: path.parse().unwrap(),
                sha256: Digest::of(bytes),
                size: bytes.len() as u64,
            })
            .collect(),
        message: "a message".to_owned(),
        rules: rules("rules-1"),
    }
}

/// A report that gives every file the same verdict.
pub(crate) fn report(record: &RevisionRecord, verdict: Verdict) -> ScanReport {
    let artifacts = record
        .files
        .iter()
        .map(|file| artifact(file.path.as_str(), Some(file.sha256), file.size, verdict))
        .collect();
    ScanReport::new(artifacts, rules("rules-1"))
}

pub(crate) fn artifact(
    path: &str,
    sha256: Option<Digest>,
    size: u64,
    verdict: Verdict,
) -> ArtifactReport {
    ArtifactReport {
        path: path.to_owned(),
        sha256,
        size,
        formats: vec!["text".to_owned()],
        verdict,
        findings: vec![],
        coverage: vec![],
    }
}
