//! The definition of the command line; help, completions, man pages and the reference all come from here.

mod completions;
mod docs;
mod explain;
mod registry;
mod scan;
mod serve;

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::{Args, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use completions::CompletionsArgs;
pub use docs::DocsArgs;
pub use explain::ExplainArgs;
pub use registry::{
    AddArgs, ClientArgs, ListArgs, RegistryArgs, RegistryCommand, RegistryFormat, ReviewArgs,
    ShowArgs,
};
pub use scan::{ReportFormat, ScanArgs, Threshold};
pub use serve::{Role, ServeArgs};

/// Defends a team against poisoned machine-learning models
#[derive(Debug, Parser)]
#[command(
    name = "mith",
    version,
    about,
    long_about = "Mithridate defends a team against poisoned machine-learning models: it scans them without loading \
                  them, and serves the ones that were admitted to unmodified Hub clients.",
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 110,
    after_long_help = EXAMPLES
)]
pub struct Cli {
    /// What is said beside the data.
    #[command(flatten)]
    pub talk: TalkArgs,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  mith scan ./model                      Is anything in this folder dangerous to load?
  mith explain ./model/pytorch_model.bin Read the pickle as text, the dangerous call marked
  mith serve                             Start the registry on this machine
  mith registry add ./model --as org/name
                                         Bring a model in; it is scanned and admitted, held or denied

Exit codes: 0 nothing found, 1 malicious or denied, 2 wrong usage, 3 unknown or held, 4 unreadable or not finished, \
70 a bug of ours";

/// Options that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output options")]
pub struct TalkArgs {
    /// Say less: no progress, no notes, only what is not clean
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more; twice for debug logs, three times for traces
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to colour; `auto` obeys `NO_COLOR` and pipes
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
}

/// The commands; one that no release offers yet is not listed.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan model files and folders without loading them
    Scan(ScanArgs),
    /// Show what a file would do when loaded, or the page of a rule
    Explain(ExplainArgs),
    /// Run the registry: vetting, page and Hub-compatible downloads
    Serve(ServeArgs),
    /// Add models to a registry, look at them and decide about them
    Registry(RegistryArgs),
    /// Print the completion script of a shell
    Completions(CompletionsArgs),
    /// Write the generated reference and the man pages
    #[command(hide = true)]
    Docs(DocsArgs),
}

/// The commands of `mith --help` by what they are for.
const GROUPS: [(&str, &[&str]); 3] = [
    ("Scan", &["scan", "explain"]),
    ("Registry", &["serve", "registry"]),
    ("Tools", &["completions"]),
];

/// The whole definition, with the commands of the help grouped.
pub fn command() -> clap::Command {
    let command = Cli::command();
    let template = help_template(&command);
    command.help_template(template)
}

/// Parses arguments.
///
/// # Errors
/// Wrong usage, or help and version, which clap hands over as errors too.
pub fn parse(arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

fn help_template(command: &clap::Command) -> String {
    let header = command.get_styles().get_header();
    let literal = command.get_styles().get_literal();
    let mut text = String::from("{about-with-newline}\n{usage-heading} {usage}\n");
    for (group, names) in GROUPS {
        let _ = write!(text, "\n{header}{group}:{header:#}\n");
        for name in names {
            let about = command
                .find_subcommand(name)
                .and_then(clap::Command::get_about)
                .map(ToString::to_string)
                .unwrap_or_default();
            let _ = writeln!(text, "  {literal}{name:<12}{literal:#} {about}");
        }
    }
    let _ = write!(
        text,
        "\n{header}Options:{header:#}\n{{options}}{{after-help}}"
    );
    text
}

#[cfg(test)]
mod tests;
