//! The generated pages say what the definitions say.

use super::*;

fn text_of(path: &str) -> String {
    generated_files()
        .into_iter()
        .find(|(name, _)| name == path)
        .map(|(_, text)| text)
        .unwrap_or_default()
}

#[test]
fn paths_are_unique_below_docs_and_pages_end_with_a_line_feed() {
    let files = generated_files();
    let mut names: Vec<&String> = files.iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), files.len());
    for (name, text) in &files {
        assert!(name.starts_with("docs/"), "{name}");
        assert!(text.ends_with('\n'), "{name}");
    }
}

#[test]
fn is_the_same_every_time() {
    assert_eq!(generated_files(), generated_files());
}

#[test]
fn command_page_names_every_flag_with_its_variable() {
    let page = text_of("docs/reference/cli.md");
    for word in [
        "`mith scan`",
        "`mith registry withdraw`",
        "`--fail-on <VERDICT>`",
        "`MITH_FAIL_ON`",
        "`--no-digest`",
    ] {
        assert!(page.contains(word), "{word} is missing in\n{page}");
    }
    assert!(!page.contains("mith docs"));
}

#[test]
fn exit_code_page_prints_the_whole_table() {
    let page = text_of("docs/reference/exit-codes.md");
    for (code, meaning) in mith_core::ExitCode::TABLE {
        assert!(
            page.contains(&format!("| {} | {meaning} |", code.code())),
            "{page}"
        );
    }
}

#[test]
fn configuration_page_lists_every_variable_and_key() {
    let page = text_of("docs/reference/configuration.md");
    for (name, _) in crate::env::ALL {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
    for key in crate::config::KEYS {
        assert!(
            page.contains(&format!("| `{}` |", key.name)),
            "{}",
            key.name
        );
    }
}

#[test]
fn every_variable_of_the_command_line_is_documented() {
    fn variables(command: &clap::Command, names: &mut Vec<String>) {
        let own = command.get_arguments().filter_map(clap::Arg::get_env);
        names.extend(own.map(|name| name.to_string_lossy().into_owned()));
        command
            .get_subcommands()
            .for_each(|subcommand| variables(subcommand, names));
    }
    let mut names = Vec::new();
    variables(&crate::cli::command(), &mut names);
    assert!(!names.is_empty());
    for name in names {
        assert!(
            crate::env::ALL.iter().any(|(known, _)| *known == name),
            "{name}"
        );
    }
}

#[test]
fn every_rule_has_a_page_and_a_line_in_the_index() {
    let index = text_of("docs/rules/README.md");
    for rule in mith_scan::rules() {
        assert!(index.contains(&format!("[`{}`]", rule.id)), "{}", rule.id);
        assert!(
            !text_of(&format!("docs/rules/{}.md", rule.id)).is_empty(),
            "{}",
            rule.id
        );
    }
}

#[test]
fn man_pages_name_their_command() {
    assert!(text_of("docs/man/mith.1").contains("mith"));
    let page = text_of("docs/man/mith-registry-add.1");
    assert!(
        page.contains("mith\\-registry\\-add") || page.contains("mith-registry-add"),
        "{page}"
    );
}
