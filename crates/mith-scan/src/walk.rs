//! The files of an argument, in a stable order, without following links out of it.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::ScanError;

/// One file to scan, or one thing that cannot be.
pub(crate) struct Selected {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its name in the report: relative to the argument.
    pub(crate) name: String,
    /// Why it is not read, for what is no file.
    pub(crate) refused: Option<String>,
}

/// The folder of version control.
const GIT: &str = ".git";

/// What git itself keeps there, which is no artifact of the model; anything else could be one that an index leads to.
const OF_GIT: [&str; 16] = [
    "HEAD",
    "FETCH_HEAD",
    "ORIG_HEAD",
    "COMMIT_EDITMSG",
    "branches",
    "config",
    "description",
    "hooks",
    "index",
    "info",
    "lfs",
    "logs",
    "modules",
    "objects",
    "packed-refs",
    "refs",
];

/// The files under an argument.
///
/// # Errors
/// When the argument itself cannot be looked at.
pub(crate) fn select(argument: &Path) -> Result<Vec<Selected>, ScanError> {
    let read = |source| ScanError::Read {
        path: argument.to_owned(),
        source,
    };
    // The argument itself may be a link: its user named it.
    let root = std::fs::canonicalize(argument).map_err(read)?;
    if !root.is_dir() {
        let name = argument.file_name().map_or_else(
            || argument.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        let metadata = std::fs::metadata(&root).map_err(read)?;
        return Ok(vec![Selected {
            refused: (!metadata.is_file()).then(|| "is neither a file nor a folder".to_owned()),
            path: root,
            name: printable(&name),
        }]);
    }
    let mut selected = Vec::new();
    let walk = WalkDir::new(&root).follow_links(false).sort_by_file_name();
    let entries = walk.into_iter().filter_entry(|entry| {
        let parent = entry.path().parent().and_then(Path::file_name);
        let in_git = entry.depth() > 1 && parent.is_some_and(|name| name == GIT);
        !(in_git && OF_GIT.iter().any(|name| entry.file_name() == *name))
    });
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => selected.push(one(&root, entry.path(), entry.file_type())),
            Err(error) => {
                let path = error.path().unwrap_or(&root).to_owned();
                if error.depth() == 0 {
                    return Err(ScanError::Read {
                        path,
                        source: error.into(),
                    });
                }
                selected.push(Selected {
                    name: relative(&root, &path),
                    path,
                    refused: Some(reason(&error)),
                });
            }
        }
    }
    Ok(selected)
}

/// What the operating system said, without the path, which the report has.
fn reason(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(
        || "cannot be looked at".to_owned(),
        |error| format!("cannot be looked at: {error}"),
    )
}

fn one(root: &Path, path: &Path, kind: std::fs::FileType) -> Selected {
    let refused = if kind.is_file() {
        None
    } else if kind.is_symlink() {
        link(root, path)
    } else {
        Some("is no regular file".to_owned())
    };
    Selected {
        path: path.to_owned(),
        name: relative(root, path),
        refused,
    }
}

/// A link is read when it leads to a file inside the same folder, as in the cache of a hub client.
fn link(root: &Path, path: &Path) -> Option<String> {
    match std::fs::canonicalize(path) {
        Ok(target) if !target.starts_with(root) => {
            Some("is a link that leads out of the folder".to_owned())
        }
        Ok(target) if target.is_file() => None,
        Ok(_) => Some("is a link to something that is no file".to_owned()),
        Err(error) => Some(format!("is a link that leads nowhere: {error}")),
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    printable(&inner.to_string_lossy())
}

/// Names are shown as they are but for what does not print.
fn printable(name: &str) -> String {
    name.chars()
        .flat_map(|letter| -> Box<dyn Iterator<Item = char>> {
            if letter.is_control() {
                Box::new(letter.escape_default())
            } else {
                Box::new(std::iter::once(letter))
            }
        })
        .collect()
}
