//! Tests of the result reader and of required parts.

use super::*;

#[test]
fn reads_results_line_by_line() {
    let text = "{\"name\":\"a\",\"state\":\"passed\"}\n\
                {\"name\":\"b\",\"state\":\"skipped\",\"reason\":\"no torch\"}\n\
                {\"name\":\"c\",\"state\":\"failed\",\"reason\":\"x\"}\n";
    assert_eq!(
        cases(text).unwrap(),
        [
            Case::new("e2e", "a", State::Passed),
            Case::new("e2e", "b", State::Skipped("no torch".to_owned())),
            Case::new("e2e", "c", State::Failed),
        ]
    );
}

#[test]
fn damaged_result_file_is_an_error() {
    assert!(cases("{\"name\":\"a\"").is_err());
}

#[test]
fn missing_python_fails_only_where_it_is_required() {
    assert_eq!(without_python("torch, python"), State::Failed);
    assert!(matches!(without_python("torch"), State::Skipped(_)));
}
