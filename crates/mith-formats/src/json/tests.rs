//! Events, strictness and bounds.

use std::fmt::Write;

use super::*;

/// Events as text, and the defect at the end when there is one.
fn walk(text: &[u8], limits: &Limits) -> (String, Option<Defect>) {
    let mut out = String::new();
    let mut parser = Parser::new(&text, limits);
    loop {
        match parser.next_event() {
            Ok(None) => return (out, None),
            Err(defect) => return (out, Some(defect)),
            Ok(Some(event)) => show(&mut out, event),
        }
    }
}

fn show(out: &mut String, event: Event<'_>) {
    match event {
        Event::ObjectStart => write!(out, "{{"),
        Event::ObjectEnd => write!(out, "}}"),
        Event::ArrayStart => write!(out, "["),
        Event::ArrayEnd => write!(out, "]"),
        Event::Key(text) => write!(out, "{}:", text.value),
        Event::String(text) => write!(out, "'{}' ", text.value),
        Event::Number(text) => write!(out, "{text} "),
        Event::Bool(value) => write!(out, "{value} "),
        Event::Null => write!(out, "null "),
    }
    .unwrap();
}

#[track_caller]
fn reads(text: &str, events: &str) {
    assert_eq!(
        walk(text.as_bytes(), &Limits::default()),
        (events.to_owned(), None)
    );
}

#[track_caller]
fn refuses(text: &[u8], kind: DefectKind, at: u64) {
    let (_, defect) = walk(text, &Limits::default());
    let defect = defect.unwrap();
    assert_eq!(
        (defect.kind, defect.offset),
        (kind, at),
        "{}",
        defect.message
    );
}

#[test]
fn gives_events_in_file_order() {
    reads(
        r#" {"a": [1, -2.5e+3, true, false, null, {}], "b": "c", "d": []} "#,
        "{a:[1 -2.5e+3 true false null {}]b:'c' d:[]}",
    );
    reads("0", "0 ");
    reads("\"x\"", "'x' ");
}

#[test]
fn accepts_the_words_that_python_writes() {
    reads("[NaN,Infinity,-Infinity]", "[NaN Infinity -Infinity ]");
}

#[test]
fn unescapes_strings() {
    reads(
        r#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00é""#,
        "'\"\\/\u{8}\u{c}\n\r\tAé😀é' ",
    );
    reads(r#"{"\u0061uto_map":1}"#, "{auto_map:1 }");
    reads(r#""\ud800x\udc00""#, "'\u{fffd}x\u{fffd}' ");
    reads(r#""\ud800\ud800\udc00""#, "'\u{fffd}\u{10000}' ");
}

#[test]
fn pairs_of_surrogates_may_lie_on_a_buffer_border() {
    for pad in 65_520..65_540 {
        let text = format!("\"{}\\ud83d\\ude00\"", "a".repeat(pad));
        let (events, defect) = walk(text.as_bytes(), &Limits::default());
        assert_eq!(defect, None);
        assert!(events.ends_with("😀' "));
        assert_eq!(events.chars().count(), pad + 4);
    }
}

#[test]
fn refuses_what_is_no_json() {
    use DefectKind::{Malformed, Truncated};
    refuses(b"", Truncated, 0);
    refuses(b"[1,]", Malformed, 3);
    refuses(b"{\"a\":1,}", Malformed, 7);
    refuses(b"{a:1}", Malformed, 1);
    refuses(b"[1 2]", Malformed, 3);
    refuses(b"{\"a\"}", Malformed, 4);
    refuses(b"[1}", Malformed, 2);
    refuses(b"]", Malformed, 0);
    refuses(b"1 2", Malformed, 2);
    refuses(b"01", Malformed, 1);
    refuses(b"-", Truncated, 1);
    refuses(b"1.", Truncated, 2);
    refuses(b"1e", Truncated, 2);
    refuses(b"+1", Malformed, 0);
    refuses(b"-NaN", Malformed, 1);
    refuses(b"tru", Truncated, 3);
    refuses(b"'a'", Malformed, 0);
    refuses(b"\"a", Truncated, 2);
    refuses(b"\"a\nb\"", Malformed, 2);
    refuses(b"\"\\x\"", Malformed, 2);
    refuses(b"\"\\u12g4\"", Malformed, 5);
    refuses(b"\xef\xbb\xbf{}", Malformed, 0);
    refuses(b"[1,2", Truncated, 4);
    refuses(b"{}//", Malformed, 2);
}

#[test]
fn refuses_strings_that_are_not_utf8() {
    for bytes in [
        &b"\"\xff\""[..],
        b"\"\xc3\"",
        b"\"\xc3\\n\xa9\"",
        b"\"\xed\xa0\x80\"",
    ] {
        assert_eq!(
            walk(bytes, &Limits::default()).1.unwrap().kind,
            DefectKind::Malformed
        );
    }
}

#[test]
fn a_million_brackets_are_a_budget_defect() {
    for text in ["[".repeat(1_000_000), "{\"a\":".repeat(1_000_000)] {
        let (_, defect) = walk(text.as_bytes(), &Limits::default());
        assert_eq!(defect.unwrap().kind, DefectKind::Budget);
    }
    let fits = [vec![b'['; MAX_DEPTH], vec![b']'; MAX_DEPTH]].concat();
    assert_eq!(check(&fits, &Limits::default()), Ok(()));
}

#[test]
fn long_strings_are_cut_and_long_numbers_refused() {
    let limits = Limits {
        held_bytes: 5,
        ..Limits::default()
    };
    let text = "\"aébcdéf\"".as_bytes();
    let mut parser = Parser::new(&text, &limits);
    let Some(Event::String(cut)) = parser.next_event().unwrap() else {
        panic!()
    };
    assert_eq!((cut.value, cut.complete), ("aébc", false));
    assert_eq!(parser.next_event().unwrap(), None);
    let odd = Limits {
        held_bytes: 2,
        ..Limits::default()
    };
    let mut parser = Parser::new(&text, &odd);
    let Some(Event::String(cut)) = parser.next_event().unwrap() else {
        panic!()
    };
    assert_eq!((cut.value, cut.complete), ("a\u{fffd}", false));
    refuses("1".repeat(5000).as_bytes(), DefectKind::Budget, 1024);
}

#[test]
fn a_defect_stays() {
    let text = b"[}".as_slice();
    let mut parser = Parser::new(&text, &Limits::default());
    assert_eq!(parser.next_event().unwrap(), Some(Event::ArrayStart));
    assert_eq!(parser.depth(), 1);
    let first = parser.next_event().unwrap_err();
    assert_eq!(parser.next_event().unwrap_err(), first);
}
