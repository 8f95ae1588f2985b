//! From rows to nouns. A value that this program would not have written is an error, never a guess.

use std::str::FromStr;

use jiff::Timestamp;
use mith_core::{Outcome, Reason, RepoId, Revision};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use crate::blobs::BlobInfo;
use crate::error::{Result, StoreError};
use crate::sqlite::OrDatabase as _;
use crate::types::{DecisionRecord, FileRecord, RevisionRecord, RevisionState};

/// The columns of a revision with its newest decision; followed by a condition.
macro_rules! select_revision {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, m.repo, r.revision, r.parent, r.tree_digest, r.state, r.verdict, r.message,
                    r.created_at, r.created_by, r.barred,
                    d.outcome, d.reasons, d.by AS decided_by, d.why, d.at AS decided_at
             FROM revisions r
             JOIN models m ON m.id = r.model_id
             LEFT JOIN decisions d ON d.id = (SELECT max(id) FROM decisions WHERE revision_id = r.id) ",
            $rest
        )
    };
}
pub(super) use select_revision;

/// A revision as the database knows it.
#[derive(Debug, Clone)]
pub(super) struct StoredRevision {
    /// The key of its row.
    pub(super) id: i64,
    /// Everything else.
    pub(super) record: RevisionRecord,
}

/// Parses a text column.
pub(super) fn parse<T: FromStr>(row: &SqliteRow, column: &'static str) -> Result<T> {
    let text: String = row.try_get(column).database()?;
    text.parse().map_err(|_| StoreError::corrupt(column, &text))
}

/// Parses a text column that may be empty.
pub(super) fn parse_optional<T: FromStr>(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Option<T>> {
    let text: Option<String> = row.try_get(column).database()?;
    text.map(|text| text.parse().map_err(|_| StoreError::corrupt(column, &text)))
        .transpose()
}

/// A number that is never negative.
pub(super) fn unsigned(row: &SqliteRow, column: &'static str) -> Result<u64> {
    let number: i64 = row.try_get(column).database()?;
    u64::try_from(number).map_err(|_| StoreError::corrupt(column, &number.to_string()))
}

/// A size as the database keeps it.
pub(super) fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| StoreError::corrupt("size", &number.to_string()))
}

/// A time as the database keeps it.
pub(super) fn time(milliseconds: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(milliseconds)
        .map_err(|_| StoreError::corrupt("time", &milliseconds.to_string()))
}

/// A time column.
pub(super) fn time_of(row: &SqliteRow, column: &'static str) -> Result<Timestamp> {
    time(row.try_get(column).database()?)
}

/// The word of an outcome in SQL.
pub(super) const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allow => "allow",
        Outcome::Hold => "hold",
        Outcome::Deny => "deny",
    }
}

fn outcome_of(text: &str) -> Result<Outcome> {
    [Outcome::Allow, Outcome::Hold, Outcome::Deny]
        .into_iter()
        .find(|outcome| outcome_word(*outcome) == text)
        .ok_or_else(|| StoreError::corrupt("outcome", text))
}

/// The reasons of a decision, which are kept as JSON.
pub(super) fn reasons_of(text: &str) -> Result<Vec<Reason>> {
    serde_json::from_str(text).map_err(|_| StoreError::corrupt("list of reasons", text))
}

/// A decision from columns named as in [`select_revision`]; `None` when there is none.
pub(super) fn decision_of(row: &SqliteRow) -> Result<Option<DecisionRecord>> {
    let Some(outcome) = row.try_get::<Option<String>, _>("outcome").database()? else {
        return Ok(None);
    };
    let reasons: String = row.try_get("reasons").database()?;
    Ok(Some(DecisionRecord {
        outcome: outcome_of(&outcome)?,
        reasons: reasons_of(&reasons)?,
        by: row.try_get("decided_by").database()?,
        why: row.try_get("why").database()?,
        at: time_of(row, "decided_at")?,
    }))
}

/// A revision without its files, from a row of [`select_revision`].
fn revision_of(row: &SqliteRow) -> Result<StoredRevision> {
    Ok(StoredRevision {
        id: row.try_get("id").database()?,
        record: RevisionRecord {
            repo: parse(row, "repo")?,
            revision: parse(row, "revision")?,
            parent: parse_optional(row, "parent")?,
            tree_digest: parse(row, "tree_digest")?,
            state: parse::<RevisionState>(row, "state")?,
            verdict: parse_optional(row, "verdict")?,
            message: row.try_get("message").database()?,
            created_at: time_of(row, "created_at")?,
            created_by: row.try_get("created_by").database()?,
            files: Vec::new(),
            decision: decision_of(row)?,
        },
    })
}

/// A revision with its files, from a row of [`select_revision`].
pub(super) async fn complete(
    connection: &mut SqliteConnection,
    row: &SqliteRow,
) -> Result<StoredRevision> {
    let mut stored = revision_of(row)?;
    let rows = sqlx::query(
        "SELECT path, sha256, size, git_oid, verdict FROM files WHERE revision_id = ? ORDER BY path",
    )
    .bind(stored.id)
    .fetch_all(&mut *connection)
    .await
    .database()?;
    stored.record.files = rows.iter().map(file_of).collect::<Result<_>>()?;
    Ok(stored)
}

/// The bytes of a file, from the columns `sha256`, `size` and `git_oid`.
pub(super) fn blob_of(row: &SqliteRow) -> Result<BlobInfo> {
    Ok(BlobInfo {
        sha256: parse(row, "sha256")?,
        size: unsigned(row, "size")?,
        git_oid: row.try_get("git_oid").database()?,
    })
}

fn file_of(row: &SqliteRow) -> Result<FileRecord> {
    let blob = blob_of(row)?;
    Ok(FileRecord {
        path: parse(row, "path")?,
        sha256: blob.sha256,
        size: blob.size,
        oid: blob.oid(),
        is_lfs: blob.is_lfs(),
        verdict: parse_optional(row, "verdict")?,
    })
}

/// One revision of a model in any state.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    repo: &RepoId,
    revision: &Revision,
) -> Result<StoredRevision> {
    let row = sqlx::query(select_revision!("WHERE m.repo = ? AND r.revision = ?"))
        .bind(repo.as_str())
        .bind(revision.as_str())
        .fetch_optional(&mut *connection)
        .await
        .database()?;
    match row {
        Some(row) => complete(connection, &row).await,
        None if model_exists(connection, repo).await? => Err(StoreError::UnknownRevision {
            repo: repo.clone(),
            revision: revision.clone(),
        }),
        None => Err(StoreError::UnknownModel { repo: repo.clone() }),
    }
}

/// The revision of a row key.
pub(super) async fn find_by_id(
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<StoredRevision> {
    let row = sqlx::query(select_revision!("WHERE r.id = ?"))
        .bind(id)
        .fetch_one(&mut *connection)
        .await
        .database()?;
    complete(connection, &row).await
}

/// The newest revision of a model in any state.
pub(super) async fn newest(
    connection: &mut SqliteConnection,
    repo: &RepoId,
) -> Result<Option<StoredRevision>> {
    let row = sqlx::query(select_revision!(
        "WHERE m.repo = ? ORDER BY r.id DESC LIMIT 1"
    ))
    .bind(repo.as_str())
    .fetch_optional(&mut *connection)
    .await
    .database()?;
    match row {
        Some(row) => complete(connection, &row).await.map(Some),
        None => Ok(None),
    }
}

/// Whether a model of exactly this name exists.
pub(super) async fn model_exists(connection: &mut SqliteConnection, repo: &RepoId) -> Result<bool> {
    let row = sqlx::query("SELECT 1 AS found FROM models WHERE repo = ?")
        .bind(repo.as_str())
        .fetch_optional(connection)
        .await
        .database()?;
    Ok(row.is_some())
}
