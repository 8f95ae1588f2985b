//! Tests of the report reader.

use super::*;

const REPORT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="4" failures="1" errors="0">
  <testsuite name="mith-core" tests="3">
    <testcase name="tests::digest &lt;hex&gt;" classname="mith-core" time="0.01"/>
    <testcase name="tests::corpus" classname="mith-scan" time="0.01">
      <system-out>running 1 test
</system-out>
      <system-err>skipped: the corpus &quot;x&quot; is not beside the checkout
</system-err>
    </testcase>
    <testcase name="tests::first_line" classname="mith-scan"><system-err>skipped: no disk</system-err></testcase>
    <testcase name="tests::broken" classname="mith-store" time="0.5">
      <failure type="test failure">panicked</failure>
      <system-err>skipped: said before it failed
</system-err>
    </testcase>
  </testsuite>
</testsuites>"#;

#[test]
fn tells_passed_failed_and_skipped_apart() {
    assert_eq!(
        cases(REPORT),
        [
            Case::new("mith-core", "tests::digest <hex>", State::Passed),
            Case::new(
                "mith-scan",
                "tests::corpus",
                State::Skipped("the corpus \"x\" is not beside the checkout".to_owned())
            ),
            Case::new(
                "mith-scan",
                "tests::first_line",
                State::Skipped("no disk".to_owned())
            ),
            Case::new("mith-store", "tests::broken", State::Failed),
        ]
    );
}

#[test]
fn word_skipped_inside_a_line_is_not_a_skip() {
    assert_eq!(skip_reason("3 entries skipped: fine"), None);
}
