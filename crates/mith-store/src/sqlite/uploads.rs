//! Uploads in SQLite: from the first file to the revision that a commit makes.

use std::collections::BTreeMap;

use mith_core::{Digest, ModelPath, RepoId, Revision, TreeDigest, TreeEntry, tree_digest};
use serde_json::json;
use sqlx::{Row as _, SqliteConnection};

use crate::blobs::BlobInfo;
use crate::error::{Result, StoreError};
use crate::sqlite::change::Change;
use crate::sqlite::rows::{self, StoredRevision, blob_of, parse, signed};
use crate::sqlite::{OrDatabase as _, SqliteStore, audit, jobs};
use crate::tree::{check_paths, revision_id};
use crate::types::{Actor, CommitRequest, Committed, JobKind, RevisionState, UploadFile, UploadId};

/// What a commit says is cut to this many characters.
const MESSAGE_LIMIT: usize = 4_096;

/// Opens an upload.
pub(super) async fn create(store: &SqliteStore, repo: RepoId, actor: Actor) -> Result<UploadId> {
    let lifetime = milliseconds(store);
    store
        .change(move |change| {
            Box::pin(async move {
                check_name(change, &repo).await?;
                let upload = UploadId::fresh();
                sqlx::query(
                    "INSERT INTO uploads (id, repo, created_by, created_at, expires_at)
                     VALUES (?, ?, ?, ?, ?)",
                )
                .bind(upload.to_string())
                .bind(repo.as_str())
                .bind(actor.as_str())
                .bind(change.now)
                .bind(change.now.saturating_add(lifetime))
                .execute(change.connection())
                .await
                .database()?;
                Ok(upload)
            })
        })
        .await
}

/// Notes a file; an upload that somebody works on does not expire.
pub(super) async fn put_file(
    store: &SqliteStore,
    upload: UploadId,
    file: UploadFile,
) -> Result<()> {
    let lifetime = milliseconds(store);
    store
        .change(move |change| {
            Box::pin(async move {
                let touched = sqlx::query(
                    "UPDATE uploads SET expires_at = ? WHERE id = ? AND expires_at > ?",
                )
                .bind(change.now.saturating_add(lifetime))
                .bind(upload.to_string())
                .bind(change.now)
                .execute(change.connection())
                .await
                .database()?;
                if touched.rows_affected() == 0 {
                    return Err(StoreError::UnknownUpload { upload });
                }
                sqlx::query(
                    "INSERT INTO upload_files (upload_id, path, sha256, size, git_oid)
                     VALUES (?, ?, ?, ?, ?)
                     ON CONFLICT (upload_id, path)
                     DO UPDATE SET sha256 = excluded.sha256, size = excluded.size, git_oid = excluded.git_oid",
                )
                .bind(upload.to_string())
                .bind(file.path.as_str())
                .bind(file.blob.sha256.to_hex())
                .bind(signed(file.blob.size)?)
                .bind(file.blob.git_oid)
                .execute(change.connection())
                .await
                .database()?;
                Ok(())
            })
        })
        .await
}

/// Forgets an upload; its bytes stay in quarantine until the next sweep.
pub(super) async fn abort(store: &SqliteStore, upload: UploadId) -> Result<()> {
    store
        .change(move |change| {
            Box::pin(async move {
                let gone = forget(change, upload).await?;
                if gone {
                    Ok(())
                } else {
                    Err(StoreError::UnknownUpload { upload })
                }
            })
        })
        .await
}

/// Forgets the uploads that have expired.
pub(super) async fn expire(store: &SqliteStore) -> Result<u64> {
    store
        .change(move |change| {
            Box::pin(async move {
                let expired = sqlx::query("DELETE FROM uploads WHERE expires_at <= ?")
                    .bind(change.now)
                    .execute(change.connection())
                    .await
                    .database()?;
                Ok(expired.rows_affected())
            })
        })
        .await
}

/// Of these digests, those that nothing needs in quarantine. A denied revision keeps its bytes, so that it can be
/// examined, and scanned again by better rules; an admitted one has them under the admitted prefix.
pub(super) async fn unreferenced(store: &SqliteStore, digests: Vec<Digest>) -> Result<Vec<Digest>> {
    let mut snapshot = store.snapshot().await?;
    let mut found = Vec::new();
    for digest in digests {
        let needed = sqlx::query(
            "SELECT 1 AS needed FROM upload_files WHERE sha256 = ?1
             UNION ALL
             SELECT 1 FROM files f JOIN revisions r ON r.id = f.revision_id
             WHERE f.sha256 = ?1 AND r.state IN ('scanning', 'held', 'denied')
             LIMIT 1",
        )
        .bind(digest.to_hex())
        .fetch_optional(&mut *snapshot)
        .await
        .database()?;
        if needed.is_none() {
            found.push(digest);
        }
    }
    Ok(found)
}

/// Makes a revision of an upload.
pub(super) async fn commit(
    store: &SqliteStore,
    upload: UploadId,
    request: CommitRequest,
    actor: Actor,
) -> Result<Committed> {
    store
        .change(move |change| Box::pin(commit_in(change, upload, request, actor)))
        .await
}

async fn commit_in(
    change: &mut Change,
    upload: UploadId,
    request: CommitRequest,
    actor: Actor,
) -> Result<Committed> {
    let now = change.now;
    let repo = open_upload(change.connection(), upload, now).await?;
    let uploaded = upload_files(change, upload).await?;
    check_list(&request.files, &uploaded)?;
    check_paths(&uploaded.keys().cloned().collect::<Vec<_>>())?;
    check_name(change, &repo).await?;
    let tree = tree_digest(&request.files);
    let newest = rows::newest(change.connection(), &repo).await?;
    let committed = match newest {
        Some(newest) if newest.record.tree_digest == tree => {
            same_tree(change, newest, &request, &actor).await?
        }
        newest => {
            let parent = newest.map(|newest| newest.record.revision);
            new_revision(change, upload, &repo, parent, tree, &request, &actor).await?
        }
    };
    forget(change, upload).await?;
    Ok(committed)
}

/// The model of an open upload.
pub(super) async fn repo(store: &SqliteStore, upload: UploadId) -> Result<RepoId> {
    let mut connection = store.0.readers.acquire().await.database()?;
    open_upload(&mut connection, upload, store.0.options.clock.now()).await
}

async fn open_upload(
    connection: &mut SqliteConnection,
    upload: UploadId,
    now: i64,
) -> Result<RepoId> {
    let row = sqlx::query("SELECT repo FROM uploads WHERE id = ? AND expires_at > ?")
        .bind(upload.to_string())
        .bind(now)
        .fetch_optional(connection)
        .await
        .database()?
        .ok_or(StoreError::UnknownUpload { upload })?;
    parse(&row, "repo")
}

async fn upload_files(
    change: &mut Change,
    upload: UploadId,
) -> Result<BTreeMap<ModelPath, BlobInfo>> {
    let rows =
        sqlx::query("SELECT path, sha256, size, git_oid FROM upload_files WHERE upload_id = ?")
            .bind(upload.to_string())
            .fetch_all(change.connection())
            .await
            .database()?;
    rows.iter()
        .map(|row| Ok((parse(row, "path")?, blob_of(row)?)))
        .collect()
}

/// Refuses a list that is not exactly what was uploaded.
fn check_list(list: &[TreeEntry], uploaded: &BTreeMap<ModelPath, BlobInfo>) -> Result<()> {
    if list.is_empty() && uploaded.is_empty() {
        return Err(StoreError::EmptyUpload);
    }
    let mismatch = |path: &ModelPath, what| StoreError::UploadMismatch {
        path: path.clone(),
        what,
    };
    let mut missing: BTreeMap<&ModelPath, &BlobInfo> = uploaded.iter().collect();
    for entry in list {
        let Some(blob) = missing.remove(&entry.path) else {
            return Err(if uploaded.contains_key(&entry.path) {
                mismatch(&entry.path, "it is listed twice")
            } else {
                mismatch(&entry.path, "it is listed and was not uploaded")
            });
        };
        if blob.size != entry.size {
            return Err(mismatch(&entry.path, "its size is another"));
        }
        if blob.sha256 != entry.sha256 {
            return Err(mismatch(&entry.path, "its digest is another"));
        }
    }
    match missing.first_key_value() {
        Some((path, _)) => Err(mismatch(path, "it was uploaded and is not listed")),
        None => Ok(()),
    }
}

/// Refuses a name that differs from that of a model in upper and lower case alone.
async fn check_name(change: &mut Change, repo: &RepoId) -> Result<()> {
    let row = sqlx::query("SELECT repo FROM models WHERE fold = ?")
        .bind(repo.as_str().to_ascii_lowercase())
        .fetch_optional(change.connection())
        .await
        .database()?;
    match row.map(|row| parse::<RepoId>(&row, "repo")).transpose()? {
        Some(existing) if existing != *repo => Err(StoreError::NameTaken {
            repo: repo.clone(),
            existing,
        }),
        _ => Ok(()),
    }
}

/// The newest revision has this very tree. What the rules alone held or denied is scanned again when the rules are
/// others now; what a person refused stays refused, and a withdrawn tree does not come back by being sent again.
async fn same_tree(
    change: &mut Change,
    newest: StoredRevision,
    request: &CommitRequest,
    actor: &Actor,
) -> Result<Committed> {
    let StoredRevision { id, record } = newest;
    let may_change = matches!(record.state, RevisionState::Held | RevisionState::Denied);
    if !may_change || is_barred(change, id).await? || same_rules(change, id, request).await? {
        return Ok(Committed::Same(record));
    }
    sqlx::query("UPDATE revisions SET state = 'scanning' WHERE id = ?")
        .bind(id)
        .execute(change.connection())
        .await
        .database()?;
    jobs::enqueue(change, JobKind::Scan, id).await?;
    change.touch(&record.repo);
    audit::append(
        change,
        actor,
        "revision.rescan",
        format!("{}@{}", record.repo, record.revision),
        json!({ "state": record.state.as_str(), "rules": request.rules.digest }),
    )
    .await?;
    let stored = rows::find_by_id(change.connection(), id).await?;
    Ok(Committed::Rescan(stored.record))
}

async fn is_barred(change: &mut Change, id: i64) -> Result<bool> {
    let row = sqlx::query("SELECT barred FROM revisions WHERE id = ?")
        .bind(id)
        .fetch_one(change.connection())
        .await
        .database()?;
    row.try_get("barred").database()
}

/// Whether the newest report was made by the rules of today; a revision that could not be scanned has none.
async fn same_rules(change: &mut Change, id: i64, request: &CommitRequest) -> Result<bool> {
    let row = sqlx::query(
        "SELECT rules_digest FROM reports WHERE revision_id = ? ORDER BY id DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(change.connection())
    .await
    .database()?;
    match row {
        Some(row) => {
            let digest: String = row.try_get("rules_digest").database()?;
            Ok(digest == request.rules.digest)
        }
        None => Ok(false),
    }
}

async fn new_revision(
    change: &mut Change,
    upload: UploadId,
    repo: &RepoId,
    parent: Option<Revision>,
    tree: TreeDigest,
    request: &CommitRequest,
    actor: &Actor,
) -> Result<Committed> {
    let revision = revision_id(repo, parent.as_ref(), &tree)?;
    let model = model_row(change, repo).await?;
    let message: String = request.message.chars().take(MESSAGE_LIMIT).collect();
    let now = change.now;
    let inserted = sqlx::query(
        "INSERT INTO revisions
         (model_id, revision, parent, tree_digest, state, message, created_at, created_by)
         VALUES (?, ?, ?, ?, 'scanning', ?, ?, ?)",
    )
    .bind(model)
    .bind(revision.as_str())
    .bind(parent.as_ref().map(|parent| parent.as_str().to_owned()))
    .bind(tree.to_string())
    .bind(message)
    .bind(now)
    .bind(actor.as_str())
    .execute(change.connection())
    .await
    .database()?;
    let id = inserted.last_insert_rowid();
    sqlx::query(
        "INSERT INTO files (revision_id, path, sha256, size, git_oid)
         SELECT ?, path, sha256, size, git_oid FROM upload_files WHERE upload_id = ?",
    )
    .bind(id)
    .bind(upload.to_string())
    .execute(change.connection())
    .await
    .database()?;
    jobs::enqueue(change, JobKind::Scan, id).await?;
    change.touch(repo);
    audit::append(
        change,
        actor,
        "revision.commit",
        format!("{repo}@{revision}"),
        json!({ "tree_digest": tree.to_string(), "files": request.files.len(), "upload": upload.to_string() }),
    )
    .await?;
    let stored = rows::find_by_id(change.connection(), id).await?;
    Ok(Committed::New(stored.record))
}

/// The row of a model, made when there is none.
async fn model_row(change: &mut Change, repo: &RepoId) -> Result<i64> {
    let now = change.now;
    sqlx::query(
        "INSERT INTO models (repo, fold, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(repo.as_str())
    .bind(repo.as_str().to_ascii_lowercase())
    .bind(now)
    .execute(change.connection())
    .await
    .database()?;
    let row = sqlx::query("SELECT id FROM models WHERE repo = ?")
        .bind(repo.as_str())
        .fetch_one(change.connection())
        .await
        .database()?;
    row.try_get("id").database()
}

/// Removes an upload with its files; whether it was there.
async fn forget(change: &mut Change, upload: UploadId) -> Result<bool> {
    let removed = sqlx::query("DELETE FROM uploads WHERE id = ?")
        .bind(upload.to_string())
        .execute(change.connection())
        .await
        .database()?;
    Ok(removed.rows_affected() > 0)
}

fn milliseconds(store: &SqliteStore) -> i64 {
    i64::try_from(store.0.options.upload_lifetime.as_millis()).unwrap_or(i64::MAX)
}
