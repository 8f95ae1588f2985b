//! House rules that no compiler checks; run by `cargo xtask tidy` and by the test of the same name.
//!
//! Each check returns its problems as sentences that say what to change. A check must not depend on anything outside
//! the checkout.

mod changelog;
mod edges;
mod manifest;
mod rules;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace;

/// Runs every check and prints the problems; true when there is none.
pub fn run() -> Result<bool> {
    let problems = problems()?;
    for problem in &problems {
        println!("{problem}");
    }
    Ok(problems.is_empty())
}

/// Every problem of the checkout.
pub fn problems() -> Result<Vec<String>> {
    let root = workspace::root();
    let mut found = edges::check(&workspace::metadata()?);
    found.extend(sources::check(&root)?);
    found.extend(rules::check(&root.join("crates/mith-scan"))?);
    found.extend(changelog::check(&root.join("changelog.d"))?);
    let manifest = root.join("Cargo.toml");
    let text =
        fs::read_to_string(&manifest).with_context(|| format!("read `{}`", manifest.display()))?;
    found.extend(manifest::check(&text));
    Ok(found)
}

/// Files under a folder, sorted; a missing folder has none.
fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
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
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
