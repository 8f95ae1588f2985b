//! Tests of the closing lines.

use super::*;

#[test]
fn last_line_counts_and_reasons_stand_above_it() {
    let mut summary = Summary::default();
    summary.add(Case::new("rust", "a", State::Passed));
    summary.add(Case::new("rust", "b", State::Failed));
    summary.add(Case::new(
        "e2e",
        "c",
        State::Skipped("no browser".to_owned()),
    ));
    let text = summary.to_string();
    assert!(text.ends_with("\n1 passed, 1 failed, 1 skipped"), "{text}");
    assert!(text.contains("skipped: e2e c: no browser\n"), "{text}");
    assert!(text.contains("failed: rust b\n"), "{text}");
    assert!(!summary.passed());
}

#[test]
fn run_without_any_test_is_not_a_success() {
    let mut summary = Summary::default();
    assert!(!summary.passed());
    summary.add(Case::new(
        "e2e",
        "c",
        State::Skipped("no browser".to_owned()),
    ));
    assert!(!summary.passed());
    summary.add(Case::new("rust", "a", State::Passed));
    assert!(summary.passed());
}
