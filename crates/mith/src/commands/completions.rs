//! `mith completions SHELL`.

use mith_core::ExitCode;

use crate::cli::{self, CompletionsArgs};
use crate::error::Failure;
use crate::output::Terminal;

/// Prints the script.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(arguments: &CompletionsArgs, terminal: &Terminal) -> Result<ExitCode, Failure> {
    // The generator panics on a write error, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut cli::command(), "mith", &mut script);
    terminal.write_data(|out| out.write_all(&script))?;
    Ok(ExitCode::Clean)
}
