//! Command line of the project's automation: `cargo xtask <task>`.
#![expect(clippy::print_stderr, reason = "errors of a task go to the terminal")]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Automation of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

/// One thing to do.
#[derive(Debug, Subcommand)]
enum Task {
    /// Prepare the machine and run every test: Rust, documentation examples, end to end with real clients.
    Test {
        /// Leave out the set-up and the end-to-end tests.
        #[arg(long)]
        quick: bool,
        /// Run only the end-to-end tests whose name contains this text.
        #[arg(long, value_name = "TEXT", conflicts_with = "quick")]
        only_e2e: Option<String>,
    },
    /// Install what the end-to-end tests need, then say what is there.
    Setup,
    /// Write the generated pages under `docs/`.
    Docs {
        /// Compare instead of writing, and fail when a page is out of date.
        #[arg(long)]
        check: bool,
    },
    /// Check the house rules: crate edges, sizes, module headers, rules, changelog, dependencies.
    Tidy,
    /// Take the pictures of the page that the README shows.
    Screenshots,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Test { quick, only_e2e } => xtask::testing::run(quick, only_e2e.as_deref()),
        Task::Setup => xtask::setup::report(),
        Task::Docs { check } => xtask::docs::run(check),
        Task::Tidy => xtask::tidy::run(),
        Task::Screenshots => xtask::screenshots::run(),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
