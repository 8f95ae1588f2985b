//! Arguments of `mith registry`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mith_core::RepoId;

use crate::env;

/// Commands that talk to a registry.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct RegistryArgs {
    /// Which registry, and as whom.
    #[command(flatten)]
    pub client: ClientArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: RegistryCommand,
}

const EXAMPLES: &str = "\
Examples:
  mith registry add ./model --as org/name
  mith registry list
  mith registry show org/name
  mith registry approve org/name --reason 'reviewed the custom tokenizer, ticket 4711'
  mith registry withdraw org/name --reason 'upstream account was taken over'

Exit codes of `add`: 0 admitted, 1 denied, 3 held for review, 4 denied because it could not be read";

/// Which registry, and as whom.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server options")]
pub struct ClientArgs {
    /// Address of the registry [default: `http://127.0.0.1:8080`]
    #[arg(long, global = true, value_name = "URL", env = env::SERVER, hide_env_values = true)]
    pub server: Option<String>,
    /// Token to show it; without one, `HF_TOKEN` is taken when `HF_ENDPOINT` names the same server
    #[arg(long, global = true, value_name = "TOKEN", env = env::TOKEN, hide_env_values = true)]
    pub token: Option<String>,
    /// File whose first line is the token; beats `--token`, which other users of this machine can see
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, global = true, value_enum, default_value_t = RegistryFormat::Human)]
    pub format: RegistryFormat,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum RegistryFormat {
    /// For reading
    #[default]
    Human,
    /// The server's objects
    Json,
}

/// What can be done with a registry.
#[derive(Debug, Subcommand)]
pub enum RegistryCommand {
    /// Bring a folder in as a model, and wait for the decision
    Add(AddArgs),
    /// List the models with their newest revision
    List(ListArgs),
    /// Show a model: state, files, decision, reasons
    Show(ShowArgs),
    /// Admit a revision that is held for review
    Approve(ReviewArgs),
    /// Refuse a revision that is held for review
    Deny(ReviewArgs),
    /// Take an admitted revision back; clients fail from now on, warm cache or not
    Withdraw(ReviewArgs),
}

/// A folder to bring in.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The folder with the model's files
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The name it gets in the registry, `org/name`
    #[arg(long = "as", value_name = "NAME")]
    pub name: RepoId,
    /// Why or whence, kept with the revision
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,
    /// Return when the files are there, before the decision
    #[arg(long)]
    pub no_wait: bool,
}

/// Which models to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only names that hold this text
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: u32,
}

/// Which model to show.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The model, `org/name`
    #[arg(value_name = "NAME")]
    pub name: RepoId,
    /// One revision: 40 hex digits, or `latest`
    #[arg(long, value_name = "REVISION", default_value = "latest", value_parser = parse_revision)]
    pub revision: String,
}

/// A person's decision about a revision.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// The model, `org/name`
    #[arg(value_name = "NAME")]
    pub name: RepoId,
    /// Why; kept in the audit log and shown to developers
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Which revision: 40 hex digits, or `latest`
    #[arg(long, value_name = "REVISION", default_value = "latest", value_parser = parse_revision)]
    pub revision: String,
}

fn parse_revision(text: &str) -> Result<String, String> {
    if text == "latest" {
        return Ok(text.to_owned());
    }
    text.parse::<mith_core::Revision>()
        .map(|revision| revision.to_string())
        .map_err(|error| format!("{error}, or the word `latest`"))
}
