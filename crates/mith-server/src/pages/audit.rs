//! `GET /audit`: what was done, the newest first, and whether the chain holds.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use mith_store::{AuditCheck, AuditEntry, StoreError};

use super::{Frame, Visitor, error_page, page, text};
use crate::error::ApiError;
use crate::request::pairs;
use crate::state::{AppState, SharedState};

/// Entries of a page.
const PAGE: u32 = 100;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    intact: bool,
    check: String,
    entries: Vec<Line>,
    older: Option<u64>,
}

struct Line {
    seq: u64,
    at: String,
    actor: String,
    action: String,
    subject: String,
    detail: String,
}

/// The newest entries, or those before a number.
pub(super) async fn show(
    State(state): State<SharedState>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Response {
    let before = pairs(query.as_deref().unwrap_or_default())
        .find(|(name, _)| name == "before")
        .and_then(|(_, value)| value.parse::<u64>().ok());
    match load(&state, before).await {
        Ok((check, entries)) => {
            let older = entries.last().map(|entry| entry.seq).filter(|seq| *seq > 1);
            let template = AuditPage {
                frame: visitor.into_frame(),
                intact: matches!(check, AuditCheck::Intact { .. }),
                check: describe(&check),
                entries: entries.into_iter().map(line).collect(),
                older,
            };
            page(StatusCode::OK, &template)
        }
        Err(error) => error_page(visitor, &ApiError::from(error), "/"),
    }
}

async fn load(
    state: &AppState,
    before: Option<u64>,
) -> Result<(AuditCheck, Vec<AuditEntry>), StoreError> {
    let check = state.store.verify_audit().await?;
    let total = state.store.audit(0, 1).await?.total;
    let end = before.map_or(total, |before| before.saturating_sub(1).min(total));
    let start = end.saturating_sub(u64::from(PAGE));
    let limit = u32::try_from(end - start).unwrap_or(PAGE);
    if limit == 0 {
        return Ok((check, Vec::new()));
    }
    let mut entries = state.store.audit(start, limit).await?.items;
    entries.reverse();
    Ok((check, entries))
}

fn describe(check: &AuditCheck) -> String {
    match check {
        AuditCheck::Intact { rows, head } => format!(
            "✓ Intact: each of the {rows} entries follows from the one before. The last one has the hash {head}; keep it \
             elsewhere to notice a log that was rewritten as a whole."
        ),
        AuditCheck::Broken { seq, why } => format!(
            "✕ Broken: entry {seq} does not follow from those before it ({why}). Somebody changed the database; compare it with \
             a backup."
        ),
    }
}

fn line(entry: AuditEntry) -> Line {
    Line {
        seq: entry.seq,
        at: text::time(entry.at),
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject,
        detail: text::cut(&entry.detail.to_string(), 400),
    }
}
