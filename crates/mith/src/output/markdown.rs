//! A scan report as a comment in CI: GitHub-flavoured Markdown that no file name can break out of.

use std::fmt::Write as _;

use mith_core::{ArtifactReport, Finding, ScanReport, Verdict};

use crate::output::{human, printable, size, symbol};

/// Comments are cut by the forges at 64 kB; so many rows stay well below.
const ROWS: usize = 50;
/// So many findings are shown.
const FINDINGS: usize = 30;

/// The report as Markdown with a final line feed.
pub fn render(report: &ScanReport) -> String {
    let mut text = format!(
        "### {} `mith scan`: {}\n\n{}\n\n| verdict | file | size | format | findings |\n|---|---|--:|---|--:|\n",
        symbol(report.verdict),
        report.verdict,
        human::summary(report),
    );
    let rows = human::worst_first(report);
    for artifact in rows.iter().take(ROWS) {
        let _ = writeln!(
            text,
            "| {} {} | {} | {} | {} | {} |",
            symbol(artifact.verdict),
            artifact.verdict,
            code(&artifact.path),
            size(artifact.size),
            plain(&artifact.formats.join(", ")),
            artifact.findings.len(),
        );
    }
    if let Some(left) = rows.len().checked_sub(ROWS).filter(|left| *left > 0) {
        let _ = writeln!(text, "\n… and {left} more files");
    }
    findings(&mut text, &rows);
    let _ = writeln!(text, "\n{}", next_step(report));
    text
}

fn findings(text: &mut String, rows: &[&ArtifactReport]) {
    let all = rows.iter().flat_map(|artifact| {
        artifact
            .findings
            .iter()
            .map(move |finding| (artifact, finding))
    });
    let count = all.clone().count();
    if count == 0 {
        return;
    }
    text.push_str("\n#### Findings\n\n");
    for (artifact, finding) in all.take(FINDINGS) {
        item(text, &artifact.path, finding);
    }
    if let Some(left) = count.checked_sub(FINDINGS).filter(|left| *left > 0) {
        let _ = writeln!(text, "- … and {left} more");
    }
}

fn item(text: &mut String, path: &str, finding: &Finding) {
    let _ = write!(
        text,
        "- **{}** {} in {}: {}",
        finding.severity,
        code(&finding.rule),
        code(path),
        plain(&finding.message)
    );
    if let Some(call) = finding
        .evidence
        .call
        .as_ref()
        .or(finding.evidence.import.as_ref())
    {
        let _ = write!(text, " — {}", code(call));
    }
    if let Some(place) = human::place(finding) {
        let _ = write!(text, " ({})", plain(&place));
    }
    if !finding.remedy.is_empty() {
        let _ = write!(text, ". {}", plain(&finding.remedy));
    }
    text.push('\n');
}

/// Whoever reads a comment in CI has other paths than the machine that scanned, so no path stands in it.
fn next_step(report: &ScanReport) -> &'static str {
    match report.verdict {
        Verdict::Clean => "Nothing in it is executed by a loader.",
        Verdict::Unknown => {
            "Something in it is not on the known-good list: have somebody review it; `mith explain RULE` says how."
        }
        Verdict::Unreadable => "Do not load it: what could not be read is not cleared.",
        Verdict::Malicious => "Do not load it. `mith explain FILE` shows what it would do.",
    }
}

/// A code span that its content cannot close, nor end the table cell.
fn code(text: &str) -> String {
    let safe = printable(text).replace('|', "\\|");
    let longest = safe
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if longest == 0 {
        format!("{fence}{safe}{fence}")
    } else {
        format!("{fence} {safe} {fence}")
    }
}

/// Text in which nothing is markup, mention or HTML.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for character in printable(text).chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                safe.push('\\');
                safe.push(character);
            }
            _ => safe.push(character),
        }
    }
    safe
}
