//! `mith scan PATH…`: no runtime, no network, nothing started that a tiny file does not need.

use std::path::PathBuf;

use mith_core::{ExitCode, FailOn, ScanReport};
use mith_scan::{ScanError, ScanOptions};

use crate::cli::{ReportFormat, ScanArgs, Threshold};
use crate::config::Config;
use crate::error::Failure;
use crate::output::progress::Progress;
use crate::output::subject::Subject;
use crate::output::{Terminal, human, json, markdown, sarif};

/// Scans, prints, and returns the code of the worst verdict.
///
/// # Errors
/// A missing path, an empty selection, a configuration that is refused.
pub fn run(arguments: &ScanArgs, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let config = Config::load()?;
    let format = arguments.format.or(config.scan.format).unwrap_or_default();
    let fail_on = threshold(arguments, &config, terminal);
    let report = scan(arguments, terminal)?;
    print(&report, format, arguments, terminal)?;
    if report.artifacts.is_empty() {
        return Err(nothing_scanned(&arguments.paths));
    }
    Ok(ExitCode::from_verdict(report.verdict, fail_on))
}

/// A file lowers the threshold only audibly: whoever scans a stranger's folder may stand in it.
fn threshold(arguments: &ScanArgs, config: &Config, terminal: &Terminal) -> FailOn {
    if let Some(threshold) = arguments.fail_on {
        return threshold.into();
    }
    let Some(threshold) = config.scan.fail_on else {
        return FailOn::default();
    };
    if threshold != Threshold::default() {
        terminal.warning(format!(
            "{} lowers what fails to `{}`; pass `--fail-on` to overrule it",
            config.whence(),
            threshold.as_str(),
        ));
    }
    threshold.into()
}

fn scan(arguments: &ScanArgs, terminal: &Terminal) -> Result<ScanReport, Failure> {
    let progress = Progress::open_ended("Scanning", terminal);
    let count = |bytes| progress.add(bytes);
    let options = ScanOptions {
        digest: !arguments.no_digest,
        progress: terminal.shows_progress().then_some(&count as _),
        ..ScanOptions::default()
    };
    let scanned = match arguments.jobs {
        // The pool of all cores is made by the scan itself, and only when there is more than one file.
        None => mith_scan::scan_paths(&arguments.paths, &options),
        Some(jobs) => rayon::ThreadPoolBuilder::new()
            .num_threads(usize::from(jobs))
            .build()
            .map_err(|error| {
                Failure::new(anyhow::Error::from(error).context("start the scan's threads"))
            })?
            .install(|| mith_scan::scan_paths(&arguments.paths, &options)),
    };
    progress.finish();
    scanned.map_err(|error| explain_failure(error, &arguments.paths))
}

fn explain_failure(error: ScanError, paths: &[PathBuf]) -> Failure {
    match &error {
        ScanError::Empty { .. } => nothing_scanned(paths),
        ScanError::Read { source, .. } => {
            let hint = match source.kind() {
                std::io::ErrorKind::NotFound => "check the path; nothing was scanned",
                std::io::ErrorKind::PermissionDenied => {
                    "run as a user who can read it; nothing was scanned"
                }
                _ => "nothing was scanned",
            };
            Failure::new(error).hint(hint)
        }
    }
}

fn nothing_scanned(paths: &[PathBuf]) -> Failure {
    let names: Vec<String> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    Failure::message(format!("no file to scan in {}", names.join(", ")))
        .hint("an empty selection promises nothing, so it fails; name a folder that holds the model's files")
}

fn print(
    report: &ScanReport,
    format: ReportFormat,
    arguments: &ScanArgs,
    terminal: &Terminal,
) -> Result<(), Failure> {
    match format {
        ReportFormat::Human if report.artifacts.is_empty() => Ok(()),
        ReportFormat::Human => terminal.data(&human::render(
            report,
            human::View {
                paint: terminal.paint(),
                width: terminal.width(),
                quiet: terminal.quiet(),
                verbose: terminal.verbose(),
                subject: Subject::of(&arguments.paths),
            },
        )),
        ReportFormat::Json => terminal.write_data(|out| json::write(out, report)),
        ReportFormat::Sarif => {
            let log = sarif::log(report, mith_scan::rules());
            terminal.write_data(|out| json::write(out, &log))
        }
        ReportFormat::Markdown => terminal.data(&markdown::render(report)),
    }
}
