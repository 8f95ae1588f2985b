//! Names that are validated once, where they enter: repositories, revisions, paths in a model.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a name is refused; the offending text is cut to 120 characters and made printable.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{what} `{text}` is refused: {why}")]
pub struct NameError {
    /// Which kind of name: `model name`, `revision`, `path`.
    pub what: &'static str,
    /// The text that was refused.
    pub text: String,
    /// The rule that it breaks.
    pub why: &'static str,
}

impl NameError {
    fn new(what: &'static str, text: &str, why: &'static str) -> Self {
        Self {
            what,
            text: text
                .chars()
                .take(120)
                .flat_map(char::escape_debug)
                .collect(),
            why,
        }
    }
}

/// The name of a model in the registry, `org/name` or a bare `name` as on the Hub.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoId(String);

/// First segments that the Hub's own routes use, and so can never be an organisation or a bare name.
const RESERVED: [&str; 9] = [
    "api", "datasets", "spaces", "models", "v2", "healthz", "ui", "static", "metrics",
];

impl RepoId {
    /// The whole name, `org/name`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn check_segment(segment: &str) -> Result<(), &'static str> {
        if segment.is_empty() || segment.len() > 96 {
            return Err("each part needs 1 to 96 characters");
        }
        if !segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        {
            return Err("only ASCII letters, digits, `-`, `_` and `.` may stand in it");
        }
        if segment.contains("--") || segment.contains("..") {
            return Err("`--` and `..` may not stand in it");
        }
        let is_edge = |byte: Option<&u8>| matches!(byte, Some(b'-' | b'.'));
        if is_edge(segment.as_bytes().first()) || is_edge(segment.as_bytes().last()) {
            return Err("it may not start or end with `-` or `.`");
        }
        if segment.to_ascii_lowercase().ends_with(".git") {
            return Err("it may not end with `.git`");
        }
        Ok(())
    }
}

impl FromStr for RepoId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |why| NameError::new("model name", text, why);
        let segments: Vec<&str> = text.split('/').collect();
        if segments.len() > 2 {
            return Err(refuse("it has the form `org/name`"));
        }
        segments
            .iter()
            .try_for_each(|segment| Self::check_segment(segment))
            .map_err(refuse)?;
        let first = segments.first().copied().unwrap_or_default();
        if RESERVED.iter().any(|word| first.eq_ignore_ascii_case(word)) {
            return Err(refuse(
                "its first part is reserved for the registry's own routes",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// An immutable commit of a model: 40 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(String);

impl Revision {
    /// The 40 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Revision {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 40
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::new(
                "revision",
                text,
                "40 lower-case hex digits are needed",
            ))
        }
    }
}

/// Where an artifact lies in its model: relative, `/`-separated, safe to join under any folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelPath(String);

impl ModelPath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the last `/`.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl FromStr for ModelPath {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |why| NameError::new("path", text, why);
        if text.is_empty() || text.len() > 1024 {
            return Err(refuse("it needs 1 to 1024 bytes"));
        }
        if text.contains('\\') {
            return Err(refuse("a backslash may not stand in it"));
        }
        if text.chars().any(char::is_control) {
            return Err(refuse("a control character may not stand in it"));
        }
        if text.starts_with('/') {
            return Err(refuse("it must be relative"));
        }
        let unsafe_segment = |segment: &str| {
            segment.is_empty() || segment == "." || segment == ".." || segment.len() > 255
        };
        if text.split('/').any(unsafe_segment) {
            return Err(refuse(
                "empty, `.`, `..` and over-long segments may not stand in it",
            ));
        }
        if text
            .split('/')
            .any(|segment| segment.eq_ignore_ascii_case(".git"))
        {
            return Err(refuse("`.git` may not stand in it"));
        }
        Ok(Self(text.to_owned()))
    }
}

macro_rules! text_like {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

text_like!(RepoId, Revision, ModelPath);
