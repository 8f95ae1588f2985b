//! `cargo xtask test`: prepares the machine, runs every suite, adds the results up.
//!
//! Suites run to their end whatever the ones before them said, so that one run shows everything that is wrong.

mod cargo_output;
mod endtoend;
mod junit;
mod summary;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, setup, workspace};
use summary::{Case, State, Summary};

/// Runs the suites and prints the summary; true when nothing failed.
pub fn run(quick: bool, only_e2e: Option<&str>) -> Result<bool> {
    let mut summary = Summary::default();
    let machine = if quick { None } else { Some(setup::prepare()?) };
    if only_e2e.is_none() {
        rust_tests(&mut summary)?;
        documentation_tests(&mut summary)?;
    }
    if let Some(machine) = &machine {
        match build_binary()? {
            Some(binary) => endtoend::run(&binary, machine, only_e2e, &mut summary)?,
            None => summary.add(Case::new("build", "mith", State::Failed)),
        }
    }
    println!("{summary}");
    Ok(summary.passed())
}

/// Unit and integration tests of the workspace, with nextest where it is installed.
fn rust_tests(summary: &mut Summary) -> Result<()> {
    let has_nextest = Command::new("cargo-nextest")
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_nextest {
        let mut command = workspace::cargo();
        command.args([
            "test",
            "--workspace",
            "--no-fail-fast",
            "--lib",
            "--bins",
            "--tests",
        ]);
        return cargo_output::run(&mut command, "rust", summary);
    }
    // The store of nextest stays in the checkout, wherever cargo builds.
    let report = workspace::root().join("target/nextest/ci/junit.xml");
    // A report of an earlier run must not be read as this one's.
    let _ = fs::remove_file(&report);
    let mut command = workspace::cargo();
    command.args([
        "nextest",
        "run",
        "--workspace",
        "--profile",
        "ci",
        "--no-fail-fast",
    ]);
    let succeeded = process::run(&mut command)?;
    let cases = match fs::read_to_string(&report) {
        Ok(text) => junit::cases(&text),
        Err(_) => Vec::new(),
    };
    let nothing_failed = cases.iter().all(|case| case.state != State::Failed);
    if !succeeded && nothing_failed {
        summary.add(Case::new(
            "rust",
            "cargo nextest run (did not build or did not end)",
            State::Failed,
        ));
    }
    summary.extend(cases);
    Ok(())
}

/// Examples in the documentation; only crates with `doctest = true` have any.
fn documentation_tests(summary: &mut Summary) -> Result<()> {
    let mut command = workspace::cargo();
    command.args(["test", "--package", "mith-core", "--doc"]);
    cargo_output::run(&mut command, "doc", summary)
}

/// Builds the binary with the features that the tests were built with, so that nothing is compiled twice.
pub(crate) fn build_binary() -> Result<Option<PathBuf>> {
    let mut command = workspace::cargo();
    command.args(["build", "--workspace", "--bins", "--tests"]);
    if !process::run(&mut command)? {
        return Ok(None);
    }
    let binary = workspace::metadata()?.target_directory.join("debug/mith");
    let binary = binary
        .canonicalize()
        .with_context(|| format!("the build left no `{}`", binary.display()))?;
    Ok(Some(binary))
}
