//! What a report is about, so that its advice can be pasted.

use std::path::{Path, PathBuf};

use crate::output::printable;

/// The arguments of a scan.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    paths: &'a [PathBuf],
    is_file: bool,
}

impl<'a> Subject<'a> {
    /// The arguments as they were given.
    pub fn of(paths: &'a [PathBuf]) -> Self {
        Self {
            paths,
            is_file: paths.first().is_some_and(|path| path.is_file()),
        }
    }

    /// The argument in backticks, or the word it when there are several.
    pub fn name(self) -> String {
        match self.paths {
            [only] => format!("`{}`", printable(&only.display().to_string())),
            _ => "it".to_owned(),
        }
    }

    /// A file of the report as a word for a shell; `FILE` when nobody can tell which argument it was found under.
    pub fn file(self, path: &str) -> String {
        let [only] = self.paths else {
            return "FILE".to_owned();
        };
        // A member of a container is explained with its container.
        let outer = path.split('!').next().unwrap_or(path);
        let file = if self.is_file {
            only.clone()
        } else {
            only.join(Path::new(outer))
        };
        quoted(&file.display().to_string())
    }
}

fn quoted(word: &str) -> String {
    let word = printable(word);
    let is_plain = |character: char| {
        character.is_alphanumeric() || matches!(character, '.' | '_' | '-' | '/' | '+' | '=' | ',')
    };
    if word.chars().all(is_plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
