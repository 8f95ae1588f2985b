//! Jobs in SQLite: lease, heartbeat, fence, attempts, and the end of a scan.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use mith_core::{Outcome, Reason, Verdict};
use serde_json::json;
use sqlx::Row as _;
use tracing::warn;

use crate::admission;
use crate::error::{Result, StoreError};
use crate::sqlite::change::Change;
use crate::sqlite::rows::{self, StoredRevision, parse, time, unsigned};
use crate::sqlite::{OrDatabase as _, SqliteStore, audit, decisions};
use crate::types::{
    Actor, Fence, FileRecord, Job, JobFailure, JobId, JobKind, RevisionRecord, RevisionState,
    ScanResult,
};

/// What a worker says about a failure is cut to this many characters.
const ERROR_LIMIT: usize = 2_000;

/// Puts a job in the queue, due at once.
pub(super) async fn enqueue(change: &mut Change, kind: JobKind, revision_id: i64) -> Result<()> {
    let now = change.now;
    sqlx::query(
        "INSERT INTO jobs (id, kind, revision_id, state, due_at, created_at)
         VALUES (?, ?, ?, 'queued', ?, ?)",
    )
    .bind(JobId::fresh().to_string())
    .bind(kind.as_str())
    .bind(revision_id)
    .bind(now)
    .bind(now)
    .execute(change.connection())
    .await
    .database()?;
    change.makes_work();
    Ok(())
}

/// Takes the oldest job that is due. Jobs that were tried too often are given up on the way.
pub(super) async fn claim(
    store: &SqliteStore,
    kind: JobKind,
    worker: String,
    lease: Duration,
) -> Result<Option<Job>> {
    if !any_due(store, kind).await? {
        return Ok(None);
    }
    let max_attempts = store.0.options.max_attempts;
    store
        .change(move |change| {
            Box::pin(async move {
                while let Some(due) = next_due(change, kind).await? {
                    if due.attempts >= max_attempts {
                        give_up(change, &due).await?;
                        continue;
                    }
                    return lease_job(change, &due, kind, &worker, lease)
                        .await
                        .map(Some);
                }
                Ok(None)
            })
        })
        .await
}

/// A job that is due.
struct Due {
    id: JobId,
    revision_id: i64,
    attempts: u32,
    error: Option<String>,
}

const DUE: &str = "SELECT id, revision_id, attempts, error FROM jobs
     WHERE kind = ?1 AND state IN ('queued', 'running')
       AND ((state = 'queued' AND due_at <= ?2) OR (state = 'running' AND leased_until <= ?2))
     ORDER BY id LIMIT 1";

/// Looks before it writes: an idle worker that polls must not hold the only writer.
async fn any_due(store: &SqliteStore, kind: JobKind) -> Result<bool> {
    let row = sqlx::query(DUE)
        .bind(kind.as_str())
        .bind(store.0.options.clock.now())
        .fetch_optional(&store.0.readers)
        .await
        .database()?;
    Ok(row.is_some())
}

async fn next_due(change: &mut Change, kind: JobKind) -> Result<Option<Due>> {
    let now = change.now;
    let row = sqlx::query(DUE)
        .bind(kind.as_str())
        .bind(now)
        .fetch_optional(change.connection())
        .await
        .database()?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(Due {
        id: parse(&row, "id")?,
        revision_id: row.try_get("revision_id").database()?,
        attempts: u32::try_from(unsigned(&row, "attempts")?).unwrap_or(u32::MAX),
        error: row.try_get("error").database()?,
    }))
}

async fn lease_job(
    change: &mut Change,
    due: &Due,
    kind: JobKind,
    worker: &str,
    lease: Duration,
) -> Result<Job> {
    let leased_until = lease_end(change.now, lease);
    let row = sqlx::query(
        "UPDATE jobs SET state = 'running', leased_until = ?, worker = ?, fence = fence + 1,
                         attempts = attempts + 1
         WHERE id = ? RETURNING fence, attempts",
    )
    .bind(leased_until)
    .bind(worker)
    .bind(due.id.to_string())
    .fetch_one(change.connection())
    .await
    .database()?;
    let subject = sqlx::query(
        "SELECT m.repo, r.revision FROM revisions r JOIN models m ON m.id = r.model_id WHERE r.id = ?",
    )
    .bind(due.revision_id)
    .fetch_one(change.connection())
    .await
    .database()?;
    Ok(Job {
        id: due.id,
        kind,
        repo: parse(&subject, "repo")?,
        revision: parse(&subject, "revision")?,
        fence: Fence(row.try_get("fence").database()?),
        attempts: u32::try_from(unsigned(&row, "attempts")?).unwrap_or(u32::MAX),
        leased_until: time(leased_until)?,
    })
}

fn lease_end(now: i64, lease: Duration) -> i64 {
    now.saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))
}

/// Keeps a job that is still one's own.
pub(super) async fn heartbeat(
    store: &SqliteStore,
    job: JobId,
    fence: Fence,
    lease: Duration,
) -> Result<Timestamp> {
    store
        .change(move |change| {
            Box::pin(async move {
                let now = change.now;
                let leased_until = lease_end(now, lease);
                let kept = sqlx::query(
                    "UPDATE jobs SET leased_until = ?
                     WHERE id = ? AND fence = ? AND state = 'running' AND leased_until > ?",
                )
                .bind(leased_until)
                .bind(job.to_string())
                .bind(fence.0)
                .bind(now)
                .execute(change.connection())
                .await
                .database()?;
                if kept.rows_affected() == 0 {
                    return Err(StoreError::LeaseLost { job });
                }
                time(leased_until)
            })
        })
        .await
}

/// The revision and the worker of a job, if the caller still holds it. A lease that has ended is lost even when nobody
/// has taken the job yet: otherwise it would depend on chance whether a late worker counts.
async fn held_job(
    change: &mut Change,
    job: JobId,
    fence: Fence,
) -> Result<(StoredRevision, Actor)> {
    let now = change.now;
    let row = sqlx::query(
        "SELECT revision_id, worker FROM jobs
         WHERE id = ? AND fence = ? AND state = 'running' AND leased_until > ?",
    )
    .bind(job.to_string())
    .bind(fence.0)
    .bind(now)
    .fetch_optional(change.connection())
    .await
    .database()?
    .ok_or(StoreError::LeaseLost { job })?;
    let worker: Option<String> = row.try_get("worker").database()?;
    let id = row.try_get("revision_id").database()?;
    let stored = rows::find_by_id(change.connection(), id).await?;
    Ok((stored, Actor::worker(&worker.unwrap_or_default())))
}

async fn end_job(
    change: &mut Change,
    job: JobId,
    state: &'static str,
    error: Option<&str>,
) -> Result<()> {
    sqlx::query("UPDATE jobs SET state = ?, leased_until = NULL, error = ? WHERE id = ?")
        .bind(state)
        .bind(error)
        .bind(job.to_string())
        .execute(change.connection())
        .await
        .database()?;
    Ok(())
}

/// Ends a scan.
pub(super) async fn complete_scan(
    store: &SqliteStore,
    job: JobId,
    fence: Fence,
    result: ScanResult,
) -> Result<RevisionRecord> {
    store
        .change(move |change| Box::pin(complete_in(change, job, fence, result)))
        .await
}

async fn complete_in(
    change: &mut Change,
    job: JobId,
    fence: Fence,
    result: ScanResult,
) -> Result<RevisionRecord> {
    let (stored, worker) = held_job(change, job, fence).await?;
    if stored.record.state != RevisionState::Scanning {
        return Err(decisions::wrong_state(&stored.record, "scanned"));
    }
    let verdict = admission::worst_verdict(&result.report);
    let mut decision = result.decision;
    if decision.reasons.is_empty() {
        decision.reasons = mith_core::Decision::from_verdict(verdict, Vec::new()).reasons;
    }
    if decision.outcome != Outcome::Deny {
        admission::check_coverage(&stored.record, &result.report)?;
    }
    if decision.outcome == Outcome::Allow {
        admission::check_admissible(&stored.record, Some(verdict), &result.promoted)?;
        if refused_before(change, &stored.record).await? {
            decision.outcome = Outcome::Hold;
            decision.reasons.insert(0, admission::refused_before());
        }
    }
    keep_report(change, &stored, &result.report, &worker).await?;
    sqlx::query("UPDATE revisions SET verdict = ? WHERE id = ?")
        .bind(verdict.as_str())
        .bind(stored.id)
        .execute(change.connection())
        .await
        .database()?;
    decisions::record(
        change,
        &stored,
        decisions::New {
            state: admission::state_after(decision.outcome),
            outcome: decision.outcome,
            reasons: &decision.reasons,
            by: &Actor::policy(),
            why: None,
        },
    )
    .await?;
    end_job(change, job, "done", None).await?;
    audit::append(
        change,
        &worker,
        "revision.scan",
        format!("{}@{}", stored.record.repo, stored.record.revision),
        json!({
            "verdict": verdict.as_str(),
            "outcome": rows::outcome_word(decision.outcome),
            "reasons": decision.reasons,
            "rules": result.report.rules,
        }),
    )
    .await?;
    Ok(rows::find_by_id(change.connection(), stored.id)
        .await?
        .record)
}

/// Whether a person refused this very tree before, under any name.
async fn refused_before(change: &mut Change, record: &RevisionRecord) -> Result<bool> {
    let row = sqlx::query(
        "SELECT 1 AS found FROM revisions WHERE tree_digest = ? AND barred = 1 LIMIT 1",
    )
    .bind(record.tree_digest.to_string())
    .fetch_optional(change.connection())
    .await
    .database()?;
    Ok(row.is_some())
}

/// Keeps a report and what it says of each file.
async fn keep_report(
    change: &mut Change,
    stored: &StoredRevision,
    report: &mith_core::ScanReport,
    worker: &Actor,
) -> Result<()> {
    let text =
        serde_json::to_string(report).map_err(|error| StoreError::Database(Box::new(error)))?;
    let now = change.now;
    sqlx::query(
        "INSERT INTO reports (revision_id, rules_digest, report, by, at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(stored.id)
    .bind(report.rules.digest.as_str())
    .bind(text)
    .bind(worker.as_str())
    .bind(now)
    .execute(change.connection())
    .await
    .database()?;
    keep_verdicts(
        change,
        stored,
        &admission::file_verdicts(&stored.record, report),
    )
    .await
}

/// Keeps the verdict of each file: the commonest for all at once, then those that differ, so that a revision of many
/// thousand files does not hold the one writer for long.
async fn keep_verdicts(
    change: &mut Change,
    stored: &StoredRevision,
    verdicts: &BTreeMap<&str, Verdict>,
) -> Result<()> {
    let verdict_of = |file: &FileRecord| verdicts.get(file.path.as_str()).copied();
    let mut counts: BTreeMap<Option<Verdict>, usize> = BTreeMap::new();
    for file in &stored.record.files {
        *counts.entry(verdict_of(file)).or_default() += 1;
    }
    let commonest = counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .and_then(|(verdict, _)| verdict);
    sqlx::query("UPDATE files SET verdict = ? WHERE revision_id = ?")
        .bind(commonest.map(Verdict::as_str))
        .bind(stored.id)
        .execute(change.connection())
        .await
        .database()?;
    for file in &stored.record.files {
        let verdict = verdict_of(file);
        if verdict == commonest {
            continue;
        }
        sqlx::query("UPDATE files SET verdict = ? WHERE revision_id = ? AND path = ?")
            .bind(verdict.map(Verdict::as_str))
            .bind(stored.id)
            .bind(file.path.as_str())
            .execute(change.connection())
            .await
            .database()?;
    }
    Ok(())
}

/// Gives a job back, or gives it up.
pub(super) async fn fail(
    store: &SqliteStore,
    job: JobId,
    fence: Fence,
    error: String,
) -> Result<JobFailure> {
    let options = store.0.options.clone();
    store
        .change(move |change| {
            Box::pin(async move {
                let (stored, _) = held_job(change, job, fence).await?;
                let error: String = error.chars().take(ERROR_LIMIT).collect();
                let row = sqlx::query("SELECT attempts FROM jobs WHERE id = ?")
                    .bind(job.to_string())
                    .fetch_one(change.connection())
                    .await
                    .database()?;
                let attempts = u32::try_from(unsigned(&row, "attempts")?).unwrap_or(u32::MAX);
                if attempts >= options.max_attempts {
                    let due = Due {
                        id: job,
                        revision_id: stored.id,
                        attempts,
                        error: Some(error),
                    };
                    give_up(change, &due).await?;
                    return Ok(JobFailure::GivenUp);
                }
                let wait = options.retry_delay.saturating_mul(attempts);
                end_job(change, job, "queued", Some(&error)).await?;
                let due_at = lease_end(change.now, wait);
                sqlx::query("UPDATE jobs SET due_at = ? WHERE id = ?")
                    .bind(due_at)
                    .bind(job.to_string())
                    .execute(change.connection())
                    .await
                    .database()?;
                Ok(JobFailure::Retried)
            })
        })
        .await
}

/// Denies a revision that could not be scanned: what was not read to its end is never opened.
async fn give_up(change: &mut Change, due: &Due) -> Result<()> {
    let stored = rows::find_by_id(change.connection(), due.revision_id).await?;
    let error = due
        .error
        .clone()
        .unwrap_or_else(|| "the scan did not come to its end".to_owned());
    end_job(change, due.id, "failed", Some(&error)).await?;
    let (repo, revision, attempts) = (&stored.record.repo, &stored.record.revision, due.attempts);
    warn!(model.repo = %repo, model.revision = %revision, job.attempts = attempts, error,
        "Gave up scanning `{repo}@{revision}`; it is denied");
    if stored.record.state != RevisionState::Scanning {
        return Ok(());
    }
    sqlx::query("UPDATE revisions SET verdict = 'unreadable' WHERE id = ?")
        .bind(stored.id)
        .execute(change.connection())
        .await
        .database()?;
    let reasons = [Reason {
        rule: "scan-failed".to_owned(),
        path: None,
        message: format!(
            "it could not be scanned after {} attempts: {error}",
            due.attempts
        ),
    }];
    decisions::record(
        change,
        &stored,
        decisions::New {
            state: RevisionState::Denied,
            outcome: Outcome::Deny,
            reasons: &reasons,
            by: &Actor::policy(),
            why: None,
        },
    )
    .await?;
    audit::append(
        change,
        &Actor::system(),
        "revision.scan",
        format!("{}@{}", stored.record.repo, stored.record.revision),
        json!({ "verdict": "unreadable", "outcome": "deny", "error": error, "attempts": due.attempts }),
    )
    .await
}
