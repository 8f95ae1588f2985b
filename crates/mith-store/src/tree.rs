//! The rules of a tree of files: which paths may stand beside each other, what identifies a revision.

use std::collections::BTreeMap;

use mith_core::{Digest, ModelPath, RepoId, Revision, TreeDigest};

use crate::error::{Result, StoreError};

/// Refuses paths that would meet on a file system: alike but for upper and lower case, or a file where another path
/// needs a folder.
pub(crate) fn check_paths(paths: &[ModelPath]) -> Result<()> {
    let mut folded: BTreeMap<String, &ModelPath> = BTreeMap::new();
    for path in paths {
        if let Some(first) = folded.insert(path.as_str().to_lowercase(), path) {
            return Err(conflict(
                first,
                path,
                "they differ in upper and lower case alone",
            ));
        }
    }
    for (fold, path) in &folded {
        let parents = fold.match_indices('/').filter_map(|(at, _)| fold.get(..at));
        for parent in parents {
            if let Some(file) = folded.get(parent) {
                return Err(conflict(
                    file,
                    path,
                    "one is a file where the other needs a folder",
                ));
            }
        }
    }
    Ok(())
}

fn conflict(first: &ModelPath, second: &ModelPath, why: &'static str) -> StoreError {
    StoreError::PathConflict {
        first: first.clone(),
        second: second.clone(),
        why,
    }
}

/// The id of a revision: bound to the model, to the revision before, and to the names and bytes of all files.
pub(crate) fn revision_id(
    repo: &RepoId,
    parent: Option<&Revision>,
    tree: &TreeDigest,
) -> Result<Revision> {
    let parent = parent.map_or("-", Revision::as_str);
    let digest =
        Digest::of(format!("mith.revision/1\n{repo}\n{parent}\n{tree}\n").as_bytes()).to_hex();
    Ok(digest.get(..40).unwrap_or_default().parse()?)
}
