//! Tokens in SQLite: their hashes, and who holds them.

use mith_core::Digest;
use serde_json::json;
use sqlx::Row as _;

use crate::error::{Result, StoreError};
use crate::sqlite::rows::{parse, time_of};
use crate::sqlite::{OrDatabase as _, SqliteStore, audit};
use crate::token::{Secret, hash_of, same_hash};
use crate::types::{Actor, Identity, Role, TokenRecord};

/// Whether any live token exists.
pub(super) async fn any(store: &SqliteStore) -> Result<bool> {
    let row = sqlx::query("SELECT 1 AS found FROM tokens LIMIT 1")
        .fetch_optional(&store.0.readers)
        .await
        .database()?;
    Ok(row.is_some())
}

/// Keeps the hash of a token.
pub(super) async fn add(
    store: &SqliteStore,
    secret: &Secret,
    name: String,
    role: Role,
    actor: Actor,
) -> Result<()> {
    let hash = secret.hash();
    store
        .change(move |change| {
            Box::pin(async move {
                let now = change.now;
                let inserted = sqlx::query(
                    "INSERT INTO tokens (name, role, hash, created_at, created_by)
                     VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
                )
                .bind(name.as_str())
                .bind(role.as_str())
                .bind(hash.to_hex())
                .bind(now)
                .bind(actor.as_str())
                .execute(change.connection())
                .await
                .database()?;
                if inserted.rows_affected() == 0 {
                    return Err(StoreError::TokenNameTaken { name });
                }
                audit::append(
                    change,
                    &actor,
                    "token.add",
                    format!("token:{name}"),
                    json!({ "role": role.as_str() }),
                )
                .await
            })
        })
        .await
}

/// Who holds a token. What no token looks like costs neither a hash nor a query.
pub(super) async fn verify(store: &SqliteStore, text: &str) -> Result<Option<Identity>> {
    let Some(hash) = hash_of(text) else {
        return Ok(None);
    };
    if let Some(identity) = store.0.identities.get(&hash) {
        return Ok(Some(identity));
    }
    let ticket = store.0.identities.ticket();
    let row = sqlx::query("SELECT name, role, hash FROM tokens WHERE hash = ?")
        .bind(hash.to_hex())
        .fetch_optional(&store.0.readers)
        .await
        .database()?;
    let Some(row) = row else {
        return Ok(None);
    };
    if !same_hash(&parse::<Digest>(&row, "hash")?, &hash) {
        return Ok(None);
    }
    let identity = Identity {
        name: row.try_get("name").database()?,
        role: parse(&row, "role")?,
    };
    store.0.identities.insert(ticket, hash, 1, identity.clone());
    Ok(Some(identity))
}

/// Ends a token.
pub(super) async fn revoke(store: &SqliteStore, name: String, actor: Actor) -> Result<()> {
    store
        .change(move |change| {
            Box::pin(async move {
                change.ends_tokens();
                let removed = sqlx::query("DELETE FROM tokens WHERE name = ?")
                    .bind(name.as_str())
                    .execute(change.connection())
                    .await
                    .database()?;
                if removed.rows_affected() == 0 {
                    return Err(StoreError::UnknownToken { name });
                }
                audit::append(
                    change,
                    &actor,
                    "token.revoke",
                    format!("token:{name}"),
                    json!({}),
                )
                .await
            })
        })
        .await
}

/// The live tokens, by name.
pub(super) async fn list(store: &SqliteStore) -> Result<Vec<TokenRecord>> {
    let found = sqlx::query("SELECT name, role, created_at FROM tokens ORDER BY name")
        .fetch_all(&store.0.readers)
        .await
        .database()?;
    found
        .iter()
        .map(|row| {
            Ok(TokenRecord {
                name: row.try_get("name").database()?,
                role: parse(row, "role")?,
                created_at: time_of(row, "created_at")?,
            })
        })
        .collect()
}
