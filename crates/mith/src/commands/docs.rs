//! The hidden `mith docs --out DIR`: writes what `cargo xtask docs` compares with `docs/`.

use std::fs;

use mith_core::ExitCode;

use crate::cli::DocsArgs;
use crate::error::Failure;
use crate::output::Terminal;
use crate::reference;

/// Writes every generated file below the folder.
///
/// # Errors
/// When a file cannot be written.
pub fn run(arguments: &DocsArgs, terminal: &Terminal) -> Result<ExitCode, Failure> {
    for (path, text) in reference::generated_files() {
        let path = path.strip_prefix("docs/").unwrap_or(&path);
        let target = arguments.out.join(path);
        let written = target
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&target, text));
        written.map_err(|error| {
            Failure::new(
                anyhow::Error::from(error).context(format!("write `{}`", target.display())),
            )
        })?;
        terminal.data(&format!("{path}\n"))?;
    }
    Ok(ExitCode::Clean)
}
