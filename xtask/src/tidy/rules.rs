//! Rules of the scanner: each one registered, documented in the common shape, with bad and good examples.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::files_under;

/// Headings that every page has, in this order.
const HEADINGS: [&str; 7] = [
    "## What it finds",
    "## Why it matters",
    "## Example",
    "## How to fix",
    "## Suppress",
    "## Limits",
    "## References",
];

/// Every rule of the scanner crate at `scan`.
pub(super) fn check(scan: &Path) -> Result<Vec<String>> {
    let source = scan.join("src/rules");
    let mut registered = String::new();
    let mut pages = BTreeSet::new();
    for path in files_under(&source)? {
        let text =
            || fs::read_to_string(&path).with_context(|| format!("read `{}`", path.display()));
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => registered.push_str(&text()?),
            Some("md") => {
                let id = path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                pages.insert((id, text()?));
            }
            _ => {}
        }
    }
    if pages.is_empty() {
        return Ok(vec!["mith-scan has no rule page in src/rules".to_owned()]);
    }
    let mut problems = Vec::new();
    for (id, page) in &pages {
        problems.extend(headings(id, page));
        if !registered.contains(&format!("&{}::RULE", id.replace('-', "_"))) {
            problems.push(format!(
                "rule `{id}`: has a page and is not in the list of src/rules/mod.rs"
            ));
        }
        for kind in ["bad", "good"] {
            if files_under(&scan.join("testdata").join(id).join(kind))?.is_empty() {
                problems.push(format!("rule `{id}`: testdata/{id}/{kind} has no example"));
            }
        }
    }
    for id in included_pages(&registered) {
        if !pages.iter().any(|(page, _)| *page == id) {
            problems.push(format!("rule `{id}`: is registered and has no page"));
        }
    }
    Ok(problems)
}

/// Headings that are missing or out of order.
fn headings(id: &str, page: &str) -> Option<String> {
    let mut wanted = HEADINGS.iter().peekable();
    for line in page.lines() {
        if wanted
            .peek()
            .is_some_and(|heading| line.trim_end() == **heading)
        {
            wanted.next();
        }
    }
    wanted
        .next()
        .map(|heading| format!("rule `{id}`: page lacks `{heading}` at its place"))
}

/// The ids of all pages that the catalogue compiles in.
fn included_pages(source: &str) -> BTreeSet<String> {
    source
        .split("include_str!(\"")
        .skip(1)
        .filter_map(|rest| rest.split_once(".md\"").map(|(name, _)| name))
        .filter_map(|name| name.rsplit('/').next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
