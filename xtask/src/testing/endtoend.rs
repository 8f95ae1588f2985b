//! End-to-end tests: real clients against the built binary, driven by `e2e/run.py`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::summary::{Case, State, Summary};
use crate::setup::Machine;
use crate::{process, workspace};

/// One line of the result file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    state: String,
    #[serde(default)]
    reason: String,
}

/// Runs the tests whose name contains `only`, or all.
pub(crate) fn run(
    binary: &Path,
    machine: &Machine,
    only: Option<&str>,
    summary: &mut Summary,
) -> Result<()> {
    for reason in &machine.missing {
        eprintln!("missing: {reason}");
    }
    let Some(python) = process::find(&["/usr/bin/python3", "python3"]) else {
        let required = std::env::var("MITH_REQUIRE").unwrap_or_default();
        summary.add(Case::new("e2e", "all", without_python(&required)));
        return Ok(());
    };
    let results = workspace::metadata()?
        .target_directory
        .join("e2e-results.jsonl");
    let _ = fs::remove_file(&results);
    let mut command = Command::new(python);
    command
        .current_dir(workspace::root())
        .args(["-B", "e2e/run.py", "--mith"])
        .arg(binary)
        .arg("--cache")
        .arg(&machine.cache)
        .arg("--results")
        .arg(&results);
    if let Some(text) = only {
        command.args(["--only", text]);
    }
    let succeeded = process::run(&mut command)?;
    let text = fs::read_to_string(&results).unwrap_or_default();
    let cases = cases(&text)?;
    let nothing_failed = cases.iter().all(|case| case.state != State::Failed);
    if !succeeded && nothing_failed {
        summary.add(Case::new("e2e", "e2e/run.py (did not end)", State::Failed));
    }
    summary.extend(cases);
    Ok(())
}

/// What the lack of any Python means: a skip, unless it is required.
fn without_python(required: &str) -> State {
    if required.split(',').any(|word| word.trim() == "python") {
        return State::Failed;
    }
    State::Skipped("there is no python3 to drive the clients".to_owned())
}

/// Reads the result file, one JSON object a line.
fn cases(text: &str) -> Result<Vec<Case>> {
    text.lines()
        .map(|line| {
            let line: Line =
                serde_json::from_str(line).context("read the results of the end-to-end tests")?;
            let state = match line.state.as_str() {
                "passed" => State::Passed,
                "skipped" => State::Skipped(line.reason),
                _ => State::Failed,
            };
            Ok(Case::new("e2e", &line.name, state))
        })
        .collect()
}

#[cfg(test)]
mod tests;
