//! One worker at a time, no work lost, and nothing opened because a scan failed.

use std::time::Duration;

use mith_core::{Outcome, Verdict};

use super::{Harness, LEASE, repo};
use crate::*;

const FILES: &[(&str, &[u8])] = &[("a", b"1")];

fn lost<T>(result: &Result<T>) -> bool {
    matches!(result, Err(StoreError::LeaseLost { .. }))
}

#[tokio::test]
async fn jobs_are_claimed_once_and_oldest_first() {
    let harness = Harness::new().await;
    harness.add("acme/first", FILES).await;
    harness.add("acme/second", FILES).await;
    let first = harness.claim("one").await.unwrap();
    let second = harness.claim("two").await.unwrap();
    assert_eq!(first.repo, repo("acme/first"));
    assert_eq!(second.repo, repo("acme/second"));
    assert_eq!((first.attempts, first.kind), (1, JobKind::Scan));
    assert!(harness.claim("three").await.is_none());
}

#[tokio::test]
async fn a_late_worker_changes_nothing_after_another_took_over() {
    let harness = Harness::new().await;
    harness.add("acme/x", FILES).await;
    let slow = harness.claim("slow").await.unwrap();
    harness.clock.advance(LEASE);
    let quick = harness.claim("quick").await.unwrap();
    assert_eq!(quick.id, slow.id);
    assert!(quick.fence > slow.fence);
    assert_eq!(quick.attempts, 2);

    assert!(lost(&harness.store().heartbeat(&slow, LEASE).await));
    assert!(lost(&harness.store().fail_job(&slow, "late").await));
    assert!(lost(&harness.finish(&slow, Verdict::Clean).await));
    assert_eq!(
        harness.main_word("acme/x").await,
        "never admitted, scanning"
    );

    let record = harness.finish(&quick, Verdict::Malicious).await.unwrap();
    assert_eq!(record.state, RevisionState::Denied);
    assert!(lost(&harness.finish(&slow, Verdict::Clean).await));
    assert!(lost(&harness.finish(&quick, Verdict::Clean).await));
    assert_eq!(harness.main_word("acme/x").await, "never admitted, denied");
}

#[tokio::test]
async fn a_lease_that_ended_is_lost_even_when_nobody_took_over() {
    let harness = Harness::new().await;
    harness.add("acme/x", FILES).await;
    let job = harness.claim("slow").await.unwrap();
    harness.clock.advance(LEASE);
    assert!(lost(&harness.store().heartbeat(&job, LEASE).await));
    assert!(lost(&harness.finish(&job, Verdict::Clean).await));
    assert_eq!(
        harness.main_word("acme/x").await,
        "never admitted, scanning"
    );
    assert_eq!(
        harness.scan(Verdict::Clean).await.state,
        RevisionState::Admitted
    );
}

#[tokio::test]
async fn a_heartbeat_keeps_a_job() {
    let harness = Harness::new().await;
    harness.add("acme/x", FILES).await;
    let job = harness.claim("steady").await.unwrap();
    for _ in 0..5 {
        harness.clock.advance(LEASE / 2);
        let until = harness.store().heartbeat(&job, LEASE).await.unwrap();
        assert!(until > job.leased_until);
        assert!(harness.claim("other").await.is_none());
    }
    let record = harness.finish(&job, Verdict::Clean).await.unwrap();
    assert_eq!(record.state, RevisionState::Admitted);
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_and_then_denied() {
    let harness = Harness::new().await;
    harness.add("acme/x", FILES).await;
    for attempt in 1..=3 {
        let job = harness.claim("unlucky").await.unwrap();
        assert_eq!(job.attempts, attempt);
        let failure = harness
            .store()
            .fail_job(&job, "out of memory")
            .await
            .unwrap();
        if attempt < 3 {
            assert_eq!(failure, JobFailure::Retried);
            assert!(harness.claim("eager").await.is_none(), "it waits first");
            harness.clock.advance(Duration::from_secs(10));
        } else {
            assert_eq!(failure, JobFailure::GivenUp);
        }
    }
    harness.clock.advance(Duration::from_hours(1));
    assert!(harness.claim("eager").await.is_none());
    assert_given_up(&harness, "out of memory").await;
}

#[tokio::test]
async fn a_job_whose_workers_die_is_denied_after_some_attempts() {
    let harness = Harness::new().await;
    harness.add("acme/x", FILES).await;
    harness.add("acme/y", FILES).await;
    for _ in 0..3 {
        let job = harness.claim("mortal").await.unwrap();
        assert_eq!(job.repo, repo("acme/x"));
        harness.clock.advance(LEASE);
    }
    let next = harness.claim("mortal").await.unwrap();
    assert_eq!(
        next.repo,
        repo("acme/y"),
        "one bad model does not stop the rest"
    );
    assert_given_up(&harness, "did not come to its end").await;
}

async fn assert_given_up(harness: &Harness, why: &str) {
    let record = harness.store().newest(&repo("acme/x")).await.unwrap();
    assert_eq!(record.state, RevisionState::Denied);
    assert_eq!(record.verdict, Some(Verdict::Unreadable));
    let decision = record.decision.unwrap();
    assert_eq!(decision.outcome, Outcome::Deny);
    assert_eq!(decision.reasons[0].rule, "scan-failed");
    let message = &decision.reasons[0].message;
    assert!(
        message.contains("could not be scanned") && message.contains(why),
        "{message}"
    );
    assert_eq!(harness.main_word("acme/x").await, "never admitted, denied");
    // The failure may have been ours: the same files again are scanned again.
    let again = harness.add("acme/x", FILES).await;
    assert!(matches!(again, Committed::Rescan(_)));
    assert_eq!(harness.claim("healthy").await.unwrap().attempts, 1);
}

#[tokio::test]
async fn a_waiting_worker_hears_of_a_commit() {
    let harness = Harness::new().await;
    let long = Duration::from_mins(1);
    let started = std::time::Instant::now();
    let waiting = harness.store().wait_for_work(JobKind::Scan, long);
    let (waited, _) = tokio::join!(waiting, harness.add("acme/x", FILES));
    waited.unwrap();
    // A commit before the wait is heard too.
    harness.add("acme/y", FILES).await;
    let waited = harness.store().wait_for_work(JobKind::Scan, long).await;
    waited.unwrap();
    assert!(started.elapsed() < Duration::from_secs(30));
    let short = Duration::from_millis(5);
    let timeout = harness.store().wait_for_work(JobKind::Scan, short).await;
    timeout.unwrap();
}
