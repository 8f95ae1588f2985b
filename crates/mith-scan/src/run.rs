//! One scan from arguments to report.

use std::path::{Path, PathBuf};

use mith_core::{ArtifactReport, Evidence, Location, ScanReport, Verdict};
use mith_formats::Input;
use mith_formats::budget::Budget;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::artifact::{self, Context, Effort, Item, Sheet};
use crate::input::FileInput;
use crate::walk::{self, Selected};
use crate::{ScanError, ScanOptions, hash, rule_set_id, rules};

/// From how many bytes on files are worth the threads of a pool.
const PARALLEL_BYTES: u64 = 4 << 20;

/// Scans a file, or every file of a folder.
///
/// # Errors
/// When the argument cannot be read at all or holds no file.
pub fn scan_path(path: &Path, options: &ScanOptions<'_>) -> Result<ScanReport, ScanError> {
    scan_paths(&[path.to_owned()], options)
}

/// Scans several files and folders into one report.
///
/// # Errors
/// When an argument cannot be read at all, or when there is no file in any.
pub fn scan_paths(paths: &[PathBuf], options: &ScanOptions<'_>) -> Result<ScanReport, ScanError> {
    let mut selected = Vec::new();
    for path in paths {
        selected.extend(walk::select(path)?);
    }
    if selected.is_empty() {
        let named: Vec<String> = paths
            .iter()
            .map(|path| format!("`{}`", path.display()))
            .collect();
        return Err(ScanError::Empty {
            paths: named.join(", "),
        });
    }
    let reports: Vec<Vec<ArtifactReport>> = if is_worth_threads(&selected) {
        selected
            .par_iter()
            .map(|file| scan_file(file, options))
            .collect()
    } else {
        selected
            .iter()
            .map(|file| scan_file(file, options))
            .collect()
    };
    let artifacts = reports.into_iter().flatten().collect();
    Ok(ScanReport::new(artifacts, rule_set_id()))
}

/// A pool costs more than a few small files do.
fn is_worth_threads(selected: &[Selected]) -> bool {
    let mut bytes = 0_u64;
    selected.len() > 1
        && selected.iter().any(|file| {
            bytes += std::fs::metadata(&file.path).map_or(0, |metadata| metadata.len());
            bytes > PARALLEL_BYTES
        })
}

fn scan_file(file: &Selected, options: &ScanOptions<'_>) -> Vec<ArtifactReport> {
    if let Some(reason) = &file.refused {
        return unreadable(&file.name, 0, reason);
    }
    let input = match FileInput::open(&file.path) {
        Ok(input) => input,
        Err(error) => return unreadable(&file.name, 0, &format!("cannot be opened: {error}")),
    };
    let mut reports = scan_input(&file.name, &input, options);
    let problem = match input.is_unchanged() {
        Ok(true) => return reports,
        Ok(false) => "changed while it was read".to_owned(),
        Err(error) => format!("cannot be looked at again: {error}"),
    };
    if let Some(first) = reports.first_mut() {
        first.findings.push(rules::file_unreadable::RULE.finding(
            Location::default(),
            problem,
            Evidence::default(),
        ));
        first.verdict = first.verdict.max(Verdict::Unreadable);
    }
    reports
}

fn unreadable(name: &str, size: u64, reason: &str) -> Vec<ArtifactReport> {
    let mut sheet = Sheet::default();
    sheet.find(
        &rules::file_unreadable::RULE,
        Location::default(),
        reason,
        None,
    );
    let item = Item {
        path: name.to_owned(),
        member: None,
        depth: 0,
    };
    sheet.format(&item, "unreadable");
    sheet.into_reports(name, size, None)
}

/// Scans bytes under a name. The first report is that of the bytes themselves, with the worst verdict of all; members of
/// a plain archive follow as `name!member`.
pub fn scan_input(name: &str, input: &dyn Input, options: &ScanOptions<'_>) -> Vec<ArtifactReport> {
    let budget = Budget::new(&options.limits);
    let effort = Effort::new(&options.limits);
    let context = Context {
        options,
        budget: &budget,
        effort: &effort,
        explainer: None,
    };
    let item = Item {
        path: name.to_owned(),
        member: None,
        depth: 0,
    };
    let mut sheet = Sheet::default();
    artifact::examine(&context, &item, input, &mut sheet);
    let sha256 = if options.digest {
        match hash::digest(input, options.progress) {
            Ok(digest) => Some(digest),
            Err(error) => {
                let message = format!("cannot be read to its end: {error}");
                sheet.find(
                    &rules::file_unreadable::RULE,
                    Location::default(),
                    message,
                    None,
                );
                None
            }
        }
    } else {
        if let Some(progress) = options.progress {
            progress(input.size());
        }
        None
    };
    sheet.into_reports(name, input.size(), sha256)
}
