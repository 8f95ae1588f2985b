//! Runs `cargo test` and reads its result lines while they pass by.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::summary::{Case, State, Summary};
use crate::process;

/// Runs the command, shows its output, and adds one case a test.
pub(crate) fn run(command: &mut Command, suite: &str, summary: &mut Summary) -> Result<()> {
    eprintln!("$ {}", process::shown(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start `{}`", process::shown(command)))?;
    let mut failures = 0;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line.context("read the output of the tests")?;
            if let Some(case) = case(suite, &line) {
                failures += usize::from(case.state == State::Failed);
                summary.add(case);
            } else {
                println!("{line}");
            }
        }
    }
    let status = child.wait().context("wait for the tests")?;
    if !status.success() && failures == 0 {
        summary.add(Case::new(suite, &process::shown(command), State::Failed));
    }
    Ok(())
}

/// Reads a line such as `test name ... ok`.
fn case(suite: &str, line: &str) -> Option<Case> {
    let (name, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let state = match result.trim() {
        "ok" => State::Passed,
        "FAILED" => State::Failed,
        other => State::Skipped(
            other
                .strip_prefix("ignored")?
                .trim_start_matches(", ")
                .to_owned(),
        ),
    };
    Some(Case::new(suite, name, state))
}

#[cfg(test)]
mod tests;
