//! `GET /models/{model}` and `…/revisions/{revision}`: one revision with everything that speaks for and against it.

use askama::Template;
use axum::extract::{RawPathParams, State};
use axum::http::StatusCode;
use axum::response::Response;
use mith_core::{ArtifactReport, Finding, Location, ScanReport, Verdict};
use mith_store::{
    DecisionRecord, FileRecord, Reference, Resolution, RevisionRecord, RevisionState,
};

use super::{Frame, Visitor, error_page, page, text};
use crate::api;
use crate::error::ApiError;
use crate::state::{AppState, SharedState};

/// Findings, files and revisions of a page; the report has all.
const FINDINGS: usize = 200;
const FILES: usize = 1_000;
const REVISIONS: u32 = 50;

#[derive(Template)]
#[template(path = "model.html")]
struct ModelPage {
    frame: Frame,
    address: String,
    shown: Shown,
    main: Option<String>,
    changes: Vec<ChangeButton>,
    findings: Vec<FindingView>,
    more_findings: usize,
    files: Vec<FileView>,
    more_files: usize,
    revisions: Vec<RevisionLine>,
}

struct Shown {
    repo: String,
    revision: String,
    parent: Option<String>,
    tree_digest: String,
    state: &'static str,
    glyph: &'static str,
    meaning: &'static str,
    verdict: Option<&'static str>,
    message: String,
    created_at: String,
    created_by: String,
    decision: Option<DecisionView>,
}

impl Shown {
    fn is_scanning(&self) -> bool {
        self.state == RevisionState::Scanning.as_str()
    }
}

struct DecisionView {
    by: String,
    at: String,
    why: Option<String>,
    reasons: Vec<ReasonView>,
}

struct ReasonView {
    rule: String,
    has_page: bool,
    path: Option<String>,
    message: String,
}

struct ChangeButton {
    value: &'static str,
    label: &'static str,
}

struct FindingView {
    rule: String,
    severity: &'static str,
    message: String,
    path: String,
    place: String,
    call: Option<String>,
    detail: Option<String>,
    remedy: String,
}

struct FileView {
    path: String,
    verdict: Option<&'static str>,
    formats: String,
    size: String,
    sha256: String,
}

struct RevisionLine {
    revision: String,
    short: String,
    is_shown: bool,
    is_main: bool,
    state: &'static str,
    glyph: &'static str,
    verdict: Option<&'static str>,
    message: String,
    created_at: String,
}

/// The page of a model shows its newest revision.
pub(super) async fn newest(
    State(state): State<SharedState>,
    visitor: Visitor,
    params: RawPathParams,
) -> Response {
    let record = match api::repo(&params) {
        Ok(repo) => state.store.newest(&repo).await.map_err(ApiError::from),
        Err(error) => Err(error),
    };
    match record {
        Ok(record) => {
            let address = format!("/models/{}", record.repo);
            show(&state, visitor, record, address).await
        }
        Err(error) => error_page(visitor, &error, "/"),
    }
}

/// The page of one revision.
pub(super) async fn one(
    State(state): State<SharedState>,
    visitor: Visitor,
    params: RawPathParams,
) -> Response {
    match api::revision(state.store.as_ref(), &params).await {
        Ok(record) => {
            let address = format!("/models/{}/revisions/{}", record.repo, record.revision);
            show(&state, visitor, record, address).await
        }
        Err(error) => error_page(visitor, &error, "/"),
    }
}

async fn show(
    state: &AppState,
    visitor: Visitor,
    record: RevisionRecord,
    address: String,
) -> Response {
    let (repo, revision) = (&record.repo, &record.revision);
    let loaded = async {
        let report = state.store.report(repo, revision).await?;
        let revisions = state.store.revisions(repo, REVISIONS).await?;
        let main = match state.store.resolve(repo, &Reference::Main).await?.as_ref() {
            Resolution::Admitted(main) => Some(main.revision.to_string()),
            _ => None,
        };
        Ok::<_, mith_store::StoreError>((report, revisions, main))
    };
    let (report, revisions, main) = match loaded.await {
        Ok(loaded) => loaded,
        Err(error) => return error_page(visitor, &ApiError::from(error), "/"),
    };
    let all = report.as_ref().map_or(0, count_findings);
    let template = ModelPage {
        frame: visitor.into_frame(),
        address,
        changes: changes(&record),
        findings: report.as_ref().map(findings).unwrap_or_default(),
        more_findings: all.saturating_sub(FINDINGS),
        files: files(&record.files, report.as_ref()),
        more_files: record.files.len().saturating_sub(FILES),
        revisions: revisions
            .iter()
            .map(|other| line(other, revision, main.as_deref()))
            .collect(),
        main,
        shown: shown(record),
    };
    page(StatusCode::OK, &template)
}

fn shown(record: RevisionRecord) -> Shown {
    Shown {
        repo: record.repo.to_string(),
        revision: record.revision.to_string(),
        parent: record.parent.map(|parent| parent.to_string()),
        tree_digest: record.tree_digest.to_string(),
        state: record.state.as_str(),
        glyph: text::glyph(record.state),
        meaning: text::meaning(record.state),
        verdict: record.verdict.map(Verdict::as_str),
        message: text::cut(&record.message, 2_000),
        created_at: text::time(record.created_at),
        created_by: record.created_by,
        decision: record.decision.map(decision),
    }
}

fn decision(record: DecisionRecord) -> DecisionView {
    DecisionView {
        by: record.by,
        at: text::time(record.at),
        why: record.why,
        reasons: record
            .reasons
            .into_iter()
            .map(|reason| ReasonView {
                has_page: mith_scan::rules().iter().any(|rule| rule.id == reason.rule),
                rule: reason.rule,
                path: reason.path,
                message: text::cut(&reason.message, 600),
            })
            .collect(),
    }
}

fn changes(record: &RevisionRecord) -> Vec<ChangeButton> {
    let button = |value, label| ChangeButton { value, label };
    match record.state {
        RevisionState::Held => vec![button("approve", "Approve"), button("deny", "Deny")],
        RevisionState::Admitted => vec![button("withdraw", "Withdraw")],
        RevisionState::Scanning | RevisionState::Denied | RevisionState::Withdrawn => Vec::new(),
    }
}

fn count_findings(report: &ScanReport) -> usize {
    report
        .artifacts
        .iter()
        .map(|artifact| artifact.findings.len())
        .sum()
}

/// The gravest first.
fn findings(report: &ScanReport) -> Vec<FindingView> {
    let mut all: Vec<(&ArtifactReport, &Finding)> = report
        .artifacts
        .iter()
        .flat_map(|artifact| {
            artifact
                .findings
                .iter()
                .map(move |finding| (artifact, finding))
        })
        .collect();
    all.sort_by_key(|(_, finding)| std::cmp::Reverse((finding.severity, finding.verdict)));
    all.into_iter()
        .take(FINDINGS)
        .map(|(artifact, finding)| FindingView {
            rule: finding.rule.clone(),
            severity: finding.severity.as_str(),
            message: finding.message.clone(),
            path: artifact.path.clone(),
            place: place(&finding.location),
            call: finding
                .evidence
                .call
                .clone()
                .or_else(|| finding.evidence.import.clone()),
            detail: finding.evidence.detail.clone(),
            remedy: finding.remedy.clone(),
        })
        .collect()
}

fn place(location: &Location) -> String {
    let parts = [
        location
            .member
            .as_ref()
            .map(|member| format!("member {member}")),
        location.pickle.map(|number| format!("pickle {number}")),
        location.offset.map(|offset| format!("byte {offset}")),
        location.line.map(|line| format!("line {line}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn files(records: &[FileRecord], report: Option<&ScanReport>) -> Vec<FileView> {
    let formats = |path: &str| {
        report
            .and_then(|report| {
                report
                    .artifacts
                    .iter()
                    .find(|artifact| artifact.path == path)
            })
            .map(|artifact| artifact.formats.join(", "))
            .unwrap_or_default()
    };
    records
        .iter()
        .take(FILES)
        .map(|file| FileView {
            path: file.path.to_string(),
            verdict: file.verdict.map(Verdict::as_str),
            formats: formats(file.path.as_str()),
            size: text::size(file.size),
            sha256: file.sha256.to_hex(),
        })
        .collect()
}

fn line(record: &RevisionRecord, shown: &mith_core::Revision, main: Option<&str>) -> RevisionLine {
    RevisionLine {
        short: text::short(&record.revision),
        is_shown: record.revision == *shown,
        is_main: main == Some(record.revision.as_str()),
        state: record.state.as_str(),
        glyph: text::glyph(record.state),
        verdict: record.verdict.map(Verdict::as_str),
        message: text::cut(&record.message, 120),
        created_at: text::time(record.created_at),
        revision: record.revision.to_string(),
    }
}
