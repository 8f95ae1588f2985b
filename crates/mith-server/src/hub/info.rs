//! `GET /api/models/{model}` and `…/revision/{revision}`: what `model_info` reads.

use axum::response::Response;
use jiff::Timestamp;
use mith_core::Verdict;
use mith_store::{AdmittedRevision, FileRecord};
use serde::Serialize;
use serde_json::{Value, json};

use super::{query_flag, query_value};

/// A file as `model_info` lists it; sizes and ids only on request, as on the Hub.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sibling<'a> {
    rfilename: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lfs: Option<Value>,
}

/// Answers with everything that the registry knows of the model; `expand` asks for less on the Hub, and more does no harm.
pub(super) fn serve(revision: &AdmittedRevision, query: Option<&str>) -> Response {
    let with_blobs = query_flag(query, "blobs");
    let siblings: Vec<Sibling<'_>> = revision
        .files
        .iter()
        .map(|file| sibling(file, with_blobs))
        .collect();
    let mut info = summary(revision);
    if let Value::Object(fields) = &mut info {
        fields.insert("siblings".to_owned(), json!(siblings));
        fields.insert(
            "usedStorage".to_owned(),
            json!(revision.files.iter().map(|file| file.size).sum::<u64>()),
        );
        let wants_security = query_flag(query, "securityStatus")
            || query_value(query, "expand").is_some_and(|field| field == "securityRepoStatus");
        if wants_security {
            let issues: Vec<Value> = revision.files.iter().filter_map(issue).collect();
            fields.insert(
                "securityRepoStatus".to_owned(),
                json!({"scansDone": true, "filesWithIssues": issues}),
            );
        }
    }
    super::json(&info)
}

/// The fields that a list of models has too.
pub(super) fn summary(revision: &AdmittedRevision) -> Value {
    let repo = revision.repo.as_str();
    let time = hub_time(revision.created_at);
    json!({
        "_id": object_id(repo),
        "id": repo,
        "modelId": repo,
        "author": repo.split_once('/').map(|(author, _)| author),
        "sha": revision.revision,
        "lastModified": time,
        "createdAt": time,
        "private": false,
        "gated": false,
        "disabled": false,
        "downloads": 0,
        "likes": 0,
        "tags": ["mithridate:admitted"],
    })
}

fn sibling(file: &FileRecord, with_blobs: bool) -> Sibling<'_> {
    let bare = Sibling {
        rfilename: file.path.as_str(),
        size: None,
        blob_id: None,
        lfs: None,
    };
    if !with_blobs {
        return bare;
    }
    Sibling {
        size: Some(file.size),
        blob_id: Some(super::tree::git_oid(file)),
        lfs: file.is_lfs.then(|| {
            json!({
                "sha256": file.sha256,
                "size": file.size,
                "pointerSize": super::tree::pointer(file).len(),
            })
        }),
        ..bare
    }
}

fn issue(file: &FileRecord) -> Option<Value> {
    let level = match file.verdict? {
        Verdict::Clean => return None,
        Verdict::Unknown => "suspicious",
        Verdict::Unreadable | Verdict::Malicious => "unsafe",
    };
    Some(json!({"path": file.path, "level": level}))
}

/// A time as the Hub writes it and as every client generation parses it.
pub(super) fn hub_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// 24 hex digits that are always the same for one model, as the Hub's own ids are.
fn object_id(repo: &str) -> String {
    let mut id = mith_core::Digest::of(repo.as_bytes()).to_hex();
    id.truncate(24);
    id
}
