//! What a folder holds at one moment, so that two moments can be compared.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use mith_core::ModelPath;
use walkdir::{DirEntry, WalkDir};

use crate::error::Failure;

/// A listing of a folder, sorted by path.
#[derive(Debug)]
pub(super) struct Folder {
    /// The files.
    pub(super) files: Vec<LocalFile>,
    /// What was left out on purpose, relative to the folder.
    pub(super) skipped: Vec<String>,
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LocalFile {
    /// Its name in the model.
    pub(super) path: ModelPath,
    /// Where its bytes lie, links resolved.
    pub(super) real: PathBuf,
    /// How it looked.
    pub(super) stamp: Stamp,
}

/// What changes when a file changes; the change time catches writers that put the modification time back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    /// Length in bytes.
    pub(super) size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Lists a folder: regular files, and links that stay inside it or inside the Hub cache it belongs to.
///
/// # Errors
/// Anything that cannot become a file of a model, by name: nothing is left out silently.
pub(super) fn list(folder: &Path) -> Result<Folder, Failure> {
    let root = folder
        .canonicalize()
        .map_err(|error| unreadable(folder, error))?;
    if !root.is_dir() {
        return Err(Failure::usage(format!("`{}` is a file", folder.display()))
            .hint("name the folder that holds the model's files"));
    }
    let borders = borders(&root);
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    let mut walk = WalkDir::new(&root)
        .min_depth(1)
        .follow_links(false)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = walk.next() {
        let entry = entry.map_err(walk_failed)?;
        let relative = entry.path().strip_prefix(&root).unwrap_or(entry.path());
        if is_bookkeeping(relative) {
            skipped.push(relative.display().to_string());
            if entry.file_type().is_dir() {
                walk.skip_current_dir();
            }
            continue;
        }
        if entry.file_type().is_dir() {
            continue;
        }
        files.push(file(&entry, relative, &borders)?);
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(Folder { files, skipped })
}

/// What differs between two moments, in words; `None` when nothing does.
pub(super) fn difference(before: &[LocalFile], after: &[LocalFile]) -> Option<String> {
    let (mut left, mut right) = (before.iter().peekable(), after.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (None, None) => return None,
            (Some(gone), None) => return Some(format!("`{}` vanished", gone.path)),
            (None, Some(new)) => return Some(format!("`{}` appeared", new.path)),
            (Some(old), Some(new)) if old.path < new.path => {
                return Some(format!("`{}` vanished", old.path));
            }
            (Some(old), Some(new)) if old.path > new.path => {
                return Some(format!("`{}` appeared", new.path));
            }
            (Some(old), Some(new)) if old != new => return Some(format!("`{}` changed", old.path)),
            _ => {
                left.next();
                right.next();
            }
        }
    }
}

/// Folders that links may lead into: the folder itself, and the blobs of the Hub cache around a snapshot.
fn borders(root: &Path) -> Vec<PathBuf> {
    let mut borders = vec![root.to_owned()];
    if let Some(snapshots) = root.parent().filter(|parent| parent.ends_with("snapshots"))
        && let Some(blobs) = snapshots
            .parent()
            .and_then(|cache| cache.join("blobs").canonicalize().ok())
    {
        borders.push(blobs);
    }
    borders
}

/// What version control and the Hub client keep beside a model.
fn is_bookkeeping(relative: &Path) -> bool {
    relative
        .file_name()
        .is_some_and(|name| name.eq_ignore_ascii_case(".git"))
        || relative == Path::new(".cache/huggingface")
}

fn file(entry: &DirEntry, relative: &Path, borders: &[PathBuf]) -> Result<LocalFile, Failure> {
    let path = model_path(relative)?;
    let refuse = |why: &str| Failure::message(format!("`{path}` cannot be added: {why}"));
    let real = if entry.file_type().is_symlink() {
        let target = entry.path().canonicalize().map_err(|error| {
            Failure::new(anyhow::Error::from(error).context(format!("follow the link `{path}`")))
        })?;
        if !borders.iter().any(|border| target.starts_with(border)) {
            return Err(refuse(&format!(
                "it is a link to `{}`, outside of the folder",
                target.display()
            ))
            .hint("put the file itself into the folder, or take the link away"));
        }
        target
    } else {
        entry.path().to_owned()
    };
    let metadata = std::fs::symlink_metadata(&real).map_err(|error| unreadable(&real, error))?;
    if metadata.is_dir() {
        return Err(refuse("it is a link to a folder")
            .hint("put the folder itself there, or take the link away"));
    }
    if !metadata.is_file() {
        return Err(refuse("it is neither a file nor a folder")
            .hint("take it away; a model consists of regular files"));
    }
    Ok(LocalFile {
        path,
        real,
        stamp: Stamp::of(&metadata),
    })
}

fn model_path(relative: &Path) -> Result<ModelPath, Failure> {
    let mut segments = Vec::new();
    for component in relative.components() {
        let segment = component.as_os_str().to_str().ok_or_else(|| {
            Failure::message(format!(
                "the file name `{}` is not valid UTF-8",
                relative.display()
            ))
            .hint("rename the file; clients could not ask for it")
        })?;
        segments.push(segment);
    }
    segments
        .join("/")
        .parse()
        .map_err(|error: mith_core::NameError| Failure::new(error).hint("rename the file"))
}

fn unreadable(path: &Path, error: io::Error) -> Failure {
    Failure::new(anyhow::Error::from(error).context(format!("read `{}`", path.display())))
}

fn walk_failed(error: walkdir::Error) -> Failure {
    let path = error.path().map(Path::to_owned).unwrap_or_default();
    match error.into_io_error() {
        Some(error) => unreadable(&path, error),
        None => Failure::message(format!("read `{}`", path.display())),
    }
}

#[cfg(test)]
mod tests;
