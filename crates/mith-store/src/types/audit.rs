//! The audit log as its readers see it, and the names of those who act.

use std::fmt;

use jiff::Timestamp;
use mith_core::Digest;
use serde::Serialize;

/// Who does something; what stands in the audit log and beside decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Actor(String);

impl Actor {
    /// The holder of a token.
    pub fn token(name: &str) -> Self {
        Self(format!("token:{name}"))
    }

    /// A scan worker.
    pub fn worker(name: &str) -> Self {
        Self(format!("worker:{name}"))
    }

    /// The rules, which decide when no person does.
    pub fn policy() -> Self {
        Self("policy".to_owned())
    }

    /// The server itself: first start, maintenance.
    pub fn system() -> Self {
        Self("system".to_owned())
    }

    /// The text as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Counts from 1 without a gap.
    pub seq: u64,
    /// When.
    #[serde(serialize_with = "crate::types::serialize_time")]
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What, as `noun.verb`: `revision.approve`.
    pub action: String,
    /// To what: `org/name@revision`, `token:<name>`.
    pub subject: String,
    /// The rest, a JSON object.
    pub detail: serde_json::Value,
    /// The hash of the row before.
    pub previous: Digest,
    /// The hash over everything above.
    pub hash: Digest,
}

/// What a walk over the audit log found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum AuditCheck {
    /// Every row follows from the one before.
    Intact {
        /// How many rows there are.
        rows: u64,
        /// The hash of the last one; keep it elsewhere to notice a log that was rewritten as a whole.
        head: Digest,
    },
    /// The chain breaks.
    Broken {
        /// The first row that does not follow from what is before it.
        seq: u64,
        /// How it breaks.
        why: String,
    },
}
