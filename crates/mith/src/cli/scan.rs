//! Arguments of `mith scan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mith_core::FailOn;
use serde::Deserialize;

use crate::env;

/// Files and folders to scan, and how to report.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ScanArgs {
    /// Files and folders to scan
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to print the report [default: human]
    #[arg(long, value_enum, env = env::FORMAT, hide_env_values = true)]
    pub format: Option<ReportFormat>,
    /// The least verdict that fails; lesser ones are printed and exit 0 [default: unknown]
    #[arg(long, value_name = "VERDICT", value_enum, env = env::FAIL_ON, hide_env_values = true)]
    pub fail_on: Option<Threshold>,
    /// Triage: skip the SHA-256 of each file; such a report may reject but never admit
    #[arg(long)]
    pub no_digest: bool,
    /// How many files to scan at a time [default: one per core]
    #[arg(long, value_name = "N", env = env::JOBS, hide_env_values = true,
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

const EXAMPLES: &str = "\
Examples:
  mith scan ./model                        A table, the findings, and what to do next
  mith scan model.bin --format json | jq .verdict
  mith scan . --format sarif > mith.sarif  For code scanning
  mith scan . --format markdown            A table for a comment in CI
  mith scan . --fail-on malicious          Print everything, fail on malicious alone

Nothing is loaded or unpickled. The worst verdict decides the exit code: 0 clean, 1 malicious, 3 unknown, \
4 unreadable or nothing to scan.";

/// How a report is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// A table, the findings, and what to do next
    #[default]
    Human,
    /// One object, `mith.scan/1`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// A table for a comment in CI
    Markdown,
}

/// The least verdict that makes a scan fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Threshold {
    /// Everything but clean fails
    #[default]
    Unknown,
    /// Unknown passes
    Unreadable,
    /// Only malicious fails
    Malicious,
}

impl Threshold {
    /// The word on the command line and in `mith.toml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Unreadable => "unreadable",
            Self::Malicious => "malicious",
        }
    }
}

impl From<Threshold> for FailOn {
    fn from(threshold: Threshold) -> Self {
        match threshold {
            Threshold::Unknown => Self::Unknown,
            Threshold::Unreadable => Self::Unreadable,
            Threshold::Malicious => Self::Malicious,
        }
    }
}
