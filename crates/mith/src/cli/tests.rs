//! The shape of the command line.

use clap::CommandFactory as _;

use super::*;

fn parse_words(words: &str) -> Result<Cli, clap::Error> {
    parse(words.split_whitespace().map(OsString::from).collect())
}

#[test]
fn definition_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn every_visible_command_stands_in_exactly_one_group() {
    let mut grouped: Vec<&str> = GROUPS
        .iter()
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    grouped.sort_unstable();
    let definition = command();
    let mut visible: Vec<&str> = definition
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(clap::Command::get_name)
        .collect();
    visible.sort_unstable();
    assert_eq!(grouped, visible);
}

#[test]
fn help_lists_what_exists_and_nothing_else() {
    let error = parse_words("mith --help").unwrap_err();
    assert_eq!(error.kind(), clap::error::ErrorKind::DisplayHelp);
    let text = error.to_string();
    for word in [
        "scan",
        "explain",
        "serve",
        "registry",
        "completions",
        "Examples:",
    ] {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
    for word in ["docs", "drill", "vet", "sign"] {
        assert!(
            !text.contains(&format!("\n  {word} ")),
            "{word} stands in\n{text}"
        );
    }
}

#[test]
fn every_argument_and_command_has_one_line_of_help() {
    fn check(command: &clap::Command) {
        let about = command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(
            !about.is_empty() && !about.contains('\n') && !about.ends_with('.'),
            "{} {about:?}",
            command.get_name()
        );
        for argument in command.get_arguments() {
            let help = argument
                .get_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                !help.is_empty() && !help.ends_with('.'),
                "{} {} {help:?}",
                command.get_name(),
                argument.get_id()
            );
        }
        command.get_subcommands().for_each(check);
    }
    let mut definition = command();
    definition.build();
    for command in definition
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        check(command);
    }
}

#[test]
fn refuses_a_hostile_model_name_as_wrong_usage() {
    for name in ["../x", "a/b/c", "a..b/c", "api/x", "a\\b"] {
        let error = parse_words(&format!("mith registry add . --as {name}")).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{name}");
    }
}

#[test]
fn quiet_and_verbose_exclude_each_other() {
    assert!(parse_words("mith scan x -q -v").is_err());
    assert!(parse_words("mith scan x -q").unwrap().talk.quiet);
    assert_eq!(parse_words("mith scan x -vv").unwrap().talk.verbose, 2);
}

#[test]
fn scan_needs_a_path() {
    assert_eq!(parse_words("mith scan").unwrap_err().exit_code(), 2);
}
