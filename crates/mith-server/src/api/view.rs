//! Records of the store as bodies of the API.

use mith_store::{DecisionRecord, FileRecord, ModelSummary, RevisionRecord};

use crate::wire;

/// A line of a list.
pub(crate) fn summary(model: ModelSummary) -> wire::ModelSummary {
    wire::ModelSummary {
        repo: model.repo,
        revision: model.revision,
        tree_digest: model.tree_digest,
        state: model.state,
        verdict: model.verdict,
        created_at: model.created_at.to_string(),
        reason: model.reason,
    }
}

/// A revision without its report.
pub(crate) fn revision(record: RevisionRecord) -> wire::RevisionDetail {
    wire::RevisionDetail {
        repo: record.repo,
        revision: record.revision,
        parent: record.parent,
        tree_digest: record.tree_digest,
        state: record.state,
        verdict: record.verdict,
        message: record.message,
        created_at: record.created_at.to_string(),
        files: record.files.into_iter().map(file).collect(),
        decision: record.decision.map(decision),
        report: None,
    }
}

fn file(record: FileRecord) -> wire::FileDetail {
    wire::FileDetail {
        path: record.path,
        size: record.size,
        sha256: record.sha256,
        verdict: record.verdict,
    }
}

fn decision(record: DecisionRecord) -> wire::DecisionDetail {
    let first = || record.reasons.first().map(|reason| reason.message.clone());
    let why = record.why.clone().or_else(first).unwrap_or_default();
    wire::DecisionDetail {
        outcome: record.outcome,
        reasons: record.reasons,
        by: record.by,
        why,
        at: record.at.to_string(),
    }
}
