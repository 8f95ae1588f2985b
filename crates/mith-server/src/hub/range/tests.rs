use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::{Selection, select};

const TAG: &str = "\"abc\"";

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

fn ranged(range: &'static str, size: u64) -> Selection {
    select(&headers(&[("range", range)]), TAG, size)
}

#[test]
fn selects_single_ranges() {
    let part = |start, end| Selection::Part { start, end };
    assert_eq!(ranged("bytes=0-0", 10), part(0, 1));
    assert_eq!(ranged("bytes=0-100000", 10), part(0, 10));
    assert_eq!(ranged("bytes=3-", 10), part(3, 10));
    assert_eq!(ranged("bytes=-4", 10), part(6, 10));
    assert_eq!(ranged("bytes=-40", 10), part(0, 10));
    assert_eq!(ranged("Bytes = 2-3", 10), part(2, 4));
    assert_eq!(
        ranged("bytes=2-99999999999999999999999999", 10),
        part(2, 10)
    );
}

#[test]
fn names_what_cannot_be_satisfied() {
    for (range, size) in [
        ("bytes=10-", 10),
        ("bytes=10-12", 10),
        ("bytes=99999999999999999999999999-", 10),
        ("bytes=-0", 10),
        ("bytes=0-0", 0),
        ("bytes=-1", 0),
    ] {
        assert_eq!(ranged(range, size), Selection::Unsatisfiable, "{range}");
    }
}

#[test]
fn answers_the_whole_for_many_ranges_and_nonsense() {
    for range in [
        "bytes=0-1,3-4",
        "bytes=5-4",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=+1-2",
        "bytes=0x1-2",
        "items=0-1",
        "0-1",
        "bytes=1-2-3",
    ] {
        assert_eq!(ranged(range, 10), Selection::Whole, "{range}");
    }
    let mut twice = headers(&[("range", "bytes=0-1")]);
    twice.append("range", HeaderValue::from_static("bytes=3-4"));
    assert_eq!(select(&twice, TAG, 10), Selection::Whole);
}

#[test]
fn a_range_of_another_version_is_not_answered() {
    let with = |tag| {
        select(
            &headers(&[("range", "bytes=1-2"), ("if-range", tag)]),
            TAG,
            10,
        )
    };
    assert_eq!(with(TAG), Selection::Part { start: 1, end: 3 });
    assert_eq!(with("\"other\""), Selection::Whole);
    assert_eq!(with("W/\"abc\""), Selection::Whole);
    assert_eq!(with("Sun, 22 Nov 2026 22:00:00 GMT"), Selection::Whole);
}

#[test]
fn a_known_tag_is_not_sent_again() {
    let with = |tags| select(&headers(&[("if-none-match", tags)]), TAG, 10);
    for tags in [TAG, "*", "W/\"abc\"", "\"x\", \"abc\""] {
        assert_eq!(with(tags), Selection::NotModified, "{tags}");
    }
    for tags in ["\"x\"", "abc", ""] {
        assert_eq!(with(tags), Selection::Whole, "{tags}");
    }
    let both = headers(&[("if-none-match", TAG), ("range", "bytes=0-1")]);
    assert_eq!(select(&both, TAG, 10), Selection::NotModified);
}
