//! `mith explain FILE|RULE`.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use mith_core::ExitCode;
use mith_scan::{Input, ScanOptions};

use crate::cli::ExplainArgs;
use crate::error::Failure;
use crate::output::{Terminal, explain};

/// Prints a file's pickles as text, or the page of a rule.
///
/// # Errors
/// What is neither a readable file nor a rule.
pub fn run(arguments: &ExplainArgs, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let subject = arguments.subject.as_os_str();
    match std::fs::metadata(subject) {
        Ok(metadata) if metadata.is_file() => explain_file(Path::new(subject), terminal),
        Ok(metadata) if metadata.is_dir() => Err(Failure::message(format!(
            "`{}` is a folder",
            subject.display()
        ))
        .hint("name one of its files; `mith scan` says which one to look at")),
        Ok(_) => Err(Failure::message(format!(
            "`{}` is not a regular file",
            subject.display()
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => explain_rule(subject, terminal),
        Err(error) => Err(unreadable(Path::new(subject), error)),
    }
}

fn explain_file(path: &Path, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let input = FileInput::open(path).map_err(|error| unreadable(path, error))?;
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    let explanation = mith_scan::explain(&name, &input, &ScanOptions::default());
    terminal.data(&explain::render(&explanation, terminal.paint()))?;
    Ok(ExitCode::Clean)
}

fn explain_rule(subject: &OsStr, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let id = subject.to_string_lossy();
    if let Some(rule) = mith_scan::rules().iter().find(|rule| rule.id == id) {
        terminal.data(&format!("{}\n", rule.page.trim_end()))?;
        return Ok(ExitCode::Clean);
    }
    let ids: Vec<&str> = mith_scan::rules().iter().map(|rule| rule.id).collect();
    Err(
        Failure::message(format!("`{id}` is neither a file nor a rule"))
            .hint(format!("rules: {}", ids.join(", "))),
    )
}

fn unreadable(path: &Path, error: io::Error) -> Failure {
    Failure::new(anyhow::Error::from(error).context(format!("read `{}`", path.display())))
}

/// A file as the readers see it: ranges on demand, nothing held.
struct FileInput {
    file: File,
    size: u64,
}

impl FileInput {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }
}

impl Input for FileInput {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }
}
