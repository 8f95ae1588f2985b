//! What is read: the resolution on which every byte for a client depends, lists, reports, history.

use std::sync::Arc;

use mith_core::{RepoId, Revision, ScanReport};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error::{Result, StoreError};
use crate::sqlite::rows::{self, parse, parse_optional, reasons_of, select_revision, time_of};
use crate::sqlite::{OrDatabase as _, SqliteStore, resolution_key};
use crate::types::{
    DecisionRecord, ListModels, Listing, ModelSummary, Page, Reference, Resolution, RevisionRecord,
};

/// What a name and a reference lead to; from memory when nothing has changed since the last time.
pub(super) async fn resolve(
    store: &SqliteStore,
    repo: &RepoId,
    reference: &Reference,
) -> Result<Arc<Resolution>> {
    let key = resolution_key(repo, reference);
    if let Some(known) = store.0.resolutions.get(key.as_str()) {
        return Ok(known);
    }
    let ticket = store.0.resolutions.ticket();
    let resolution = Arc::new(resolve_in_database(store, repo, reference).await?);
    let weight = match &*resolution {
        // Names that lead nowhere are not kept: a client can think of any number of them.
        Resolution::UnknownModel | Resolution::UnknownRevision => return Ok(resolution),
        Resolution::NeverAdmitted(_) | Resolution::Withdrawn(_) => 1,
        Resolution::Admitted(record) => 1 + record.files.len(),
    };
    store
        .0
        .resolutions
        .insert(ticket, key, weight, Arc::clone(&resolution));
    Ok(resolution)
}

async fn resolve_in_database(
    store: &SqliteStore,
    repo: &RepoId,
    reference: &Reference,
) -> Result<Resolution> {
    let mut snapshot = store.snapshot().await?;
    let query = match reference {
        // The newest admitted one; else the newest that was, for caches that still hold it; else the newest.
        Reference::Main => sqlx::query(select_revision!(
            "WHERE r.id = coalesce(
                 (SELECT max(a.id) FROM revisions a JOIN models n ON n.id = a.model_id
                  WHERE n.repo = ?1 AND a.state = 'admitted'),
                 (SELECT max(a.id) FROM revisions a JOIN models n ON n.id = a.model_id
                  WHERE n.repo = ?1 AND a.state = 'withdrawn'),
                 (SELECT max(a.id) FROM revisions a JOIN models n ON n.id = a.model_id
                  WHERE n.repo = ?1))"
        ))
        .bind(repo.as_str()),
        Reference::Revision(revision) => {
            sqlx::query(select_revision!("WHERE m.repo = ? AND r.revision = ?"))
                .bind(repo.as_str())
                .bind(revision.as_str())
        }
    };
    let Some(row) = query.fetch_optional(&mut *snapshot).await.database()? else {
        return Ok(if rows::model_exists(&mut snapshot, repo).await? {
            Resolution::UnknownRevision
        } else {
            Resolution::UnknownModel
        });
    };
    let stored = rows::complete(&mut snapshot, &row).await?;
    Ok(Resolution::of(stored.record))
}

/// The admitted revisions of a model, newest first.
pub(super) async fn commits(
    store: &SqliteStore,
    repo: &RepoId,
    offset: u64,
    limit: u32,
) -> Result<Page<RevisionRecord>> {
    let mut snapshot = store.snapshot().await?;
    let found = sqlx::query(select_revision!(
        "WHERE m.repo = ? AND r.state = 'admitted' ORDER BY r.id DESC LIMIT ? OFFSET ?"
    ))
    .bind(repo.as_str())
    .bind(i64::from(limit))
    .bind(i64::try_from(offset).unwrap_or(i64::MAX))
    .fetch_all(&mut *snapshot)
    .await
    .database()?;
    let total = sqlx::query(
        "SELECT count(*) AS total FROM revisions r JOIN models m ON m.id = r.model_id
         WHERE m.repo = ? AND r.state = 'admitted'",
    )
    .bind(repo.as_str())
    .fetch_one(&mut *snapshot)
    .await
    .database()?;
    let mut items = Vec::with_capacity(found.len());
    for row in &found {
        items.push(rows::complete(&mut snapshot, row).await?.record);
    }
    Ok(Page {
        items,
        total: rows::unsigned(&total, "total")?,
    })
}

/// The revisions of a model in any state, newest first.
pub(super) async fn revisions(
    store: &SqliteStore,
    repo: &RepoId,
    limit: u32,
) -> Result<Vec<RevisionRecord>> {
    let mut snapshot = store.snapshot().await?;
    let found = sqlx::query(select_revision!(
        "WHERE m.repo = ? ORDER BY r.id DESC LIMIT ?"
    ))
    .bind(repo.as_str())
    .bind(i64::from(limit))
    .fetch_all(&mut *snapshot)
    .await
    .database()?;
    if found.is_empty() && !rows::model_exists(&mut snapshot, repo).await? {
        return Err(StoreError::UnknownModel { repo: repo.clone() });
    }
    let mut records = Vec::with_capacity(found.len());
    for row in &found {
        records.push(rows::complete(&mut snapshot, row).await?.record);
    }
    Ok(records)
}

/// One revision in any state.
pub(super) async fn revision(
    store: &SqliteStore,
    repo: &RepoId,
    revision: &Revision,
) -> Result<RevisionRecord> {
    let mut snapshot = store.snapshot().await?;
    Ok(rows::find(&mut snapshot, repo, revision).await?.record)
}

/// The newest revision of a model in any state.
pub(super) async fn newest(store: &SqliteStore, repo: &RepoId) -> Result<RevisionRecord> {
    let mut snapshot = store.snapshot().await?;
    rows::newest(&mut snapshot, repo)
        .await?
        .map(|stored| stored.record)
        .ok_or_else(|| StoreError::UnknownModel { repo: repo.clone() })
}

/// The newest report about a revision.
pub(super) async fn report(
    store: &SqliteStore,
    repo: &RepoId,
    revision: &Revision,
) -> Result<Option<ScanReport>> {
    let mut snapshot = store.snapshot().await?;
    let stored = rows::find(&mut snapshot, repo, revision).await?;
    let row =
        sqlx::query("SELECT report FROM reports WHERE revision_id = ? ORDER BY id DESC LIMIT 1")
            .bind(stored.id)
            .fetch_optional(&mut *snapshot)
            .await
            .database()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let text: String = row.try_get("report").database()?;
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|_| StoreError::corrupt("report", &text))
}

/// All decisions about a revision, newest first.
pub(super) async fn decisions(
    store: &SqliteStore,
    repo: &RepoId,
    revision: &Revision,
) -> Result<Vec<DecisionRecord>> {
    let mut snapshot = store.snapshot().await?;
    let stored = rows::find(&mut snapshot, repo, revision).await?;
    let found = sqlx::query(
        "SELECT outcome, reasons, by AS decided_by, why, at AS decided_at
         FROM decisions WHERE revision_id = ? ORDER BY id DESC",
    )
    .bind(stored.id)
    .fetch_all(&mut *snapshot)
    .await
    .database()?;
    found
        .iter()
        .filter_map(|row| rows::decision_of(row).transpose())
        .collect()
}

/// The columns of a list of models; followed by which revision of each.
macro_rules! select_models {
    ($state:literal) => {
        concat!(
            "SELECT m.repo, r.revision, r.tree_digest, r.state, r.verdict, r.created_at, d.why, d.reasons,
                    (SELECT a.revision FROM revisions a
                     WHERE a.id = (SELECT max(id) FROM revisions
                                   WHERE model_id = m.id AND state = 'admitted')) AS main
             FROM models m
             JOIN revisions r ON r.id = (SELECT max(id) FROM revisions WHERE model_id = m.id",
            $state,
            ")
             LEFT JOIN decisions d ON d.id = (SELECT max(id) FROM decisions WHERE revision_id = r.id)
             WHERE instr(m.fold, ?1) > 0 AND m.repo > ?2
             ORDER BY m.repo LIMIT ?3"
        )
    };
}

/// Models by name.
pub(super) async fn list(store: &SqliteStore, question: ListModels) -> Result<Vec<ModelSummary>> {
    let sql = match question.listing {
        Listing::All => select_models!(""),
        Listing::Admitted => select_models!(" AND state = 'admitted'"),
    };
    let limit = match question.limit {
        0 => 100,
        limit => limit.min(1_000),
    };
    let found = sqlx::query(sql)
        .bind(question.search.unwrap_or_default().to_lowercase())
        .bind(
            question
                .after
                .map(|repo| repo.to_string())
                .unwrap_or_default(),
        )
        .bind(i64::from(limit))
        .fetch_all(&store.0.readers)
        .await
        .database()?;
    found.iter().map(summary).collect()
}

fn summary(row: &SqliteRow) -> Result<ModelSummary> {
    let why: Option<String> = row.try_get("why").database()?;
    let reasons: Option<String> = row.try_get("reasons").database()?;
    let first_reason = || -> Result<Option<String>> {
        let Some(text) = reasons else {
            return Ok(None);
        };
        Ok(reasons_of(&text)?
            .into_iter()
            .next()
            .map(|reason| reason.message))
    };
    Ok(ModelSummary {
        repo: parse(row, "repo")?,
        revision: parse(row, "revision")?,
        tree_digest: parse(row, "tree_digest")?,
        state: parse(row, "state")?,
        verdict: parse_optional(row, "verdict")?,
        created_at: time_of(row, "created_at")?,
        reason: match why {
            Some(why) => Some(why),
            None => first_reason()?,
        },
        main: parse_optional(row, "main")?,
    })
}
