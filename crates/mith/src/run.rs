//! From arguments to an exit code: parsing, dispatch, and the net under everything.

use std::ffi::OsString;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode as ProcessCode;

use mith_core::ExitCode;

use crate::cli::{self, Cli, Command};
use crate::commands;
use crate::error::Failure;
use crate::output::Terminal;

/// Runs `mith` with the arguments of the process and returns its exit code; nothing escapes as a panic.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ProcessCode {
    let default_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        default_hook(panic);
        announce_bug();
    }));
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    ProcessCode::from(guarded(|| run(arguments)).code())
}

/// A panic is a bug of ours, whatever was being done.
fn guarded(work: impl FnOnce() -> ExitCode) -> ExitCode {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(ExitCode::Bug)
}

fn run(arguments: Vec<OsString>) -> ExitCode {
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse_arguments(&error),
    };
    let terminal = Terminal::from_arguments(&cli.talk);
    match dispatch(cli, &terminal) {
        Ok(code) => code,
        Err(failure) => {
            terminal.failure(&failure);
            failure.code()
        }
    }
}

fn dispatch(cli: Cli, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let verbose = cli.talk.verbose;
    if !matches!(cli.command, Command::Serve(_)) {
        crate::logging::start_when_asked(verbose)?;
    }
    match cli.command {
        Command::Scan(arguments) => commands::scan::run(&arguments, terminal),
        Command::Explain(arguments) => commands::explain::run(&arguments, terminal),
        Command::Serve(arguments) => commands::serve::run(&arguments, verbose, terminal),
        Command::Registry(arguments) => commands::registry::run(&arguments, terminal),
        Command::Completions(arguments) => commands::completions::run(&arguments, terminal),
        Command::Docs(arguments) => commands::docs::run(&arguments, terminal),
    }
}

/// Help and version are data that was asked for; everything else that clap says is wrong usage.
fn refuse_arguments(error: &clap::Error) -> ExitCode {
    // A closed pipe behind `mith --help | head` is no failure.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::Usage
    } else {
        ExitCode::Clean
    }
}

/// Said after the panic's own message, on whichever thread it happened.
fn announce_bug() {
    let _ = writeln!(
        std::io::stderr(),
        "error: this is a bug of ours, not of your model or your command\n\
         hint: report it at {}/issues with the lines above and, if you may share it, the file",
        env!("CARGO_PKG_REPOSITORY"),
    );
}

#[cfg(test)]
mod tests;
