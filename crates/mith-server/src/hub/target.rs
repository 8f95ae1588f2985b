//! What a Hub client asks for, read from the raw path of its request.
//!
//! Clients put a name of one or two parts before a marker (`/resolve/`, `/tree/` …) and encode what follows in different
//! ways, so a path is split before it is decoded, and every part is validated as the name it stands for.

use mith_core::{ModelPath, NameError, RepoId};
use percent_encoding::percent_decode_str;

/// A request of the Hub's API, with its names validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The bytes of one file.
    File {
        repo: RepoId,
        revision: RevisionName,
        path: ModelPath,
    },
    /// `model_info`, of `main` or of a revision.
    Info {
        repo: RepoId,
        revision: RevisionName,
    },
    /// A listing of the files, of the whole tree or below a folder.
    Tree {
        repo: RepoId,
        revision: RevisionName,
        folder: Option<ModelPath>,
    },
    /// What is known of some paths, which stand in the body.
    PathsInfo {
        repo: RepoId,
        revision: RevisionName,
    },
    /// Branches and tags.
    Refs { repo: RepoId },
    /// The history of a revision.
    Commits {
        repo: RepoId,
        revision: RevisionName,
    },
    /// Whether the token may read the model.
    AuthCheck { repo: RepoId },
    /// A request that would change a model; our own API does that.
    Write,
    /// Data sets and Spaces, which the registry does not hold.
    OtherKind,
    /// Nothing the registry knows.
    Unknown,
}

/// How a client names a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RevisionName {
    /// `main`, in any of its spellings, or no revision at all.
    Main,
    /// Anything else: 40 hex digits, or a name that no revision has.
    Named(String),
}

impl RevisionName {
    /// The name as a client writes it.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Main => "main",
            Self::Named(name) => name,
        }
    }

    /// Reads the decoded name.
    pub(crate) fn parse(text: String) -> Self {
        match text.as_str() {
            "main" | "HEAD" | "refs/heads/main" => Self::Main,
            _ => Self::Named(text),
        }
    }
}

impl Target {
    /// Reads the raw path of a request, percent-encoded as it came.
    ///
    /// # Errors
    /// When a name in it breaks a rule: a traversal, a control character, a backslash, bytes that are not UTF-8.
    pub(crate) fn parse(raw_path: &str) -> Result<Self, NameError> {
        let segments: Vec<&str> = raw_path.trim_start_matches('/').split('/').collect();
        match segments.as_slice() {
            ["datasets" | "spaces", ..] | ["api", "datasets" | "spaces", ..] => Ok(Self::OtherKind),
            ["api", "models", rest @ ..] => Self::parse_api(rest),
            ["api", "repos", ..] => Ok(Self::Write),
            [name, "info", "lfs", ..] | [_, name, "info", "lfs", ..] if is_git(name) => {
                Ok(Self::Write)
            }
            [name, "resolve" | "raw", rest @ ..] => Self::parse_file(&[name], rest),
            [organisation, name, "resolve" | "raw", rest @ ..] => {
                Self::parse_file(&[organisation, name], rest)
            }
            _ => Ok(Self::Unknown),
        }
    }

    fn parse_file(name: &[&str], rest: &[&str]) -> Result<Self, NameError> {
        let repo = repo_id(name)?;
        let Some((revision, path)) = revision_name(rest) else {
            return Ok(Self::Unknown);
        };
        let path = decode(&path.join("/"))?.parse()?;
        Ok(Self::File {
            repo,
            revision,
            path,
        })
    }

    fn parse_api(segments: &[&str]) -> Result<Self, NameError> {
        let segments = match segments {
            [rest @ .., ""] => rest,
            whole => whole,
        };
        let Some((name, action)) = segments.split_at_checked(name_length(segments)) else {
            return Ok(Self::Unknown);
        };
        let repo = repo_id(name)?;
        let Some((word, rest)) = action.split_first() else {
            let revision = RevisionName::Main;
            return Ok(Self::Info { repo, revision });
        };
        match (*word, rest) {
            ("refs", []) => return Ok(Self::Refs { repo }),
            ("auth-check", []) => return Ok(Self::AuthCheck { repo }),
            ("auth-check", ["write"]) => return Ok(Self::Write),
            (word, _) if is_write_word(word) => return Ok(Self::Write),
            _ => {}
        }
        let Some((revision, rest)) = revision_name(rest) else {
            return Ok(Self::Unknown);
        };
        Ok(match (*word, rest) {
            ("revision", []) => Self::Info { repo, revision },
            ("commits", []) => Self::Commits { repo, revision },
            ("paths-info", []) => Self::PathsInfo { repo, revision },
            ("tree", []) => Self::Tree {
                repo,
                revision,
                folder: None,
            },
            ("tree", folder) => Self::Tree {
                repo,
                revision,
                folder: Some(decode(&folder.join("/"))?.trim_matches('/').parse()?),
            },
            _ => Self::Unknown,
        })
    }
}

/// How many segments the model's name has: one if an action follows the first, two otherwise.
fn name_length(segments: &[&str]) -> usize {
    match segments {
        [_] => 1,
        [_, word] if matches!(*word, "refs" | "auth-check" | "settings") => 1,
        [_, word, _, ..] if is_read_word(word) || is_write_word(word) => 1,
        _ => 2,
    }
}

fn is_read_word(word: &str) -> bool {
    matches!(
        word,
        "revision" | "tree" | "paths-info" | "commits" | "auth-check"
    )
}

fn is_write_word(word: &str) -> bool {
    matches!(
        word,
        "preupload"
            | "commit"
            | "xet-write-token"
            | "xet-read-token"
            | "settings"
            | "branch"
            | "tag"
            | "super-squash"
            | "lfs-files"
    )
}

/// Clients of git append this to the name, always so.
fn is_git(name: &str) -> bool {
    name.strip_suffix(".git").is_some()
}

fn repo_id(segments: &[&str]) -> Result<RepoId, NameError> {
    decode(&segments.join("/"))?.parse()
}

/// Takes the revision off the front; `refs/pr/1` may come as one encoded segment or as three plain ones.
fn revision_name<'path>(
    segments: &'path [&'path str],
) -> Option<(RevisionName, &'path [&'path str])> {
    let (text, rest) = match segments {
        ["refs", kind, name, rest @ ..] => (format!("refs/{kind}/{name}"), rest),
        [name, rest @ ..] if !name.is_empty() => ((*name).to_owned(), rest),
        _ => return None,
    };
    // A revision that is not UTF-8 cannot exist, which is all that matters here.
    let text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
    Some((RevisionName::parse(text), rest))
}

/// Decodes percent escapes; a name that is not UTF-8 is refused rather than replaced, so that no two encodings stand for
/// one name.
fn decode(text: &str) -> Result<String, NameError> {
    percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| NameError {
            what: "path",
            text: text
                .chars()
                .take(120)
                .flat_map(char::escape_debug)
                .collect(),
            why: "it is not UTF-8",
        })
}

#[cfg(test)]
mod tests;
