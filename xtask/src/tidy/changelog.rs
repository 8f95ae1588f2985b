//! Changelog fragments: `<issue>.<kind>.md`, text for users, no empty file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::files_under;

/// The kinds of keep-a-changelog.
const KINDS: [&str; 6] = [
    "added",
    "changed",
    "deprecated",
    "removed",
    "fixed",
    "security",
];

/// Every fragment of the folder.
pub(super) fn check(folder: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for path in files_under(folder)? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name == "README.md" {
            continue;
        }
        if !well_named(&name) {
            problems.push(format!(
                "changelog.d/{name}: name it `<issue>.<kind>.md`, kind one of {}",
                KINDS.join(", ")
            ));
        }
        let text =
            fs::read_to_string(&path).with_context(|| format!("read `{}`", path.display()))?;
        if text.trim().is_empty() {
            problems.push(format!("changelog.d/{name}: is empty"));
        }
    }
    Ok(problems)
}

/// Whether a name is a number, a kind and `md`.
fn well_named(name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    matches!(parts.as_slice(), [issue, kind, "md"]
        if !issue.is_empty() && issue.bytes().all(|byte| byte.is_ascii_digit()) && KINDS.contains(kind))
}

#[cfg(test)]
mod tests;
