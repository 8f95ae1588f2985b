//! A scan report for reading in a terminal.

use std::fmt::Write as _;

use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use mith_core::{ArtifactReport, Finding, ScanReport, Severity, Verdict};

use crate::output::subject::Subject;
use crate::output::{Paint, printable, size, symbol};

/// Up to so many clean files are listed one by one.
const LISTED_CLEAN: usize = 20;
/// Up to so many findings of one file are shown; `-v` and JSON show all.
const SHOWN_FINDINGS: usize = 20;

/// How a report is rendered.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Colour or not.
    pub paint: Paint,
    /// Columns, when stdout is a terminal.
    pub width: Option<u16>,
    /// Leave out what is clean.
    pub quiet: bool,
    /// Leave out nothing.
    pub verbose: bool,
    /// What was scanned, for the advice in the last line.
    pub subject: Subject<'a>,
}

/// The report as text with a final line feed; empty when `quiet` and everything is clean.
pub fn render(report: &ScanReport, view: View<'_>) -> String {
    if view.quiet && report.verdict == Verdict::Clean {
        return String::new();
    }
    let mut text = table(report, view);
    for artifact in worst_first(report)
        .into_iter()
        .filter(|artifact| !artifact.findings.is_empty())
    {
        text.push('\n');
        findings(&mut text, artifact, view);
    }
    let _ = writeln!(text, "\n{}", totals(report, view.paint));
    let _ = writeln!(text, "{}", next_step(report, view.subject));
    text
}

fn table(report: &ScanReport, view: View<'_>) -> String {
    let clean = report
        .artifacts
        .iter()
        .filter(|artifact| artifact.verdict == Verdict::Clean)
        .count();
    let list_clean = !view.quiet && (view.verbose || clean <= LISTED_CLEAN);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = view.width {
        table.set_width(width);
    } else {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    if view.paint.enabled() {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(
        ["verdict", "file", "size", "format", "findings"]
            .map(|name| Cell::new(name).add_attribute(Attribute::Bold)),
    );
    for artifact in worst_first(report) {
        if artifact.verdict == Verdict::Clean && !list_clean {
            continue;
        }
        table.add_row([
            verdict_cell(artifact.verdict),
            Cell::new(printable(&artifact.path)),
            Cell::new(size(artifact.size)),
            Cell::new(artifact.formats.join(", ")),
            Cell::new(count_findings(&artifact.findings)),
        ]);
    }
    let mut text = String::new();
    for line in table.lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if !list_clean && !view.quiet {
        let _ = writeln!(text, "… and {clean} clean files (`-v` lists them)");
    }
    text
}

fn verdict_cell(verdict: Verdict) -> Cell {
    let colour = match verdict {
        Verdict::Clean => Color::Green,
        Verdict::Unknown => Color::Yellow,
        Verdict::Unreadable => Color::Magenta,
        Verdict::Malicious => Color::Red,
    };
    Cell::new(format!("{} {verdict}", symbol(verdict))).fg(colour)
}

/// `2 critical, 1 low`, or `-`.
fn count_findings(findings: &[Finding]) -> String {
    let severities = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Info,
    ];
    let counts: Vec<String> = severities
        .into_iter()
        .filter_map(|severity| {
            let count = findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count();
            (count > 0).then(|| format!("{count} {severity}"))
        })
        .collect();
    if counts.is_empty() {
        return String::from("-");
    }
    counts.join(", ")
}

/// The worst first: it is what the reader came for.
pub(super) fn worst_first(report: &ScanReport) -> Vec<&ArtifactReport> {
    let mut artifacts: Vec<&ArtifactReport> = report.artifacts.iter().collect();
    artifacts.sort_by_key(|artifact| std::cmp::Reverse(artifact.verdict));
    artifacts
}

fn findings(text: &mut String, artifact: &ArtifactReport, view: View<'_>) {
    let _ = writeln!(text, "{}", view.paint.strong(printable(&artifact.path)));
    let shown = if view.verbose {
        artifact.findings.len()
    } else {
        SHOWN_FINDINGS
    };
    for finding in artifact.findings.iter().take(shown) {
        finding_lines(text, finding, view.paint);
    }
    let left = artifact.findings.len().saturating_sub(shown);
    if left > 0 {
        let _ = writeln!(text, "  … and {left} more findings (`-v` shows them)");
    }
}

fn finding_lines(text: &mut String, finding: &Finding, paint: Paint) {
    let _ = writeln!(
        text,
        "  {} {}  {}",
        paint.severity(finding.severity),
        paint.strong(printable(&finding.rule)),
        printable(&finding.message)
    );
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(
            text,
            "    {} {}",
            paint.faint(format!("{label:<7}")),
            printable(value)
        );
    };
    let evidence = &finding.evidence;
    if let Some(call) = &evidence.call {
        if !finding.message.contains(call.as_str()) {
            line("call", call);
        }
    } else if let Some(import) = &evidence.import {
        line("import", import);
    }
    if let Some(detail) = &evidence.detail {
        line("detail", detail);
    }
    if let Some(count) = evidence.count.filter(|count| *count > 1) {
        line("seen", &format!("{count} times"));
    }
    if let Some(place) = place(finding) {
        line("at", &place);
    }
    if !finding.remedy.is_empty() {
        line("fix", &finding.remedy);
    }
}

/// `byte 12 of archive/data.pkl, pickle 1`.
pub fn place(finding: &Finding) -> Option<String> {
    let location = &finding.location;
    let mut parts: Vec<String> = Vec::new();
    if let Some(line) = location.line {
        parts.push(format!("line {line}"));
    }
    if let Some(offset) = location.offset {
        parts.push(format!("byte {offset}"));
    }
    let mut text = parts.join(", ");
    if let Some(member) = &location.member {
        text = if text.is_empty() {
            member.clone()
        } else {
            format!("{text} of {member}")
        };
    }
    if let Some(pickle) = location.pickle.filter(|index| *index > 0) {
        let separator = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{separator}pickle {pickle}");
    }
    (!text.is_empty()).then_some(text)
}

/// `3 files, 4.2 MB: 1 malicious, 2 clean`.
pub fn summary(report: &ScanReport) -> String {
    let verdicts = [
        Verdict::Malicious,
        Verdict::Unreadable,
        Verdict::Unknown,
        Verdict::Clean,
    ];
    let parts: Vec<String> = verdicts
        .into_iter()
        .filter_map(|verdict| {
            let count = report
                .artifacts
                .iter()
                .filter(|artifact| artifact.verdict == verdict)
                .count();
            (count > 0).then(|| format!("{count} {verdict}"))
        })
        .collect();
    let count = report.artifacts.len();
    let files = if count == 1 { "file" } else { "files" };
    let bytes = report
        .artifacts
        .iter()
        .fold(0_u64, |sum, artifact| sum.saturating_add(artifact.size));
    format!("{count} {files}, {}: {}", size(bytes), parts.join(", "))
}

fn totals(report: &ScanReport, paint: Paint) -> String {
    format!("{}  {}", paint.verdict(report.verdict), summary(report))
}

/// What the reader does next; the last line of a report.
pub fn next_step(report: &ScanReport, subject: Subject<'_>) -> String {
    let worst = worst_first(report).into_iter().next();
    let rule = worst
        .and_then(|artifact| artifact.findings.first())
        .map_or("RULE", |finding| finding.rule.as_str());
    let rule = printable(rule);
    let name = subject.name();
    match report.verdict {
        Verdict::Clean => String::from(
            "Next: nothing in it is executed by a loader; `mith registry add DIR --as org/name` brings it in",
        ),
        Verdict::Unknown => format!(
            "Next: have somebody review what is not on the known-good list; `mith explain {rule}` says how"
        ),
        Verdict::Unreadable => format!(
            "Next: do not load {name}, what could not be read is not cleared; `mith explain {rule}` says more"
        ),
        Verdict::Malicious => {
            let file = worst.map_or_else(
                || "FILE".to_owned(),
                |artifact| subject.file(&artifact.path),
            );
            format!(
                "Next: do not load {name}, and tell whoever shared it; `mith explain {file}` shows what it would do"
            )
        }
    }
}
