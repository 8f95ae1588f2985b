//! What the database itself is set to, and that one bad change never spoils the next.

use sqlx::Row as _;

use crate::error::{Result, StoreError};
use crate::sqlite::SqliteStore;
use crate::tests::{Harness, repo};
use crate::types::Actor;

async fn pragma(store: &SqliteStore, sql: &'static str) -> Vec<String> {
    let mut answers = Vec::new();
    for pool in [&store.0.writer, &store.0.readers] {
        let row = sqlx::query(sql).fetch_one(pool).await.unwrap();
        answers.push(match row.try_get::<i64, _>(0) {
            Ok(number) => number.to_string(),
            Err(_) => row.get(0),
        });
    }
    answers
}

#[tokio::test]
async fn every_connection_has_the_settings_that_durability_needs() {
    let harness = Harness::new().await;
    let store = &harness.folder.store;
    assert_eq!(pragma(store, "PRAGMA journal_mode").await, ["wal", "wal"]);
    // 2 is FULL: a commit that was reported is on the disk.
    assert_eq!(pragma(store, "PRAGMA synchronous").await, ["2", "2"]);
    assert_eq!(pragma(store, "PRAGMA foreign_keys").await, ["1", "1"]);
    let refused = sqlx::query("DELETE FROM models")
        .execute(&store.0.readers)
        .await;
    assert!(refused.unwrap_err().to_string().contains("readonly"));
}

#[tokio::test]
async fn a_change_that_fails_leaves_nothing_and_the_next_one_works() {
    let harness = Harness::new().await;
    let store = &harness.folder.store;
    for round in 0..5 {
        let failed: Result<()> = store
            .change(|change| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO models (repo, fold, created_at) VALUES ('a/b', 'a/b', 0)",
                    )
                    .execute(change.connection())
                    .await
                    .unwrap();
                    Err(StoreError::EmptyUpload)
                })
            })
            .await;
        assert!(matches!(failed, Err(StoreError::EmptyUpload)));
        let panicked: Result<()> = store
            .change(|change| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO models (repo, fold, created_at) VALUES ('a/b', 'a/b', 0)",
                    )
                    .execute(change.connection())
                    .await
                    .unwrap();
                    panic!("in the middle of a change");
                })
            })
            .await;
        assert!(matches!(panicked, Err(StoreError::TaskLost)));
        assert_eq!(harness.main_word("a/b").await, "unknown model");
        harness.add(&format!("acme/m{round}"), &[("a", b"1")]).await;
    }
}

#[tokio::test]
async fn a_reader_that_goes_away_leaves_no_old_view_behind() {
    let harness = Harness::new().await;
    let store = &harness.folder.store;
    for round in 0..20 {
        // More readers than connections, all dropped in the middle of a view.
        for _ in 0..4 {
            let mut view = store.snapshot().await.unwrap();
            sqlx::query("SELECT count(*) FROM models")
                .fetch_one(&mut *view)
                .await
                .unwrap();
        }
        let name = format!("acme/m{round}");
        harness.add(&name, &[("a", b"1")]).await;
        for _ in 0..4 {
            assert_eq!(harness.main_word(&name).await, "never admitted, scanning");
            store.0.resolutions.invalidate(|_| true);
        }
    }
}

#[tokio::test]
async fn a_database_refuses_an_admission_that_the_program_forgot_to_check() {
    let harness = Harness::new().await;
    harness.add("acme/x", &[("a", b"1")]).await;
    for verdict in ["NULL", "'malicious'", "'unreadable'"] {
        let sql = format!("UPDATE revisions SET state = 'admitted', verdict = {verdict}");
        let refused = sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(&harness.folder.store.0.writer)
            .await;
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("CHECK constraint failed"), "{error}");
    }
}

#[tokio::test]
async fn a_row_that_we_would_not_have_written_is_an_error_and_no_guess() {
    let harness = Harness::new().await;
    harness.add("acme/x", &[("a", b"1")]).await;
    let writer = &harness.folder.store.0.writer;
    let spoilt = [
        (
            "UPDATE files SET path = '../../etc/passwd'",
            "UPDATE files SET path = 'a'",
        ),
        (
            "UPDATE revisions SET parent = 'main'",
            "UPDATE revisions SET parent = NULL",
        ),
    ];
    for (spoil, repair) in spoilt {
        sqlx::query(spoil).execute(writer).await.unwrap();
        harness.folder.store.0.resolutions.invalidate(|_| true);
        let (name, reference) = (repo("acme/x"), crate::Reference::Main);
        let answer = harness.store().resolve(&name, &reference).await;
        assert!(
            matches!(answer, Err(StoreError::Corrupt { .. })),
            "{spoil}: {answer:?}"
        );
        sqlx::query(repair).execute(writer).await.unwrap();
        assert!(harness.store().resolve(&name, &reference).await.is_ok());
    }
}

#[tokio::test]
async fn what_comes_from_outside_never_becomes_sql() {
    let harness = Harness::new().await;
    let hostile = "x'; DROP TABLE models; --";
    harness.add("acme/x", &[(hostile, b"1")]).await;
    let question = crate::ListModels {
        search: Some(hostile.to_owned()),
        ..crate::ListModels::default()
    };
    assert!(
        harness
            .store()
            .list_models(question)
            .await
            .unwrap()
            .is_empty()
    );
    let record = harness.scan(mith_core::Verdict::Clean).await;
    assert!(record.file(hostile).is_some());
    let actor = Actor::token(hostile);
    let store = harness.store();
    let withdrawn = store
        .withdraw(&record.repo, &record.revision, &actor, hostile)
        .await;
    assert_eq!(
        withdrawn.unwrap().decision.unwrap().why.as_deref(),
        Some(hostile)
    );
}
