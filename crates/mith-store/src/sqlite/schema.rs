//! The schema and its versions. A migration that was released is never edited; a change is a further one.

use mith_core::Digest;
use sqlx::Row as _;
use sqlx::sqlite::SqlitePool;

use crate::error::{Result, StoreError};
use crate::sqlite::OrDatabase as _;

/// One step of the schema.
pub(super) struct Migration {
    version: i64,
    sql: &'static str,
}

/// All steps, oldest first; the versions count from 1.
const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: include_str!("../../migrations/sqlite/0001_start.sql"),
}];

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_versions (
    version    INTEGER PRIMARY KEY,
    sha256     TEXT NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT";

/// Applies the steps that are missing, each in a transaction of its own. Refuses a database from the future, and one
/// whose steps were other than ours.
pub(super) async fn migrate(writer: &SqlitePool, now: i64) -> Result<()> {
    apply(writer, MIGRATIONS, now).await
}

async fn apply(writer: &SqlitePool, migrations: &[Migration], now: i64) -> Result<()> {
    sqlx::query(VERSIONS).execute(writer).await.database()?;
    let rows = sqlx::query("SELECT version, sha256 FROM schema_versions ORDER BY version")
        .fetch_all(writer)
        .await
        .database()?;
    let known = migrations.last().map_or(0, |migration| migration.version);
    let mut applied = 0;
    for row in rows {
        let found: i64 = row.try_get("version").database()?;
        let sha256: String = row.try_get("sha256").database()?;
        let Some(migration) = migrations.iter().find(|step| step.version == found) else {
            return Err(StoreError::NewerSchema { found, known });
        };
        if Digest::of(migration.sql.as_bytes()).to_hex() != sha256 {
            return Err(StoreError::ChangedMigration { version: found });
        }
        applied = found;
    }
    for migration in migrations.iter().filter(|step| step.version > applied) {
        let mut connection = writer.acquire().await.database()?;
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut *connection)
            .await
            .database()?;
        sqlx::raw_sql(migration.sql)
            .execute(&mut *connection)
            .await
            .database()?;
        sqlx::query("INSERT INTO schema_versions (version, sha256, applied_at) VALUES (?, ?, ?)")
            .bind(migration.version)
            .bind(Digest::of(migration.sql.as_bytes()).to_hex())
            .bind(now)
            .execute(&mut *connection)
            .await
            .database()?;
        sqlx::query("COMMIT")
            .execute(&mut *connection)
            .await
            .database()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
