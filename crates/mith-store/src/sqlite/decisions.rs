//! Decisions in SQLite: those of the rules and those of a person, each with who, why and when.

use mith_core::{Outcome, Reason, RepoId, Revision};
use serde_json::json;

use crate::admission;
use crate::blobs::Promoted;
use crate::error::{Result, StoreError};
use crate::sqlite::change::Change;
use crate::sqlite::rows::{self, StoredRevision, outcome_word};
use crate::sqlite::{OrDatabase as _, SqliteStore, audit};
use crate::types::{Actor, RevisionRecord, RevisionState};

/// What a person says is cut to this many characters.
const WHY_LIMIT: usize = 2_000;

/// A decision to be kept.
pub(super) struct New<'a> {
    pub(super) state: RevisionState,
    pub(super) outcome: Outcome,
    pub(super) reasons: &'a [Reason],
    pub(super) by: &'a Actor,
    pub(super) why: Option<&'a str>,
}

/// What a person asks for.
#[derive(Clone, Copy)]
enum Wish {
    Approve,
    Deny,
    Withdraw,
}

/// Puts a revision into its new state, together with the decision that put it there.
pub(super) async fn record(
    change: &mut Change,
    stored: &StoredRevision,
    decision: New<'_>,
) -> Result<()> {
    let now = change.now;
    let reasons = serde_json::to_string(decision.reasons)
        .map_err(|error| StoreError::Database(Box::new(error)))?;
    sqlx::query(
        "INSERT INTO decisions (revision_id, outcome, reasons, by, why, at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(stored.id)
    .bind(outcome_word(decision.outcome))
    .bind(reasons)
    .bind(decision.by.as_str())
    .bind(decision.why)
    .bind(now)
    .execute(change.connection())
    .await
    .database()?;
    sqlx::query("UPDATE revisions SET state = ? WHERE id = ?")
        .bind(decision.state.as_str())
        .bind(stored.id)
        .execute(change.connection())
        .await
        .database()?;
    change.touch(&stored.record.repo);
    Ok(())
}

/// The refusal of a change that the state does not allow.
pub(super) fn wrong_state(record: &RevisionRecord, change: &'static str) -> StoreError {
    StoreError::WrongState {
        repo: record.repo.clone(),
        revision: record.revision.clone(),
        state: record.state,
        change,
    }
}

/// Admits a held revision.
pub(super) async fn approve(
    store: &SqliteStore,
    repo: RepoId,
    revision: Revision,
    actor: Actor,
    why: String,
    promoted: Promoted,
) -> Result<RevisionRecord> {
    store
        .change(move |change| {
            Box::pin(async move {
                let stored = rows::find(change.connection(), &repo, &revision).await?;
                if stored.record.state != RevisionState::Held {
                    return Err(wrong_state(&stored.record, "approved"));
                }
                admission::check_admissible(&stored.record, stored.record.verdict, &promoted)?;
                decide(change, &stored, Wish::Approve, &actor, &why).await
            })
        })
        .await
}

/// Refuses a held revision, withdraws an admitted one.
pub(super) async fn deny(
    store: &SqliteStore,
    repo: RepoId,
    revision: Revision,
    actor: Actor,
    why: String,
) -> Result<RevisionRecord> {
    store
        .change(move |change| {
            Box::pin(async move {
                let stored = rows::find(change.connection(), &repo, &revision).await?;
                let wish = match stored.record.state {
                    RevisionState::Held => Wish::Deny,
                    RevisionState::Admitted => Wish::Withdraw,
                    RevisionState::Scanning | RevisionState::Denied | RevisionState::Withdrawn => {
                        return Err(wrong_state(&stored.record, "denied"));
                    }
                };
                decide(change, &stored, wish, &actor, &why).await
            })
        })
        .await
}

/// Takes back an admitted revision.
pub(super) async fn withdraw(
    store: &SqliteStore,
    repo: RepoId,
    revision: Revision,
    actor: Actor,
    why: String,
) -> Result<RevisionRecord> {
    store
        .change(move |change| {
            Box::pin(async move {
                let stored = rows::find(change.connection(), &repo, &revision).await?;
                if stored.record.state != RevisionState::Admitted {
                    return Err(wrong_state(&stored.record, "withdrawn"));
                }
                decide(change, &stored, Wish::Withdraw, &actor, &why).await
            })
        })
        .await
}

/// Does what a person asked for. A denial keeps the reasons for which the revision was held; what spoke for the state
/// before is not a reason for the new one.
async fn decide(
    change: &mut Change,
    stored: &StoredRevision,
    wish: Wish,
    actor: &Actor,
    why: &str,
) -> Result<RevisionRecord> {
    let why: String = why.chars().take(WHY_LIMIT).collect();
    let (state, outcome, action, rule) = match wish {
        Wish::Approve => (
            RevisionState::Admitted,
            Outcome::Allow,
            "revision.approve",
            "approved-by-a-person",
        ),
        Wish::Deny => (
            RevisionState::Denied,
            Outcome::Deny,
            "revision.deny",
            "denied-by-a-person",
        ),
        Wish::Withdraw => (
            RevisionState::Withdrawn,
            Outcome::Deny,
            "revision.withdraw",
            "withdrawn-by-a-person",
        ),
    };
    let mut reasons = vec![Reason {
        rule: rule.to_owned(),
        path: None,
        message: if why.is_empty() {
            "a person decided so and gave no reason".to_owned()
        } else {
            why.clone()
        },
    }];
    if let (Wish::Deny, Some(held)) = (wish, &stored.record.decision) {
        reasons.extend(held.reasons.iter().cloned());
    }
    record(
        change,
        stored,
        New {
            state,
            outcome,
            reasons: &reasons,
            by: actor,
            why: Some(&why),
        },
    )
    .await?;
    if outcome == Outcome::Deny {
        sqlx::query("UPDATE revisions SET barred = 1 WHERE id = ?")
            .bind(stored.id)
            .execute(change.connection())
            .await
            .database()?;
    }
    audit::append(
        change,
        actor,
        action,
        format!("{}@{}", stored.record.repo, stored.record.revision),
        json!({ "from": stored.record.state.as_str(), "to": state.as_str(), "why": why }),
    )
    .await?;
    Ok(rows::find_by_id(change.connection(), stored.id)
        .await?
        .record)
}
