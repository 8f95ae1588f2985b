//! Scan workers: they claim a revision, read its files in quarantine, and hand in what policy made of the report.
//!
//! A worker that panics, loses its lease or cannot read a file changes nothing: the revision stays `scanning` and is tried
//! again. Nothing opens by default, by time, or by error.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mith_core::{ArtifactReport, Decision, Digest, Finding, Outcome, Reason, ScanReport, Verdict};
use mith_scan::{Input, ScanOptions, rule_set_id, scan_input};
use mith_store::{
    Blobs, FileRecord, Job, JobKind, Promoted, ScanResult, Store, StoreError, promote,
};
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

/// How long a job is held without a sign of life. Short, so that another worker takes over soon after a crash.
const LEASE: Duration = Duration::from_secs(15);
/// How long a worker waits for work before it asks again.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a worker rests after the store failed it.
const REST: Duration = Duration::from_secs(2);
/// Findings that become reasons of a decision; the report holds all.
const REASONS: usize = 5;
/// Characters of a call in a reason.
const CALL: usize = 160;

/// One worker.
pub(crate) struct Worker {
    /// Stands in the audit log.
    pub(crate) name: String,
    /// Where jobs come from and results go.
    pub(crate) store: Arc<dyn Store>,
    /// Where the bytes are.
    pub(crate) blobs: Arc<dyn Blobs>,
}

/// Why a job was not done.
#[derive(Debug, Error)]
enum WorkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the scan of `{path}` ended in a panic")]
    Panic { path: String },
    #[error("the lease passed to another worker")]
    LeaseLost,
}

impl Worker {
    /// Works until `stopped` turns true. A job that is in hand then is left to the next start.
    pub(crate) async fn run(self, mut stopped: watch::Receiver<bool>) {
        let working = async {
            loop {
                if let Err(error) = self.work_once().await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        worker = %self.name,
                        "A worker could not reach its store"
                    );
                    tokio::time::sleep(REST).await;
                }
            }
        };
        tokio::select! {
            () = working => {}
            _ = stopped.wait_for(|stop| *stop) => {}
        }
    }

    async fn work_once(&self) -> Result<(), StoreError> {
        let claimed = self.store.claim(JobKind::Scan, &self.name, LEASE).await?;
        let Some(job) = claimed else {
            return self.store.wait_for_work(JobKind::Scan, PATIENCE).await;
        };
        match self.while_alive(&job, self.scan(&job)).await {
            Ok(()) => Ok(()),
            Err(WorkError::LeaseLost | WorkError::Store(StoreError::LeaseLost { .. })) => {
                tracing::warn!(job.id = %job.id, model.id = %job.repo, "Lost the lease of a scan of `{}`", job.repo);
                Ok(())
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    job.id = %job.id,
                    job.attempts = job.attempts,
                    model.id = %job.repo,
                    model.revision = %job.revision,
                    "Could not scan `{}`",
                    job.repo
                );
                self.store.fail_job(&job, &error.to_string()).await?;
                Ok(())
            }
        }
    }

    /// Does the work with a heartbeat beside it. The scan itself runs on threads, so the heartbeat is never starved.
    async fn while_alive(
        &self,
        job: &Job,
        work: impl Future<Output = Result<(), WorkError>>,
    ) -> Result<(), WorkError> {
        let beating = async {
            loop {
                tokio::time::sleep(LEASE / 3).await;
                match self.store.heartbeat(job, LEASE).await {
                    Ok(_) => {}
                    Err(StoreError::LeaseLost { .. }) => return WorkError::LeaseLost,
                    Err(error) => tracing::warn!(%error, job.id = %job.id, "A heartbeat failed"),
                }
            }
        };
        tokio::select! {
            done = work => done,
            lost = beating => Err(lost),
        }
    }

    async fn scan(&self, job: &Job) -> Result<(), WorkError> {
        let started = Instant::now();
        let record = self.store.revision(&job.repo, &job.revision).await?;
        let mut artifacts = Vec::new();
        for file in &record.files {
            artifacts.extend(self.scan_file(file).await?);
        }
        let report = ScanReport::new(artifacts, rule_set_id());
        let verdict = report.verdict;
        let decision = Decision::from_verdict(verdict, reasons(&report));
        let outcome = decision.outcome;
        let promoted = if outcome == Outcome::Allow {
            let digests: Vec<Digest> = record.files.iter().map(|file| file.sha256).collect();
            promote(self.blobs.as_ref(), &digests).await?
        } else {
            Promoted::none()
        };
        let result = ScanResult {
            report,
            decision,
            promoted,
        };
        self.store.complete_scan(job, result).await?;
        tracing::info!(
            model.id = %job.repo,
            model.revision = %job.revision,
            scan.verdict = %verdict,
            decision.outcome = %outcome,
            files = record.files.len(),
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "Scanned `{}`: {verdict}",
            job.repo
        );
        Ok(())
    }

    async fn scan_file(&self, file: &FileRecord) -> Result<Vec<ArtifactReport>, WorkError> {
        let blob = self.blobs.open_quarantined(file.sha256).await?;
        let input = BlobInput {
            file: blob.file,
            size: blob.size,
        };
        let path = file.path.to_string();
        let name = path.clone();
        spawn_blocking(move || scan_input(&name, &input, &ScanOptions::default()))
            .await
            .map_err(|_| WorkError::Panic { path })
    }
}

/// A blob as the scanner reads it.
struct BlobInput {
    file: File,
    size: u64,
}

impl Input for BlobInput {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }
}

/// The gravest findings as reasons that a developer can read; none for a clean report, whose decision states its own.
fn reasons(report: &ScanReport) -> Vec<Reason> {
    let mut findings: Vec<(&ArtifactReport, &Finding)> = report
        .artifacts
        .iter()
        .flat_map(|artifact| {
            artifact
                .findings
                .iter()
                .map(move |finding| (artifact, finding))
        })
        .filter(|(_, finding)| finding.verdict > Verdict::Clean)
        .collect();
    findings.sort_by(|(left_file, left), (right_file, right)| {
        (right.verdict, right.severity)
            .cmp(&(left.verdict, left.severity))
            .then_with(|| left_file.path.cmp(&right_file.path))
    });
    let mut reasons: Vec<Reason> = Vec::new();
    for (artifact, finding) in findings {
        let reason = Reason {
            rule: finding.rule.clone(),
            path: Some(artifact.path.clone()),
            message: message(finding),
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
        if reasons.len() == REASONS {
            break;
        }
    }
    reasons
}

/// The finding's sentence, with the call or the import that it is about unless the sentence has it.
fn message(finding: &Finding) -> String {
    let evidence = &finding.evidence;
    let Some(seen) = evidence.call.as_ref().or(evidence.import.as_ref()) else {
        return finding.message.clone();
    };
    let short: String = seen.chars().take(CALL).collect();
    if finding.message.contains(&short) {
        return finding.message.clone();
    }
    let more = if short.len() < seen.len() { "..." } else { "" };
    format!("{}: {short}{more}", finding.message)
}

#[cfg(test)]
mod tests;
