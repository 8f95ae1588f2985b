//! Tests of the reasons in the root manifest.

use super::*;

#[test]
fn dependency_with_a_reason_is_fine() {
    let text =
        "[workspace.dependencies]\n# Why.\na = { version = \"1\", default-features = false }\n";
    assert!(check(text).is_empty());
}

#[test]
fn dependency_without_a_reason_is_named() {
    let text = "[workspace.dependencies]\n# --- heading ---\na = { path = \"a\" }\n";
    assert_eq!(
        check(text),
        ["Cargo.toml: dependency `a` has no comment that says why"]
    );
}

#[test]
fn default_features_are_a_decision_too() {
    let text = "[workspace.dependencies]\n# Why.\na = { version = \"1\" }\n";
    assert_eq!(
        check(text),
        ["Cargo.toml: dependency `a` needs `default-features = false`"]
    );
}

#[test]
fn other_tables_are_left_alone() {
    assert!(check("[profile.dev]\ndebug = \"line-tables-only\"\n").is_empty());
}
