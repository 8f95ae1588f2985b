//! Which databases are opened, which are refused, and that a step is applied once and as a whole.

use std::path::Path;

use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::{MIGRATIONS, Migration, apply};
use crate::error::StoreError;

async fn open(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    SqlitePool::connect_with(options).await.unwrap()
}

async fn versions(pool: &SqlitePool) -> Vec<i64> {
    let rows = sqlx::query("SELECT version FROM schema_versions ORDER BY version")
        .fetch_all(pool)
        .await
        .unwrap();
    rows.iter().map(|row| row.get("version")).collect()
}

const FIRST: Migration = Migration {
    version: 1,
    sql: "CREATE TABLE one (id INTEGER PRIMARY KEY)",
};
const SECOND: Migration = Migration {
    version: 2,
    sql: "CREATE TABLE two (id INTEGER PRIMARY KEY); INSERT INTO one VALUES (7)",
};

#[tokio::test]
async fn missing_steps_are_applied_once_and_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let pool = open(&directory.path().join("mith.db")).await;
    apply(&pool, &[FIRST], 1).await.unwrap();
    assert_eq!(versions(&pool).await, [1]);
    for _ in 0..2 {
        apply(&pool, &[FIRST, SECOND], 2).await.unwrap();
        assert_eq!(versions(&pool).await, [1, 2]);
    }
}

#[tokio::test]
async fn a_step_that_fails_leaves_nothing_of_itself() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mith.db");
    let pool = open(&path).await;
    let broken = Migration {
        version: 2,
        sql: "CREATE TABLE half (id INTEGER PRIMARY KEY); INSERT INTO nowhere VALUES (1)",
    };
    let failed = apply(&pool, &[FIRST, broken], 1).await;
    assert!(matches!(failed, Err(StoreError::Database(_))));
    pool.close().await;
    let pool = open(&path).await;
    assert_eq!(versions(&pool).await, [1]);
    let half = sqlx::query("SELECT * FROM half").fetch_all(&pool).await;
    assert!(half.is_err());
    apply(&pool, &[FIRST, SECOND], 2).await.unwrap();
    assert_eq!(versions(&pool).await, [1, 2]);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_untouched() {
    let directory = tempfile::tempdir().unwrap();
    let pool = open(&directory.path().join("mith.db")).await;
    apply(&pool, &[FIRST, SECOND], 1).await.unwrap();
    let refused = apply(&pool, &[FIRST], 2).await.unwrap_err();
    assert!(matches!(
        refused,
        StoreError::NewerSchema { found: 2, known: 1 }
    ));
    assert!(refused.to_string().contains("use a newer program"));
    assert_eq!(versions(&pool).await, [1, 2]);
}

#[tokio::test]
async fn a_step_that_reads_differently_now_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let pool = open(&directory.path().join("mith.db")).await;
    apply(&pool, &[FIRST], 1).await.unwrap();
    let edited = Migration {
        version: 1,
        sql: "CREATE TABLE one (id TEXT PRIMARY KEY)",
    };
    let refused = apply(&pool, &[edited], 2).await;
    assert!(matches!(
        refused,
        Err(StoreError::ChangedMigration { version: 1 })
    ));
}

#[test]
fn versions_count_from_one_without_a_gap() {
    let versions: Vec<i64> = MIGRATIONS.iter().map(|step| step.version).collect();
    let expected: Vec<i64> = (1..).take(MIGRATIONS.len()).collect();
    assert_eq!(versions, expected);
}
