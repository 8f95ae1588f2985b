//! The page of all commands and flags.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::{GENERATED, cell};

pub(super) fn page() -> String {
    let mut command = crate::cli::command();
    command.build();
    let mut text = format!("{GENERATED}# Command line\n\n{}\n", about(&command));
    text.push_str("\nEvery command also takes these options:\n\n");
    let global: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| argument.is_global_set())
        .collect();
    table(&mut text, &global);
    for subcommand in visible(&command) {
        section(&mut text, "mith", subcommand, 2);
    }
    text
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command
        .get_subcommands()
        .filter(|subcommand| !subcommand.is_hide_set() && subcommand.get_name() != "help")
}

fn section(text: &mut String, parent: &str, command: &Command, level: usize) {
    let name = format!("{parent} {}", command.get_name());
    let _ = write!(
        text,
        "\n{} `{name}`\n\n{}\n",
        "#".repeat(level),
        about(command)
    );
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let _ = write!(text, "\n```text\n{usage}\n```\n");
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| !is_inherited(argument) && !is_help(argument))
        .collect();
    if !own.is_empty() {
        text.push('\n');
        table(text, &own);
    }
    if let Some(examples) = command.get_after_long_help() {
        let _ = write!(
            text,
            "\n```text\n{}\n```\n",
            examples.to_string().trim_end()
        );
    }
    for subcommand in visible(command) {
        section(text, &name, subcommand, level + 1);
    }
}

fn about(command: &Command) -> String {
    command
        .get_long_about()
        .or_else(|| command.get_about())
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn is_help(argument: &Arg) -> bool {
    matches!(argument.get_id().as_str(), "help" | "version")
}

/// Options of the top level, which stand in its own table.
fn is_inherited(argument: &Arg) -> bool {
    matches!(argument.get_id().as_str(), "quiet" | "verbose" | "color")
}

fn table(text: &mut String, arguments: &[&Arg]) {
    text.push_str("| argument | environment | default | what it does |\n|---|---|---|---|\n");
    for argument in arguments {
        let variable = argument
            .get_env()
            .map(|name| format!("`{}`", name.to_string_lossy()))
            .unwrap_or_default();
        let help = help(argument);
        let (help, default) = split_default(&help, argument);
        let _ = writeln!(
            text,
            "| `{}` | {variable} | {default} | {} |",
            cell(&spelled(argument)),
            cell(&help),
        );
    }
}

/// A default that is found at run time stands in the help as `[default: …]`; in the table it has its own column.
fn split_default(help: &str, argument: &Arg) -> (String, String) {
    if let Some((before, rest)) = help.split_once(" [default: ")
        && let Some((default, after)) = rest.split_once(']')
    {
        let default = if default.contains([' ', '`']) {
            default.to_owned()
        } else {
            format!("`{default}`")
        };
        return (format!("{before}{after}"), default);
    }
    let values = argument.get_default_values();
    if !argument.get_action().takes_values() || values.is_empty() {
        return (help.to_owned(), String::new());
    }
    let values: Vec<String> = values
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    (help.to_owned(), values.join(", "))
}

fn spelled(argument: &Arg) -> String {
    let mut names = Vec::new();
    if let Some(short) = argument.get_short() {
        names.push(format!("-{short}"));
    }
    if let Some(long) = argument.get_long() {
        names.push(format!("--{long}"));
    }
    let value = argument
        .get_value_names()
        .filter(|_| argument.get_action().takes_values())
        .and_then(|names| names.first())
        .map(ToString::to_string);
    match (names.is_empty(), value) {
        (true, value) => value.unwrap_or_else(|| argument.get_id().to_string().to_uppercase()),
        (false, None) => names.join(", "),
        (false, Some(value)) => format!("{} <{value}>", names.join(", ")),
    }
}

fn help(argument: &Arg) -> String {
    let help = argument
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if values.is_empty() || !argument.get_action().takes_values() {
        help
    } else {
        format!("{help}: {}", values.join(", "))
    }
}
