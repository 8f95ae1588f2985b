//! Values and statements as people see them.

use super::{Limits, Options, interpret, result};
use crate::pickle::listing::{Listing, StatementKind};
use crate::pickle::render::escape;
use mith_testkit::pickle::Pickle;

fn listing(stream: &[u8], most: usize) -> Listing {
    let mut listing = Listing::new(most, 120);
    let outcome = interpret(
        &stream,
        0,
        &Options::default(),
        &Limits::default(),
        &mut listing,
    );
    listing.finish(&outcome);
    listing
}

fn texts(listing: &Listing) -> Vec<&str> {
    listing
        .lines()
        .iter()
        .map(|line| line.text.as_str())
        .collect()
}

#[test]
fn a_pickle_reads_as_statements() {
    let inner = Pickle::new(2).global("a", "f").int(1).tuple1().reduce();
    let stream = inner.global("a", "g").pop().empty_dict().build().stop();
    assert_eq!(
        texts(&listing(&stream, 100)),
        [
            "from a import f",
            "v1 = a.f(1)",
            "from a import g",
            "v1.__setstate__({})",
            "return v1"
        ]
    );
}

#[test]
fn results_of_calls_stand_by_their_name() {
    let stream = Pickle::new(2)
        .global("a", "f")
        .global("b", "g")
        .text("s")
        .tuple1()
        .reduce()
        .tuple1()
        .reduce()
        .stop();
    let listing = listing(&stream, 100);
    assert_eq!(
        texts(&listing)[2..],
        ["v1 = b.g('s')", "v2 = a.f(v1)", "return v2"]
    );
}

#[test]
fn statements_are_marked_by_offset() {
    let stream = Pickle::new(0).call_with_text("os", "system", "x").stop();
    let mut listing = listing(&stream, 100);
    let at = listing.lines()[1].at;
    listing.mark(&[at]);
    let marked: Vec<bool> = listing.lines().iter().map(|line| line.dangerous).collect();
    assert_eq!(marked, [false, true, false]);
    assert_eq!(listing.lines()[1].kind, StatementKind::Call);
}

#[test]
fn statements_beyond_the_bound_are_counted() {
    let stream = Pickle::new(2)
        .global("a", "f")
        .raw(&b")R".repeat(500))
        .stop();
    let listing = listing(&stream, 10);
    assert_eq!(listing.lines().len(), 10);
    assert_eq!(listing.omitted(), 492);
}

#[test]
fn defects_are_remarks() {
    let listing = listing(b"N0R.", 10);
    assert_eq!(listing.lines()[0].kind, StatementKind::Remark);
}

#[test]
fn what_could_be_shown_as_something_else_is_escaped() {
    assert_eq!(
        escape("a\u{202e}b\u{200b}\u{1b}[0m\u{5d0}é", '\0', 100),
        "a\\u202eb\\u200b\\x1b[0m\\u05d0é"
    );
    assert_eq!(
        result(&Pickle::new(2).text("it's \"x\"\n").stop()),
        "'it\\'s \"x\"\\n'"
    );
    assert_eq!(
        result(&Pickle::new(3).bytes(b"\xe2\x80\xae'").stop()),
        "b\"\\xe2\\x80\\xae'\""
    );
}

#[test]
fn long_values_are_cut() {
    let text = result(&Pickle::new(2).text(&"a".repeat(10_000)).stop());
    assert!(text.len() < 400 && text.contains('…'));
}
