//! `GET /api/models/{model}/tree/{revision}[/{folder}]`: the files of an admitted revision, page by page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::Response;
use mith_core::{ModelPath, Verdict};
use mith_store::{AdmittedRevision, FileRecord};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha1::Digest as _;

use super::info::hub_time;
use super::refusal::{self, REPO_COMMIT};
use super::{query_flag, query_value};

/// Entries of a page; more are never sent at once.
const PAGE: usize = 1_000;

/// A file, or a folder that files lie in.
enum Entry<'a> {
    File(&'a FileRecord),
    Folder(&'a str),
}

/// Answers with one page, and with the address of the next one.
pub(super) fn serve(
    base: &str,
    revision: &AdmittedRevision,
    folder: Option<&ModelPath>,
    query: Option<&str>,
) -> Response {
    let entries = list(
        &revision.files,
        folder.map(ModelPath::as_str),
        query_flag(query, "recursive"),
    );
    if let (Some(folder), true) = (folder, entries.is_empty()) {
        return match HeaderValue::from_str(revision.revision.as_str()) {
            Ok(commit) => refusal::no_entry(&revision.repo, &commit, folder.as_str()),
            Err(_) => refusal::unknown_route(),
        };
    }
    let expand = query_flag(query, "expand");
    let limit = query_value(query, "limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(PAGE)
        .clamp(1, PAGE);
    let after = query_value(query, "cursor");
    let mut rest = entries
        .range::<str, _>((
            after
                .as_deref()
                .map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded),
            std::ops::Bound::Unbounded,
        ))
        .peekable();
    let mut page = Vec::new();
    let mut last = "";
    for (path, entry) in rest.by_ref().take(limit) {
        page.push(describe(revision, entry, expand));
        last = path;
    }
    let has_more = rest.peek().is_some();
    let mut response = super::json(&page);
    if let Ok(commit) = HeaderValue::from_str(revision.revision.as_str()) {
        response.headers_mut().insert(REPO_COMMIT, commit);
    }
    if has_more {
        let next = next_page(base, revision, folder, query, limit, last);
        if let Ok(link) = HeaderValue::from_str(&next) {
            response.headers_mut().insert(LINK, link);
        }
    }
    response
}

/// The next page is one of this very revision, whatever `main` is by then.
fn next_page(
    base: &str,
    revision: &AdmittedRevision,
    folder: Option<&ModelPath>,
    query: Option<&str>,
    limit: usize,
    last: &str,
) -> String {
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let mut address = format!(
        "{base}/api/models/{}/tree/{}",
        revision.repo, revision.revision
    );
    if let Some(folder) = folder {
        let _ = write!(address, "/{}", encode(folder.as_str()));
    }
    format!(
        "<{address}?recursive={}&expand={}&limit={limit}&cursor={}>; rel=\"next\"",
        query_flag(query, "recursive"),
        query_flag(query, "expand"),
        encode(last)
    )
}

/// The entries below a folder, by path; without `recursive`, only those directly in it.
fn list<'a>(
    files: &'a [FileRecord],
    folder: Option<&str>,
    recursive: bool,
) -> BTreeMap<&'a str, Entry<'a>> {
    let mut entries = BTreeMap::new();
    for file in files {
        let path = file.path.as_str();
        let Some(below) = below(path, folder) else {
            continue;
        };
        let start = path.len() - below.len();
        let ends = below.match_indices('/').map(|(at, _)| start + at);
        let mut is_direct = true;
        for end in ends {
            if let Some(parent) = path.get(..end) {
                if recursive || is_direct {
                    entries.entry(parent).or_insert(Entry::Folder(parent));
                }
                is_direct = false;
            }
        }
        if recursive || is_direct {
            entries.insert(path, Entry::File(file));
        }
    }
    entries
}

/// What follows the folder in a path that lies in it.
fn below<'a>(path: &'a str, folder: Option<&str>) -> Option<&'a str> {
    match folder {
        None => Some(path),
        Some(folder) => path.strip_prefix(folder)?.strip_prefix('/'),
    }
}

/// What is known of the paths that exist among those asked for.
pub(super) fn describe_paths(
    revision: &AdmittedRevision,
    paths: &[String],
    expand: bool,
) -> Vec<Value> {
    let entries = list(&revision.files, None, true);
    paths
        .iter()
        .filter_map(|path| entries.get(path.trim_matches('/')))
        .map(|entry| describe(revision, entry, expand))
        .collect()
}

fn describe(revision: &AdmittedRevision, entry: &Entry<'_>, expand: bool) -> Value {
    let mut value = match entry {
        Entry::File(file) => describe_file(file),
        Entry::Folder(path) => {
            json!({"type": "directory", "oid": folder_oid(revision, path), "size": 0, "path": path})
        }
    };
    if let (true, Value::Object(fields)) = (expand, &mut value) {
        fields.insert(
            "lastCommit".to_owned(),
            json!({
                "id": revision.revision,
                "title": super::refs::title(&revision.message),
                "date": hub_time(revision.created_at),
            }),
        );
        if let Entry::File(file) = entry {
            fields.insert("securityFileStatus".to_owned(), security(file));
        }
    }
    value
}

fn describe_file(file: &FileRecord) -> Value {
    let mut value = json!({
        "type": "file",
        "oid": git_oid(file),
        "size": file.size,
        "path": file.path,
    });
    if let (true, Value::Object(fields)) = (file.is_lfs, &mut value) {
        fields.insert(
            "lfs".to_owned(),
            json!({"oid": file.sha256, "size": file.size, "pointerSize": pointer(file).len()}),
        );
    }
    value
}

/// Our verdict in the Hub's words. Clients fail without `avScan` and `pickleImportScan`, which no other scanner fills here.
fn security(file: &FileRecord) -> Value {
    let status = match file.verdict {
        Some(Verdict::Clean) => "safe",
        Some(Verdict::Unknown) => "suspicious",
        Some(Verdict::Unreadable | Verdict::Malicious) => "unsafe",
        None => "unscanned",
    };
    json!({
        "status": status,
        "avScan": null,
        "pickleImportScan": null,
        "mithridate": {"verdict": file.verdict},
    })
}

/// The text that stands for an LFS file in git.
pub(super) fn pointer(file: &FileRecord) -> String {
    format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n",
        file.sha256, file.size
    )
}

/// The git blob id of what stands in git: of the file, or of the pointer to it.
pub(super) fn git_oid(file: &FileRecord) -> String {
    if !file.is_lfs {
        return file.oid.clone();
    }
    let pointer = pointer(file);
    let hash = sha1::Sha1::new()
        .chain_update(format!("blob {}\0", pointer.len()))
        .chain_update(pointer)
        .finalize();
    hex(&hash)
}

/// 40 hex digits that change with what lies in the folder; clients only show them.
fn folder_oid(revision: &AdmittedRevision, folder: &str) -> String {
    let mut hash = sha1::Sha1::new();
    for file in &revision.files {
        if let Some(below) = below(file.path.as_str(), Some(folder)) {
            hash.update(format!("{} {below}\n", file.sha256));
        }
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
