//! The text of a pickle, with what is dangerous marked.

use mith_testkit::pickle::Pickle;

use super::*;

#[test]
fn marks_the_dangerous_call_and_nothing_else() {
    let bytes = Pickle::new(4)
        .call_with_text("os", "system", "touch marker")
        .stop();
    let explanation = explain("x.pkl", &bytes, &ScanOptions::default());
    let marked: Vec<_> = explanation.pickles[0]
        .lines
        .iter()
        .filter(|line| line.mark == Mark::Dangerous)
        .map(|line| (line.text.as_str(), line.rule))
        .collect();
    assert!(
        marked
            .iter()
            .any(|(text, rule)| text.contains("os.system('touch marker')")
                && *rule == Some("pickle-known-gadget"))
    );
    assert!(
        explanation.pickles[0]
            .lines
            .iter()
            .any(|line| line.mark == Mark::None)
    );
    assert_eq!(explanation.formats, ["pickle"]);
}

#[test]
fn is_bounded_on_endless_pickles() {
    let mut pickle = Pickle::new(2);
    for _ in 0..3 * LINES {
        pickle = pickle.global("collections", "OrderedDict").pop();
    }
    let bytes = pickle.none().stop();
    let explanation = explain("x.pkl", &bytes, &ScanOptions::default());
    assert!(explanation.truncated);
    assert!(explanation.pickles[0].lines.len() <= LINES);
}

#[test]
fn text_has_no_pickle_to_explain() {
    let explanation = explain("README.md", &b"hello\n".to_vec(), &ScanOptions::default());
    assert!(explanation.pickles.is_empty());
    assert_eq!(explanation.formats, ["text"]);
}
