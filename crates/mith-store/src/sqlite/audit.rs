//! The audit log in SQLite: a row joins the chain in the transaction of the change that it tells of.

use mith_core::Digest;
use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::audit::{ChainRow, Walk};
use crate::error::{Result, StoreError};
use crate::sqlite::change::Change;
use crate::sqlite::rows::{parse, time, unsigned};
use crate::sqlite::{OrDatabase as _, SqliteStore};
use crate::types::{Actor, AuditCheck, AuditEntry, Page};

/// How many rows are read at once.
const PAGE: i64 = 1_000;

/// Adds a row for a change.
pub(super) async fn append(
    change: &mut Change,
    actor: &Actor,
    action: &'static str,
    subject: String,
    detail: Value,
) -> Result<()> {
    let head = sqlx::query("SELECT rows, hash FROM audit_head WHERE id = 1")
        .fetch_one(change.connection())
        .await
        .database()?;
    let rows: i64 = head.try_get("rows").database()?;
    let previous: Digest = parse(&head, "hash")?;
    let row = ChainRow {
        seq: rows + 1,
        at: change.now,
        actor: actor.as_str().to_owned(),
        action: action.to_owned(),
        subject,
        detail: detail.to_string(),
    };
    let hash = row.hash(&previous);
    sqlx::query(
        "INSERT INTO audit (seq, at, actor, action, subject, detail, previous, hash)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(row.seq)
    .bind(row.at)
    .bind(row.actor)
    .bind(row.action)
    .bind(row.subject)
    .bind(row.detail)
    .bind(previous.to_hex())
    .bind(hash.to_hex())
    .execute(change.connection())
    .await
    .database()?;
    sqlx::query("UPDATE audit_head SET rows = ?, hash = ? WHERE id = 1")
        .bind(row.seq)
        .bind(hash.to_hex())
        .execute(change.connection())
        .await
        .database()?;
    Ok(())
}

fn chain_row(row: &SqliteRow) -> Result<ChainRow> {
    Ok(ChainRow {
        seq: row.try_get("seq").database()?,
        at: row.try_get("at").database()?,
        actor: row.try_get("actor").database()?,
        action: row.try_get("action").database()?,
        subject: row.try_get("subject").database()?,
        detail: row.try_get("detail").database()?,
    })
}

const AFTER: &str = "SELECT seq, at, actor, action, subject, detail, previous, hash
     FROM audit WHERE seq > ? ORDER BY seq LIMIT ?";

/// A page of the log.
pub(super) async fn page(store: &SqliteStore, after: u64, limit: u32) -> Result<Page<AuditEntry>> {
    let mut snapshot = store.snapshot().await?;
    let rows = sqlx::query(AFTER)
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(&mut *snapshot)
        .await
        .database()?;
    let total = sqlx::query("SELECT rows AS total FROM audit_head WHERE id = 1")
        .fetch_one(&mut *snapshot)
        .await
        .database()?;
    let entry = |row: &SqliteRow| {
        let chain = chain_row(row)?;
        Ok(AuditEntry {
            seq: unsigned(row, "seq")?,
            at: time(chain.at)?,
            actor: chain.actor,
            action: chain.action,
            subject: chain.subject,
            detail: serde_json::from_str(&chain.detail)
                .map_err(|_| StoreError::corrupt("audit detail", &chain.detail))?,
            previous: parse(row, "previous")?,
            hash: parse(row, "hash")?,
        })
    };
    Ok(Page {
        items: rows.iter().map(entry).collect::<Result<_>>()?,
        total: unsigned(&total, "total")?,
    })
}

/// Walks the chain from its start to its head, in one consistent view.
pub(super) async fn verify(store: &SqliteStore) -> Result<AuditCheck> {
    let mut snapshot = store.snapshot().await?;
    let mut walk = Walk::new();
    loop {
        let rows = sqlx::query(AFTER)
            .bind(walk.rows())
            .bind(PAGE)
            .fetch_all(&mut *snapshot)
            .await
            .database()?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let chain = chain_row(row)?;
            let previous: String = row.try_get("previous").database()?;
            let hash: String = row.try_get("hash").database()?;
            let expected = walk.rows() + 1;
            if let Err(why) = walk.step(&chain, &previous, &hash) {
                return Ok(broken(expected, why));
            }
        }
    }
    let head = sqlx::query("SELECT rows, hash FROM audit_head WHERE id = 1")
        .fetch_one(&mut *snapshot)
        .await
        .database()?;
    let rows: i64 = head.try_get("rows").database()?;
    let hash: String = head.try_get("hash").database()?;
    if rows > walk.rows() {
        let why = format!("the log had {rows} rows and now ends before this one");
        return Ok(broken(walk.rows() + 1, why));
    }
    if rows != walk.rows() || hash != walk.head().to_hex() {
        let why = "the head of the chain does not name this row".to_owned();
        return Ok(broken(walk.rows(), why));
    }
    Ok(AuditCheck::Intact {
        rows: u64::try_from(rows).unwrap_or_default(),
        head: walk.head(),
    })
}

fn broken(seq: i64, why: String) -> AuditCheck {
    AuditCheck::Broken {
        seq: u64::try_from(seq).unwrap_or_default(),
        why,
    }
}
