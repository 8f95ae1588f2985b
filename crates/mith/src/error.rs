//! What a command says when it cannot go on: a chain of causes, then hints, and the exit code.

use std::fmt::{self, Write as _};

use mith_core::ExitCode;

use crate::output::printable;

/// A failed command: why, what to do, and the exit code. Printed once, by [`crate::main`].
#[derive(Debug)]
pub struct Failure {
    error: anyhow::Error,
    code: ExitCode,
    hints: Vec<String>,
}

impl Failure {
    /// Something could not be finished: I/O, network, budget. Exit code 4.
    pub fn new(error: impl Into<anyhow::Error>) -> Self {
        Self {
            error: error.into(),
            code: ExitCode::Unreadable,
            hints: Vec::new(),
        }
    }

    /// The same with a message of our own.
    pub fn message(text: impl fmt::Display) -> Self {
        Self::new(anyhow::Error::msg(text.to_string()))
    }

    /// The command was called wrongly. Exit code 2.
    pub fn usage(text: impl fmt::Display) -> Self {
        Self::message(text).with_code(ExitCode::Usage)
    }

    /// Sets the exit code.
    #[must_use]
    pub fn with_code(mut self, code: ExitCode) -> Self {
        self.code = code;
        self
    }

    /// Adds a line that says what to do.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }

    /// Puts what was being done in front of the chain.
    #[must_use]
    pub fn context(mut self, text: impl fmt::Display) -> Self {
        self.error = self.error.context(text.to_string());
        self
    }

    /// The exit code of the process.
    pub const fn code(&self) -> ExitCode {
        self.code
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for Failure {
    /// `error: …`, then `  caused by: …` for each cause, then `hint: …` lines; every text made printable.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (level, cause) in self.error.chain().enumerate() {
            let label = if level == 0 { "error" } else { "  caused by" };
            let cause = cause.to_string();
            writeln!(text, "{label}: {}", printable(cause.trim_end()))?;
        }
        for hint in &self.hints {
            writeln!(text, "hint: {}", printable(hint))?;
        }
        formatter.write_str(text.trim_end())
    }
}

#[cfg(test)]
mod tests;
