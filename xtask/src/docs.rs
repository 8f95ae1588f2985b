//! Generated pages: the binary writes them, this compares or replaces what is committed.
//!
//! Whole folders are generated; a file in one of them that the binary does not write is out of date.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, testing, workspace};

/// Folders under `docs/` that hold nothing but generated files.
const FOLDERS: [&str; 3] = ["reference", "rules", "man"];

/// Writes the pages, or with `check` says which differ.
pub fn run(check: bool) -> Result<bool> {
    let Some(binary) = testing::build_binary()? else {
        bail!("the binary does not build, and it writes the pages");
    };
    let fresh = workspace::metadata()?
        .target_directory
        .join("docs-generated");
    let _ = fs::remove_dir_all(&fresh);
    if !process::run_quietly(Command::new(&binary).arg("docs").arg("--out").arg(&fresh))? {
        bail!("`mith docs --out {}` failed", fresh.display());
    }
    let committed = workspace::root().join("docs");
    if check {
        let stale = differences(&fresh, &committed)?;
        for path in &stale {
            println!(
                "out of date: docs/{}; run `cargo xtask docs`",
                path.display()
            );
        }
        return Ok(stale.is_empty());
    }
    replace(&fresh, &committed)?;
    Ok(true)
}

/// The generated files that are missing, different or no longer generated.
fn differences(fresh: &Path, committed: &Path) -> Result<Vec<PathBuf>> {
    let wanted = files(fresh)?;
    let found = files(committed)?;
    anyhow::ensure!(!wanted.is_empty(), "`mith docs` wrote no page");
    let changed = wanted
        .iter()
        .filter(|(path, bytes)| found.get(*path) != Some(*bytes))
        .map(|(path, _)| path.clone());
    let left_over = found
        .keys()
        .filter(|path| !wanted.contains_key(*path))
        .cloned();
    Ok(changed.chain(left_over).collect())
}

/// Puts the fresh pages in the place of the committed ones.
fn replace(fresh: &Path, committed: &Path) -> Result<()> {
    for folder in FOLDERS {
        let _ = fs::remove_dir_all(committed.join(folder));
    }
    for (path, bytes) in files(fresh)? {
        let target = committed.join(&path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).with_context(|| format!("create `{}`", parent.display()))?;
        }
        fs::write(&target, bytes).with_context(|| format!("write `{}`", target.display()))?;
    }
    Ok(())
}

/// Every file of the generated folders under `root`, by relative path.
fn files(root: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut pending: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = pending.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in
            fs::read_dir(&folder).with_context(|| format!("list `{}`", folder.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let bytes = fs::read(&path).with_context(|| format!("read `{}`", path.display()))?;
            found.insert(path.strip_prefix(root)?.to_path_buf(), bytes);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
