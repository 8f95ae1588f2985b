//! Tests of the source checks.

use super::*;

#[test]
fn accepts_a_plain_module() {
    assert!(
        file(
            "crates/a/src/b.rs",
            "//! Owns b.\n\n/// Why.\npub fn b() {}\n"
        )
        .is_empty()
    );
}

#[test]
fn names_line_and_remedy_of_forbidden_text() {
    let found = file(
        "crates/a/src/b.rs",
        "//! Owns b.\n// .unwrap() in a comment\nfn b() { c().unwrap(); }\n",
    );
    assert_eq!(found, ["crates/a/src/b.rs:3: `.unwrap()`: return an error"]);
}

#[test]
fn module_without_header_is_a_problem_and_tests_need_none() {
    assert_eq!(file("crates/a/src/b.rs", "pub fn b() {}\n").len(), 1);
    assert!(file("crates/a/src/b/tests.rs", "fn t() { c().unwrap(); }\n").is_empty());
}

#[test]
fn long_file_is_a_problem() {
    let text = format!("//! Long.\n{}", "\n".repeat(800));
    assert!(file("crates/a/src/b.rs", &text)[0].contains("801 lines"));
    let text = format!("//! Not too long.\n{}", "\n".repeat(799));
    assert!(file("crates/a/src/b.rs", &text).is_empty());
}
