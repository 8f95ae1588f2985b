//! Help, version, wrong usage, completions, generated pages.

use crate::support::mith;

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn help_and_version_are_data_and_succeed() {
    let folder = temporary();
    let help = mith(folder.path(), &["--help"]);
    assert_eq!(help.code, 0, "{help}");
    assert!(
        help.stdout.contains("Usage:") && help.stderr.is_empty(),
        "{help}"
    );
    let version = mith(folder.path(), &["--version"]);
    assert_eq!(
        version.stdout,
        format!("mith {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn top_level_help_reads_well() {
    let folder = temporary();
    insta::assert_snapshot!(mith(folder.path(), &["-h"]).stdout, @r"
    Mithridate: may this model come in, and would we notice if it turned on us?

    Usage: mith [OPTIONS] <COMMAND>

    Scan:
      scan         Scan model files and folders without loading them
      explain      Show what a file would do when loaded, or the page of a rule

    Registry:
      serve        Run the registry: vetting, page and Hub-compatible downloads
      registry     Add models to a registry, look at them and decide about them

    Tools:
      completions  Print the completion script of a shell

    Options:
      -q, --quiet         Say less: no progress, no notes, only what is not clean
      -v, --verbose...    Say more; twice for debug logs, three times for traces
          --color <WHEN>  When to colour; `auto` obeys `NO_COLOR` and pipes [default: auto] [possible
                          values: auto, always, never]
      -h, --help          Print help (see more with '--help')
      -V, --version       Print version
    ");
}

#[test]
fn wrong_usage_ends_with_2_and_says_why_on_stderr() {
    let folder = temporary();
    for arguments in [
        &["scan"][..],
        &["nonsense"],
        &["scan", "x", "--format", "xml"],
        &[],
        &["scan", "x", "--jobs", "0"],
    ] {
        let said = mith(folder.path(), arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {said}");
        assert!(
            said.stdout.is_empty() && !said.stderr.is_empty(),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn commands_of_other_issues_do_not_exist() {
    let folder = temporary();
    for command in [
        "vet",
        "sign",
        "verify",
        "drill",
        "inventory",
        "doctor",
        "help",
    ] {
        assert_eq!(mith(folder.path(), &[command]).code, 2, "{command}");
    }
}

#[test]
fn completes_in_every_shell() {
    let folder = temporary();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = mith(folder.path(), &["completions", shell]);
        assert_eq!(said.code, 0, "{said}");
        assert!(
            said.stdout.contains("registry") && said.stdout.contains("fail-on"),
            "{shell}: {said}"
        );
    }
}

#[test]
fn writes_the_pages_that_the_repository_keeps() {
    let folder = temporary();
    let said = mith(folder.path(), &["docs", "--out", "generated"]);
    assert_eq!(said.code, 0, "{said}");
    for path in said.stdout.lines() {
        assert!(
            folder.path().join("generated").join(path).is_file(),
            "{path}"
        );
    }
    assert!(
        folder.path().join("generated/reference/cli.md").is_file(),
        "{said}"
    );
    assert!(
        folder.path().join("generated/man/mith.1").is_file(),
        "{said}"
    );
}

#[test]
fn colour_appears_only_when_asked_for_in_a_pipe() {
    let folder = temporary();
    crate::fixtures::clean_model(&folder.path().join("model"), 0);
    let plain = mith(folder.path(), &["scan", "model"]);
    assert!(!plain.stdout.contains('\u{1b}'), "{plain}");
    let coloured = mith(folder.path(), &["scan", "model", "--color", "always"]);
    assert!(coloured.stdout.contains('\u{1b}'), "{coloured}");
}
