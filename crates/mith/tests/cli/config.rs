//! Flags over environment over `mith.toml` over defaults.

use std::fs;

use crate::fixtures;
use crate::support::{Said, command, mith};

fn project(configuration: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("deep/down")).unwrap();
    fs::write(folder.path().join("mith.toml"), configuration).unwrap();
    fs::write(
        folder.path().join("deep/down/code.py"),
        fixtures::python_source(),
    )
    .unwrap();
    folder
}

#[test]
fn file_is_found_upward_and_beaten_by_variable_and_flag() {
    let project = project("[scan]\nformat = \"json\"\n");
    let down = project.path().join("deep/down");
    assert!(
        mith(&down, &["scan", "code.py"])
            .stdout
            .starts_with("{\"schema\"")
    );
    let by_variable = Said::of(
        command(&down)
            .args(["scan", "code.py"])
            .env("MITH_FORMAT", "markdown")
            .output()
            .unwrap(),
    );
    assert!(by_variable.stdout.starts_with("### "), "{by_variable}");
    let by_flag = Said::of(
        command(&down)
            .args(["scan", "code.py", "--format", "sarif"])
            .env("MITH_FORMAT", "markdown")
            .output()
            .unwrap(),
    );
    assert!(
        by_flag.stdout.contains("\"version\":\"2.1.0\""),
        "{by_flag}"
    );
}

#[test]
fn file_lowers_the_threshold_only_audibly() {
    let project = project("[scan]\nfail_on = \"malicious\"\n");
    let said = mith(project.path(), &["scan", "deep"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(
        said.stderr.contains("warning:") && said.stderr.contains("mith.toml"),
        "{said}"
    );
    let overruled = mith(project.path(), &["scan", "deep", "--fail-on", "unknown"]);
    assert_eq!(
        (overruled.code, overruled.stderr.as_str()),
        (3, ""),
        "{overruled}"
    );
}

#[test]
fn unknown_key_is_wrong_usage_with_file_line_and_valid_keys() {
    let project = project("[scan]\nfail-on = \"malicious\"\n");
    let said = mith(project.path(), &["scan", "deep"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said}");
    for part in ["mith.toml`, line 2", "fail-on", "valid keys: scan.fail_on"] {
        assert!(said.stderr.contains(part), "{part}: {said}");
    }
}

#[test]
fn token_in_the_file_is_refused_and_not_repeated() {
    let project = project("[client]\ntoken = \"hf_secret\"\n");
    let said = mith(project.path(), &["registry", "list"]);
    assert_eq!(said.code, 2, "{said}");
    assert!(
        said.stderr.contains("MITH_TOKEN") && !said.stderr.contains("hf_secret"),
        "{said}"
    );
}

#[test]
fn server_of_the_file_is_named_before_it_is_asked() {
    let project = project("[client]\nserver = \"http://127.0.0.1:9\"\n");
    let said = mith(project.path(), &["registry", "list"]);
    assert_eq!(said.code, 4, "{said}");
    assert!(
        said.stderr
            .contains("note: the registry is http://127.0.0.1:9"),
        "{said}"
    );
    assert!(
        said.stderr.contains("connect to http://127.0.0.1:9"),
        "{said}"
    );
}

#[test]
fn broken_log_filter_is_wrong_usage() {
    let project = project("");
    let said = Said::of(
        command(project.path())
            .args(["scan", "deep"])
            .env("MITH_LOG", "a=b=c")
            .output()
            .unwrap(),
    );
    assert_eq!(said.code, 2, "{said}");
}
