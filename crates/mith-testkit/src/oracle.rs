//! A long-lived `CPython` that tells which names it resolves in a pickle, carrying nothing out.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Extension codes that the oracle registers: code, module, name.
pub const EXTENSIONS: &[(i64, &str, &str)] = &[
    (1, "ext.one", "first"),
    (2, "ext.two", "second"),
    (255, "ext.three", "third"),
    (256, "ext.four", "fourth"),
    (70_000, "ext.five", "fifth"),
];

/// What the oracle says of a stream.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Names that `find_class` was asked for, before any name mapping.
    pub names: BTreeSet<(String, String)>,
    /// Set when the oracle ran out of memory or time, or died: its names are then not all.
    pub cut_short: bool,
}

/// The child process, started anew when it dies.
pub struct Oracle {
    python: PathBuf,
    script: PathBuf,
    arguments: &'static [&'static str],
    running: Option<(Child, ChildStdin, ChildStdout)>,
}

impl Oracle {
    /// An oracle that runs `script` with the interpreter `python`.
    #[must_use]
    pub fn new(python: &Path, script: &Path) -> Self {
        Self {
            python: python.to_owned(),
            script: script.to_owned(),
            arguments: &[],
            running: None,
        }
    }

    /// An oracle that makes calls of pure functions; only for streams that come from our own generators.
    #[must_use]
    pub fn pure(python: &Path, script: &Path) -> Self {
        let mut oracle = Self::new(python, script);
        oracle.arguments = &["--pure"];
        oracle
    }

    /// Asks about one stream.
    ///
    /// # Errors
    /// When the interpreter cannot be started.
    pub fn ask(&mut self, stream: &[u8]) -> io::Result<Answer> {
        if self.running.is_none() {
            self.running = Some(self.start()?);
        }
        let answer = match &mut self.running {
            Some((_, stdin, stdout)) => exchange(stdin, stdout, stream),
            None => Err(io::ErrorKind::NotFound.into()),
        };
        if let Ok(answer) = answer {
            return Ok(answer);
        }
        self.end();
        Ok(Answer {
            cut_short: true,
            ..Answer::default()
        })
    }

    fn start(&self) -> io::Result<(Child, ChildStdin, ChildStdout)> {
        let mut child = Command::new(&self.python)
            .arg("-I")
            .arg(&self.script)
            .args(self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => Ok((child, stdin, stdout)),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn end(&mut self) {
        if let Some((mut child, stdin, stdout)) = self.running.take() {
            drop((stdin, stdout));
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.end();
    }
}

fn exchange(stdin: &mut ChildStdin, stdout: &mut ChildStdout, stream: &[u8]) -> io::Result<Answer> {
    let length = u32::try_from(stream.len()).map_err(io::Error::other)?;
    stdin.write_all(&length.to_le_bytes())?;
    stdin.write_all(stream)?;
    stdin.flush()?;
    let mut status = [0];
    stdout.read_exact(&mut status)?;
    let mut names = BTreeSet::new();
    for _ in 0..number(stdout)? {
        let module = text(stdout)?;
        let name = text(stdout)?;
        names.insert((module, name));
    }
    Ok(Answer {
        names,
        cut_short: status != [0],
    })
}

fn number(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn text(from: &mut impl Read) -> io::Result<String> {
    let length = u64::from(number(from)?);
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
