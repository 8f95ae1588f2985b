//! `mith explain`: a file as text, or the page of a rule.

use std::fs;

use crate::fixtures;
use crate::support::mith;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.bin"), fixtures::malicious_pickle()).unwrap();
    fs::write(folder.path().join("config.json"), "{}").unwrap();
    folder
}

#[test]
fn pickle_reads_as_text_with_the_dangerous_call_marked() {
    let folder = folder();
    let said = mith(folder.path(), &["explain", "bad.bin"]);
    assert_eq!(said.code, 0, "{said}");
    let call = said.stdout.lines().any(|line| {
        line.starts_with(">>") && line.contains("system") && line.contains("touch marker")
    });
    assert!(call, "{said}");
    assert!(!folder.path().join("marker").exists(), "the payload ran");
}

#[test]
fn file_without_pickles_says_so() {
    let folder = folder();
    let said = mith(folder.path(), &["explain", "config.json"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stdout.contains("No pickle is in it"), "{said}");
}

#[test]
fn every_rule_has_a_page() {
    let folder = folder();
    assert!(!mith_scan::rules().is_empty());
    for rule in mith_scan::rules() {
        let said = mith(folder.path(), &["explain", rule.id]);
        assert_eq!(said.code, 0, "{said}");
        assert!(said.stdout.len() > 200, "{said}");
    }
}

#[test]
fn what_is_neither_file_nor_rule_is_a_clear_error_with_the_rules() {
    let folder = folder();
    let said = mith(folder.path(), &["explain", "no-such-thing"]);
    assert_eq!((said.code, said.stdout.as_str()), (4, ""), "{said}");
    assert!(
        said.stderr
            .contains("`no-such-thing` is neither a file nor a rule"),
        "{said}"
    );
    assert!(said.stderr.contains("pickle-known-gadget"), "{said}");
}

#[test]
fn folder_and_device_are_refused_by_name() {
    let folder = folder();
    let said = mith(folder.path(), &["explain", "."]);
    assert_eq!(said.code, 4, "{said}");
    assert!(said.stderr.contains("is a folder"), "{said}");
    assert_eq!(mith(folder.path(), &["explain", "/dev/zero"]).code, 4);
}
