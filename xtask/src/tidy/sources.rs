//! Source files: size, module header, nothing unfinished, no shortcut that panics.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::files_under;

/// The longest file that is still read in one go.
const MOST_LINES: usize = 800;

/// Text that must not stand in code outside tests, and what to do instead.
const FORBIDDEN: [(&str, &str); 5] = [
    (".unwrap()", "return an error"),
    ("todo!(", "finish it or leave it out"),
    ("unimplemented!(", "finish it or leave it out"),
    ("#[allow(", "use `#[expect(…, reason = …)]`"),
    ("#[ignore", "print `skipped: <reason>` and return"),
];

/// Every source file of the members.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for folder in ["crates", "xtask"] {
        for path in files_under(&root.join(folder))? {
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text =
                fs::read_to_string(&path).with_context(|| format!("read `{}`", path.display()))?;
            let name = path.strip_prefix(root).unwrap_or(&path);
            problems.extend(file(&name.to_string_lossy(), &text));
        }
    }
    Ok(problems)
}

/// The problems of one file.
fn file(name: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES {
        problems.push(format!(
            "{name}: {lines} lines, at most {MOST_LINES}: split it"
        ));
    }
    // Tests may do what they like, and this file names what it forbids.
    if is_test(name) {
        return problems;
    }
    if !text.starts_with("//!") {
        problems.push(format!(
            "{name}: begins without `//!` that says what it owns"
        ));
    }
    if name.ends_with("tidy/sources.rs") {
        return problems;
    }
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    for (number, line) in code.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for (word, instead) in FORBIDDEN {
            if line.contains(word) {
                problems.push(format!("{name}:{}: `{word}`: {instead}", number + 1));
            }
        }
    }
    problems
}

/// Whether a file holds tests only.
fn is_test(name: &str) -> bool {
    name.ends_with("/tests.rs")
        || name.contains("/tests/")
        || name.contains("/benches/")
        || name.ends_with("_tests.rs")
}

#[cfg(test)]
mod tests;
