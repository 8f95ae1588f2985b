//! Tests of the line reader and of what a failing command adds.

use super::*;

#[test]
fn reads_the_three_results_of_the_standard_harness() {
    assert_eq!(
        case("doc", "test a::b ... ok"),
        Some(Case::new("doc", "a::b", State::Passed))
    );
    assert_eq!(
        case("doc", "test a ... FAILED"),
        Some(Case::new("doc", "a", State::Failed))
    );
    assert_eq!(
        case("doc", "test a ... ignored, needs a disk"),
        Some(Case::new(
            "doc",
            "a",
            State::Skipped("needs a disk".to_owned())
        ))
    );
    assert_eq!(case("doc", "test result: ok. 1 passed; 0 failed"), None);
}

#[test]
fn command_that_fails_without_a_result_line_is_a_failure() {
    let mut summary = Summary::default();
    run(&mut Command::new("false"), "doc", &mut summary).unwrap();
    assert!(summary.to_string().contains("1 failed"));
}
