//! Many at once: no write is refused because another one runs, and no work is done twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use mith_core::Verdict;

use super::{Harness, LEASE, repo};
use crate::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_uploads_at_once_all_arrive() {
    const MODELS: usize = 40;
    let harness = Arc::new(Harness::new().await);
    let tasks: Vec<_> = (0..MODELS)
        .map(|number| {
            let harness = Arc::clone(&harness);
            tokio::spawn(async move {
                let own = format!("weights {number}");
                let files: [(&str, &[u8]); 3] = [
                    ("config.json", b"{}"),
                    ("model.bin", own.as_bytes()),
                    ("README.md", b"#"),
                ];
                harness.add(&format!("acme/m{number}"), &files).await
            })
        })
        .collect();
    for task in tasks {
        assert!(matches!(task.await.unwrap(), Committed::New(_)));
    }
    let question = ListModels {
        limit: 1_000,
        ..ListModels::default()
    };
    assert_eq!(
        harness.store().list_models(question).await.unwrap().len(),
        MODELS
    );
    assert_eq!(harness.blob_files("quarantine").len(), MODELS + 2);
    assert!(harness.blob_files("tmp").is_empty());
    let check = harness.store().verify_audit().await.unwrap();
    assert!(matches!(check, AuditCheck::Intact { rows, .. } if rows == MODELS as u64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_workers_share_the_work() {
    const MODELS: usize = 30;
    let harness = Arc::new(Harness::new().await);
    for number in 0..MODELS {
        harness
            .add(&format!("acme/m{number}"), &[("a", b"1")])
            .await;
    }
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let harness = Arc::clone(&harness);
            tokio::spawn(async move {
                let mut done = Vec::new();
                while let Some(job) = harness.claim(&format!("w{number}")).await {
                    harness.store().heartbeat(&job, LEASE).await.unwrap();
                    harness.finish(&job, Verdict::Clean).await.unwrap();
                    done.push(job.id);
                }
                done
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    assert_eq!(all.len(), MODELS);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), MODELS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn revisions_of_one_model_form_one_line() {
    let harness = Arc::new(Harness::new().await);
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let harness = Arc::clone(&harness);
            tokio::spawn(async move {
                let own = format!("{number}");
                harness.add("acme/x", &[("a", own.as_bytes())]).await;
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let revisions = harness
        .store()
        .revisions(&repo("acme/x"), 100)
        .await
        .unwrap();
    assert_eq!(revisions.len(), 20);
    for pair in revisions.windows(2) {
        assert_eq!(pair[0].parent.as_ref(), Some(&pair[1].revision));
    }
    assert_eq!(revisions[19].parent, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_reads_a_withdrawn_revision_after_the_withdrawal_returned() {
    let harness = Arc::new(Harness::new().await);
    for round in 0..15 {
        let bytes = format!("{round}");
        harness.add("acme/x", &[("a", bytes.as_bytes())]).await;
        let record = harness.scan(Verdict::Clean).await;
        let withdrawn = Arc::new(AtomicBool::new(false));
        let reads = Arc::new(AtomicU32::new(0));
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let (harness, withdrawn) = (Arc::clone(&harness), Arc::clone(&withdrawn));
                let (record, reads) = (record.clone(), Arc::clone(&reads));
                tokio::spawn(async move {
                    let reference = Reference::Revision(record.revision.clone());
                    loop {
                        let over = withdrawn.load(Ordering::SeqCst);
                        let answer = harness
                            .store()
                            .resolve(&record.repo, &reference)
                            .await
                            .unwrap();
                        reads.fetch_add(1, Ordering::SeqCst);
                        if over {
                            assert!(matches!(&*answer, Resolution::Withdrawn(_)), "{answer:?}");
                            return;
                        }
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        while reads.load(Ordering::SeqCst) < 10 {
            tokio::task::yield_now().await;
        }
        let actor = Actor::token("t");
        let store = harness.store();
        store
            .withdraw(&record.repo, &record.revision, &actor, "bad")
            .await
            .unwrap();
        withdrawn.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_caller_that_goes_away_cannot_leave_an_old_answer() {
    let harness = Harness::new().await;
    for round in 0..20_u64 {
        let bytes = format!("{round}");
        harness.add("acme/x", &[("a", bytes.as_bytes())]).await;
        let record = harness.scan(Verdict::Clean).await;
        let reference = Reference::Revision(record.revision.clone());
        let store = harness.store();
        store.resolve(&record.repo, &reference).await.unwrap();
        let actor = Actor::token("t");
        let withdrawal = store.withdraw(&record.repo, &record.revision, &actor, "bad");
        let patience = std::time::Duration::from_micros(round * 300);
        drop(tokio::time::timeout(patience, withdrawal).await);
        // The change either never started or comes to its end; then the answer is the new one.
        let mut changes = 0;
        loop {
            let state = store
                .revision(&record.repo, &record.revision)
                .await
                .unwrap()
                .state;
            let answer = store.resolve(&record.repo, &reference).await.unwrap();
            if matches!(&*answer, Resolution::Withdrawn(_)) {
                break;
            }
            changes += 1;
            assert!(
                changes < 2_000,
                "the row is {state} and the answer is {answer:?}"
            );
            if changes == 500 && state == RevisionState::Admitted {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
}
