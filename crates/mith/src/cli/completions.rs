//! Arguments of `mith completions`.

use clap::Args;
use clap_complete::Shell;

/// Which shell.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  mith completions bash > ~/.local/share/bash-completion/completions/mith
  mith completions zsh  > \"${fpath[1]}/_mith\"
  mith completions fish > ~/.config/fish/completions/mith.fish";
