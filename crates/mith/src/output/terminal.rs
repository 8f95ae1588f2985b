//! Where text goes: data to stdout, talk to stderr, with or without colour.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write};

use clap::ColorChoice;

use crate::cli::TalkArgs;
use crate::error::Failure;
use crate::output::{Paint, printable};

/// The two streams of the process and how much is said on them.
#[derive(Debug, Clone)]
pub struct Terminal {
    stdout: Paint,
    stderr: Paint,
    attended: bool,
    quiet: bool,
    verbose: u8,
}

impl Terminal {
    /// Decides about colour and talk once.
    pub fn from_arguments(arguments: &TalkArgs) -> Self {
        Self {
            stdout: paint(arguments.color, anstream::AutoStream::choice(&io::stdout())),
            stderr: paint(arguments.color, anstream::AutoStream::choice(&io::stderr())),
            attended: io::stderr().is_terminal(),
            quiet: arguments.quiet,
            verbose: arguments.verbose,
        }
    }

    /// How data on stdout is painted.
    pub const fn paint(&self) -> Paint {
        self.stdout
    }

    /// How talk on stderr is painted.
    pub const fn talk_paint(&self) -> Paint {
        self.stderr
    }

    /// Whether the user asked for less.
    pub const fn quiet(&self) -> bool {
        self.quiet
    }

    /// Whether the user asked for more.
    pub const fn verbose(&self) -> bool {
        self.verbose > 0
    }

    /// Whether a progress line may be shown.
    pub const fn shows_progress(&self) -> bool {
        self.attended && !self.quiet
    }

    /// How wide stdout is; `None` when it is no terminal, so that piped text is never cut.
    pub fn width(&self) -> Option<u16> {
        if !io::stdout().is_terminal() {
            return None;
        }
        comfy_table::Table::new().width()
    }

    /// Writes data to stdout.
    ///
    /// # Errors
    /// What the operating system said; a reader that went away is none.
    pub fn data(&self, text: &str) -> Result<(), Failure> {
        self.write_data(|out| out.write_all(text.as_bytes()))
    }

    /// Writes data to stdout through a writer, for what is too big to hold.
    ///
    /// # Errors
    /// What the operating system said; a reader that went away is none.
    pub fn write_data(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        match write(&mut out).and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                // What is still buffered has no reader; dropping the writer would try once more.
                let _ = out.into_parts();
                Ok(())
            }
            Err(error) => Err(Failure::new(
                anyhow::Error::from(error).context("write to stdout"),
            )),
        }
    }

    /// Says something beside the data, unless `--quiet`.
    pub fn talk(&self, text: impl Display) {
        if !self.quiet {
            self.say(&printable(&text.to_string()));
        }
    }

    /// Says what is worth knowing, unless `--quiet`.
    pub fn note(&self, text: impl Display) {
        if !self.quiet {
            self.say(&format!("note: {}", printable(&text.to_string())));
        }
    }

    /// Says what the user should do something about, always.
    pub fn warning(&self, text: impl Display) {
        let label = self.stderr.doubtful("warning:");
        self.say(&format!("{label} {}", printable(&text.to_string())));
    }

    /// Says something that must be read, always, as it stands: our own text of several lines.
    pub fn announce(&self, text: &str) {
        self.say(text);
    }

    /// Says why a command failed.
    pub fn failure(&self, failure: &Failure) {
        let text = failure.to_string();
        let painted = match text.strip_prefix("error:") {
            Some(rest) => format!("{}{rest}", self.stderr.bad("error:")),
            None => text,
        };
        self.say(&painted);
    }

    #[expect(
        clippy::unused_self,
        reason = "every line on stderr goes through the terminal, so that tests and quiet modes have one place"
    )]
    fn say(&self, line: &str) {
        // Nobody reads stderr any more: there is nobody left to tell.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}

fn paint(asked: ColorChoice, detected: anstream::ColorChoice) -> Paint {
    match asked {
        ColorChoice::Never => Paint::PLAIN,
        ColorChoice::Auto if detected == anstream::ColorChoice::Never => Paint::PLAIN,
        ColorChoice::Auto | ColorChoice::Always => Paint::COLOURED,
    }
}
