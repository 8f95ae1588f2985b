//! The bodies of our own HTTP API (`/api/mith/v1`), for the server and for its clients alike.
//!
//! Requests refuse unknown fields; answers may gain fields, so a client must ignore those it does not know.

use mith_core::{
    Digest, ModelPath, Outcome, Reason, RepoId, Revision, ScanReport, TreeDigest, Verdict,
};
use serde::{Deserialize, Serialize};

pub use mith_store::RevisionState as State;

/// `POST /uploads`: opens an upload for one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUpload {
    /// The model that the files are for.
    pub repo: RepoId,
}

/// The answer to [`NewUpload`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadCreated {
    /// The id that the following requests carry in their path.
    pub upload: String,
}

/// The answer to `PUT /uploads/{id}/files/{path}`, and an entry of [`CommitUpload`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadedFile {
    /// Where it lies in the model.
    pub path: ModelPath,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size: u64,
}

/// `POST /uploads/{id}/commit`: makes the uploaded files one revision. The list must equal what was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitUpload {
    /// Every file that was uploaded, in any order.
    pub files: Vec<UploadedFile>,
    /// What the revision is, in the words of who adds it.
    #[serde(default)]
    pub message: String,
}

/// `POST /models/{repo}/revisions/{revision}/{approve|deny|withdraw}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// Why, for the audit log and for the developer who reads the refusal.
    pub reason: String,
}

/// `GET /models`: the newest revision of each model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelList {
    /// Sorted by name.
    pub models: Vec<ModelSummary>,
}

/// One line of [`ModelList`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSummary {
    /// The name of the model.
    pub repo: RepoId,
    /// Its newest revision.
    pub revision: Revision,
    /// The identity of its files.
    pub tree_digest: TreeDigest,
    /// Where that revision stands.
    pub state: State,
    /// What the scan said, once there is one.
    pub verdict: Option<Verdict>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// The first reason of the decision, once there is one.
    pub reason: Option<String>,
}

/// `GET /models/{repo}`: a model with all its revisions, newest first, without their reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelDetail {
    /// The name of the model.
    pub repo: RepoId,
    /// What clients get as `main`: the newest revision that is admitted.
    pub main: Option<Revision>,
    /// Newest first.
    pub revisions: Vec<RevisionDetail>,
}

/// A revision: its files, where it stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionDetail {
    /// The name of the model.
    pub repo: RepoId,
    /// 40 hex digits.
    pub revision: Revision,
    /// The revision before it.
    pub parent: Option<Revision>,
    /// The identity of its files.
    pub tree_digest: TreeDigest,
    /// Where it stands.
    pub state: State,
    /// What the scan said, once there is one.
    pub verdict: Option<Verdict>,
    /// What who added it wrote.
    pub message: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// Sorted by path.
    pub files: Vec<FileDetail>,
    /// The newest decision, once there is one.
    pub decision: Option<DecisionDetail>,
    /// The whole scan report; only where one revision was asked for, and once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ScanReport>,
}

/// A file of a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDetail {
    /// Where it lies in the model.
    pub path: ModelPath,
    /// Its length in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// What the scan said of it, once there is one.
    pub verdict: Option<Verdict>,
}

/// Who decided what, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionDetail {
    /// Allow, hold or deny.
    pub outcome: Outcome,
    /// Never empty.
    pub reasons: Vec<Reason>,
    /// The token's name, or `policy` for the default policy.
    pub by: String,
    /// What the person wrote, or the default policy's sentence.
    pub why: String,
    /// RFC 3339, UTC.
    pub at: String,
}

/// Every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// One sentence that names what was wrong.
    pub error: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
