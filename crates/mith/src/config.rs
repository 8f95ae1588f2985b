//! `mith.toml`: found upward from the working folder, below flags and environment, above defaults.

use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cli::{ReportFormat, Threshold};
use crate::env;
use crate::error::Failure;

/// The name of the file.
pub const FILE_NAME: &str = "mith.toml";

/// A configuration is a page of text; more is a mistake.
const MAX_BYTES: u64 = 1 << 20;

/// Every key with its kind, default and meaning; the reference and the hints come from here.
pub const KEYS: [Key; 5] = [
    Key {
        name: "scan.fail_on",
        kind: "`unknown`, `unreadable` or `malicious`",
        default: "`unknown`",
        variable: Some(env::FAIL_ON),
        flag: "--fail-on",
        help: "the least verdict that makes `mith scan` fail",
    },
    Key {
        name: "scan.format",
        kind: "`human`, `json`, `sarif` or `markdown`",
        default: "`human`",
        variable: Some(env::FORMAT),
        flag: "--format",
        help: "how `mith scan` prints its report",
    },
    Key {
        name: "serve.listen",
        kind: "address and port",
        default: "`127.0.0.1:8080`",
        variable: Some(env::LISTEN),
        flag: "--listen",
        help: "where `mith serve` listens",
    },
    Key {
        name: "serve.data",
        kind: "path; relative to the file",
        default: "`mithridate` in the user's data folder",
        variable: Some(env::DATA),
        flag: "--data",
        help: "where `mith serve` keeps its database and models",
    },
    Key {
        name: "client.server",
        kind: "URL",
        default: "`http://127.0.0.1:8080`",
        variable: Some(env::SERVER),
        flag: "--server",
        help: "the registry that `mith registry` talks to",
    },
];

/// One key of `mith.toml`.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// `table.key`.
    pub name: &'static str,
    /// What may stand there.
    pub kind: &'static str,
    /// What is taken when it is absent.
    pub default: &'static str,
    /// The environment variable that beats it.
    pub variable: Option<&'static str>,
    /// The flag that beats both.
    pub flag: &'static str,
    /// What it does.
    pub help: &'static str,
}

/// What `mith.toml` says; empty when there is none.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it was found.
    #[serde(skip)]
    pub path: Option<PathBuf>,
    /// `[scan]`.
    #[serde(default)]
    pub scan: ScanTable,
    /// `[serve]`.
    #[serde(default)]
    pub serve: ServeTable,
    /// `[client]`.
    #[serde(default)]
    pub client: ClientTable,
}

/// `[scan]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanTable {
    /// The least verdict that fails.
    pub fail_on: Option<Threshold>,
    /// How reports are printed.
    pub format: Option<ReportFormat>,
}

/// `[serve]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeTable {
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// Where the data lies.
    pub data: Option<PathBuf>,
}

/// `[client]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientTable {
    /// The registry.
    pub server: Option<String>,
}

impl Config {
    /// Finds and reads the file of the working folder or of the nearest folder above it.
    ///
    /// # Errors
    /// A file that cannot be read, or that says something unknown.
    pub fn load() -> Result<Self, Failure> {
        let folder = std::env::current_dir().map_err(|error| {
            Failure::new(anyhow::Error::from(error).context("find the working folder"))
        })?;
        Self::load_from(&folder)
    }

    /// The same from another folder.
    ///
    /// # Errors
    /// A file that cannot be read, or that says something unknown.
    pub fn load_from(folder: &Path) -> Result<Self, Failure> {
        for folder in folder.ancestors() {
            let path = folder.join(FILE_NAME);
            match read(&path) {
                Ok(text) => return parse(&path, &text),
                Err(error) if is_absent(&error) => {}
                Err(error) => {
                    let context = format!("read the configuration `{}`", path.display());
                    return Err(Failure::new(anyhow::Error::from(error).context(context)));
                }
            }
        }
        Ok(Self::default())
    }

    /// A sentence that names the file, for a value that the reader may not expect.
    pub fn whence(&self) -> String {
        self.path.as_ref().map_or_else(
            || "a default".to_owned(),
            |path| format!("`{}`", path.display()),
        )
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn read(path: &Path) -> io::Result<String> {
    let file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is longer than 1 MiB"));
    }
    Ok(text)
}

fn parse(path: &Path, text: &str) -> Result<Config, Failure> {
    let mut config: Config = toml::from_str(text).map_err(|error| refuse(path, text, &error))?;
    if let Some(data) = &config.serve.data {
        config.serve.data = path.parent().map(|folder| folder.join(data));
    }
    config.path = Some(path.to_owned());
    Ok(config)
}

fn refuse(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let source_line = text.lines().nth(line - 1).unwrap_or_default().trim();
    let failure = Failure::usage(format!(
        "configuration `{}`, line {line}: {}",
        path.display(),
        error.message().trim()
    ));
    let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    let failure = failure.hint(format!(
        "line {line} reads `{}`",
        source_line.chars().take(120).collect::<String>()
    ));
    if source_line.starts_with("token") {
        // The line holds a secret: it is not repeated.
        return Failure::usage(format!(
            "configuration `{}`, line {line}: a token does not belong in a file that is shared",
            path.display()
        ))
        .hint(format!(
            "remove the line and set `{}`, or pass `--token-file`",
            env::TOKEN
        ));
    }
    failure.hint(format!("valid keys: {}", names.join(", ")))
}

#[cfg(test)]
mod tests;
