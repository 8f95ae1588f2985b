//! `POST /models/{repo}/revisions/{revision}/{approve|deny|withdraw}`

use axum::Json;
use axum::extract::{RawPathParams, State};
use axum::http::StatusCode;
use mith_core::{Digest, Verdict};
use mith_store::{Identity, RevisionRecord, RevisionState, StoreError, promote};

use crate::api::{param, revision, view};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::request::JsonBody;
use crate::state::{AppState, SharedState};
use crate::wire::{Decide, RevisionDetail};

/// Bytes of a reason.
const REASON: usize = 2_000;

/// What a person may do with a revision.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// Admit what is held.
    Approve,
    /// Refuse what is held.
    Deny,
    /// Take back what is admitted.
    Withdraw,
}

impl Change {
    /// The word of the address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "approve" => Some(Self::Approve),
            "deny" => Some(Self::Deny),
            "withdraw" => Some(Self::Withdraw),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::Withdraw => "withdraw",
        }
    }
}

/// Changes the state of a revision on a person's word.
pub(crate) async fn handle(
    State(state): State<SharedState>,
    Caller(identity): Caller,
    params: RawPathParams,
    JsonBody(body): JsonBody<Decide>,
) -> Result<Json<RevisionDetail>, ApiError> {
    let change = Change::parse(param(&params, "change").unwrap_or_default()).ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "a revision can be approved, denied or withdrawn",
        )
    })?;
    let record = revision(state.store.as_ref(), &params).await?;
    let record = decide(&state, &identity, record, change, &body.reason).await?;
    Ok(Json(view::revision(record)))
}

/// The same for the API and for the pages.
pub(crate) async fn decide(
    state: &AppState,
    identity: &Identity,
    record: RevisionRecord,
    change: Change,
    why: &str,
) -> Result<RevisionRecord, ApiError> {
    let why = why.trim();
    if why.is_empty() || why.len() > REASON {
        return Err(ApiError::bad_request(format!(
            "a reason of 1 to {REASON} bytes is needed; it stands in the audit log and in the refusal"
        )));
    }
    let actor = identity.actor();
    let (repo, revision) = (&record.repo, &record.revision);
    let changed = match change {
        Change::Approve => {
            // The store has the last word; this only keeps bytes that cannot be admitted out of the admitted prefix.
            may_be_approved(&record)?;
            let digests: Vec<Digest> = record.files.iter().map(|file| file.sha256).collect();
            let promoted = promote(state.blobs.as_ref(), &digests).await?;
            state
                .store
                .approve(repo, revision, &actor, why, promoted)
                .await?
        }
        Change::Deny => state.store.deny(repo, revision, &actor, why).await?,
        Change::Withdraw => state.store.withdraw(repo, revision, &actor, why).await?,
    };
    tracing::info!(
        model.id = %repo,
        model.revision = %revision,
        decision.change = change.as_str(),
        decision.by = %actor,
        "Changed revision `{revision}` of `{repo}` to {}",
        changed.state
    );
    Ok(changed)
}

fn may_be_approved(record: &RevisionRecord) -> Result<(), StoreError> {
    if let Some(verdict @ (Verdict::Malicious | Verdict::Unreadable)) = record.verdict {
        return Err(StoreError::VerdictForbids {
            revision: record.revision.clone(),
            verdict,
        });
    }
    if record.state != RevisionState::Held {
        return Err(StoreError::WrongState {
            repo: record.repo.clone(),
            revision: record.revision.clone(),
            state: record.state,
            change: "approved",
        });
    }
    Ok(())
}
