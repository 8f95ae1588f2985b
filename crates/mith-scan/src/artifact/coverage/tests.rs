//! Spans are joined, gaps are named, and the list is bounded.

use super::*;

#[test]
fn what_no_view_spoke_of_is_not_understood() {
    let mut coverage = Coverage::default();
    coverage.add(10, 20, CoverageKind::Parsed, "pickle");
    let spans = coverage.into_spans(30);
    let kinds: Vec<_> = spans
        .iter()
        .map(|span| (span.start, span.end, span.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (0, 10, CoverageKind::NotUnderstood),
            (10, 20, CoverageKind::Parsed),
            (20, 30, CoverageKind::NotUnderstood),
        ]
    );
}

#[test]
fn neighbours_of_a_kind_are_joined_and_the_list_is_bounded() {
    let mut coverage = Coverage::default();
    for number in 0..10_000_u64 {
        let kind = if number % 2 == 0 {
            CoverageKind::Parsed
        } else {
            CoverageKind::Inert
        };
        coverage.add(number, number + 1, kind, "x");
    }
    let spans = coverage.into_spans(10_000);
    assert_eq!(spans.len(), KEPT);
    assert_eq!(spans.last().map(|span| span.end), Some(10_000));
    let mut joined = Coverage::default();
    joined.add(5, 9, CoverageKind::Inert, "x");
    joined.add(0, 5, CoverageKind::Inert, "x");
    assert_eq!(joined.into_spans(9).len(), 1);
}
