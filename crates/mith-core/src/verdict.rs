//! The four-way verdict of a scan and the severity of a finding.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a scan says of an artifact or a model. Ordered by gravity, so the worst of many is their `max`.
///
/// There is no `safe`: `clean` says that every byte was read and that nothing in it is executed by a loader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Fully read, and everything in it is on the known-good list.
    Clean,
    /// Nothing proven bad, but something is not on the known-good list.
    Unknown,
    /// Could not be fully read, so nothing is promised.
    Unreadable,
    /// Holds a known way to run code or to do harm.
    Malicious,
}

impl Verdict {
    /// The word that stands in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Unknown => "unknown",
            Self::Unreadable => "unreadable",
            Self::Malicious => "malicious",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl std::str::FromStr for Verdict {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [
            Self::Clean,
            Self::Unknown,
            Self::Unreadable,
            Self::Malicious,
        ]
        .into_iter()
        .find(|verdict| verdict.as_str() == text)
        .ok_or_else(|| format!("`{text}` is not a verdict"))
    }
}

/// How much a finding matters. Ordered, `info` lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never lowers a verdict by itself.
    Info,
    /// A small deviation.
    Low,
    /// Needs a look before the model is used.
    Medium,
    /// Very likely harmful or hiding something.
    High,
    /// Runs code, or does harm, when the file is loaded.
    Critical,
}

impl Severity {
    /// The word that stands in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
