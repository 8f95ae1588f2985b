//! Arguments in text are read as the C library reads them, not as `pickletools` does.

use super::{DefectKind, defects, events, result, run};
use mith_testkit::pickle::Pickle;

/// The value of INT with this text.
fn int(text: &[u8]) -> String {
    result(&Pickle::new(0).int_line(text).stop())
}

#[test]
fn int_is_read_by_strtol() {
    assert_eq!(int(b"0x1f"), "31");
    assert_eq!(int(b"010"), "8");
    assert_eq!(int(b" 12"), "12");
    assert_eq!(int(b"-0x10"), "-16");
    assert_eq!(int(b"1\0junk"), "1");
    assert_eq!(int(b"\0junk"), "0");
    assert_eq!(int(b"0o17"), "15");
    assert_eq!(int(b"1_000"), "1000");
    assert_eq!(int(b"9223372036854775807"), "9223372036854775807");
    assert_eq!(int(b"9223372036854775808"), "9223372036854775808");
    assert_eq!(int(b"-9223372036854775808"), "-9223372036854775808");
}

#[test]
fn two_characters_that_are_zero_or_one_are_bools() {
    assert_eq!(int(b"00"), "False");
    assert_eq!(int(b"01"), "True");
    assert_eq!(int(b" 1"), "True");
    assert_eq!(int(b"+0"), "False");
    assert_eq!(int(b"\0\0"), "False");
    assert_eq!(int(b"001"), "1");
}

#[test]
fn numbers_that_are_none_end_the_pickle() {
    for text in [&b"x"[..], b"", b"08", b"1 2", b"--1", b"1__0", b"0x"] {
        let stream = Pickle::new(0).int_line(text).stop();
        assert_eq!(
            defects(&stream),
            [DefectKind::Malformed],
            "{}",
            text.escape_ascii()
        );
    }
    assert_eq!(
        defects(&Pickle::new(0).float_line(b"1.5x").stop()),
        [DefectKind::Malformed]
    );
    assert_eq!(
        defects(&Pickle::new(0).long_line(b"L").stop()),
        [DefectKind::Malformed]
    );
}

#[test]
fn long_takes_an_l_and_any_base() {
    assert_eq!(result(&Pickle::new(0).long_line(b"5L").stop()), "5");
    assert_eq!(result(&Pickle::new(0).long_line(b"0x10L").stop()), "16");
    assert_eq!(result(&Pickle::new(0).long_line(b"1\0x").stop()), "1");
    let digits = "123456789012345678901234567890";
    assert_eq!(
        result(&Pickle::new(0).long_line(digits.as_bytes()).stop()),
        digits
    );
}

#[test]
fn float_ends_at_a_nul() {
    assert_eq!(
        result(&Pickle::new(0).float_line(b"1.5\0junk").stop()),
        "1.5"
    );
    assert_eq!(result(&Pickle::new(0).float_line(b"1e3").stop()), "1000.0");
    assert_eq!(result(&Pickle::new(0).float_line(b"inf").stop()), "inf");
}

#[test]
fn string_decodes_escapes_and_needs_quotes() {
    let text = |quoted: &[u8]| result(&Pickle::new(0).string_line(quoted).stop());
    assert_eq!(text(b"'a\\x41\\101\\n'"), "'aAA\\n'");
    assert_eq!(text(b"\"it's\""), "\"it's\"");
    assert_eq!(text(b"'\\q'"), "'\\\\q'");
    for quoted in [&b"os"[..], b"'", b"'a' ", b"'a\"", b"'\\'", b"'\\x4'"] {
        let stream = Pickle::new(0).string_line(quoted).stop();
        assert_eq!(
            defects(&stream),
            [DefectKind::Malformed],
            "{}",
            quoted.escape_ascii()
        );
    }
}

#[test]
fn a_string_that_is_not_ascii_is_read_in_every_encoding() {
    let stream = Pickle::new(4)
        .string_line(b"'caf\xe9'")
        .short_binstring(b"x\xc3\xa9")
        .stack_global()
        .stop();
    let told = events(&stream);
    assert!(told.contains(&"global café.xé".to_owned()), "{told:?}");
    assert!(
        told.iter().any(|event| event.starts_with("global café.xÃ")),
        "{told:?}"
    );
}

#[test]
fn unicode_lines_decode_raw_escapes() {
    let text = |line: &[u8]| result(&Pickle::new(0).unicode_line(line).stop());
    assert_eq!(text(b"\\u006fs"), "'os'");
    assert_eq!(text(b"\\U0000006fs"), "'os'");
    assert_eq!(text(b"\\\\u006f"), "'\\\\\\\\u006f'");
    assert_eq!(text(b"\\n"), "'\\\\n'");
    assert_eq!(text(b"\xe9"), "'é'");
    assert_eq!(text(b""), "''");
    assert_eq!(
        defects(&Pickle::new(0).unicode_line(b"\\u12").stop()),
        [DefectKind::Malformed]
    );
}

#[test]
fn counted_text_may_hold_surrogates_but_no_other_bad_bytes() {
    let stream = b"\x8c\x03\xed\xa0\x80.";
    assert!(run(stream).0.stopped);
    assert_eq!(defects(b"\x8c\x01\xff."), [DefectKind::Malformed]);
    assert_eq!(
        defects(b"\x8c\x04\xf4\x90\x80\x80."),
        [DefectKind::Malformed]
    );
}

#[test]
fn a_last_line_without_line_feed_loses_its_last_byte() {
    let (outcome, events) = run(b"cos\nsystem");
    assert_eq!(events, ["global os.syste"]);
    assert!(!outcome.stopped);
    let (_, events) = run(b"(ios\nsystem");
    assert_eq!(events, ["global os.syste", "call os.syste()"]);
}

#[test]
fn a_line_longer_than_the_window_is_read_over() {
    let mut stream = b"V".to_vec();
    stream.extend(vec![b'a'; 300_000]);
    stream.extend(b"\n0cos\nsystem\n.");
    assert_eq!(events(&stream), ["global os.system"]);
}
