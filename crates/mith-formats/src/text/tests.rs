//! What is text and what is not.

use super::*;

fn text(bytes: &[u8]) -> bool {
    is_utf8_text(&bytes).unwrap()
}

#[test]
fn accepts_text_of_any_script() {
    assert!(text(b""));
    assert!(text("tab\tline\r\nform\x0c é 漢 😀".as_bytes()));
}

#[test]
fn refuses_control_characters_and_broken_utf8() {
    for byte in (0..0x20_u8).chain([0x7f]) {
        let allowed = matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
        assert_eq!(text(&[b'a', byte]), allowed, "{byte}");
    }
    for bytes in [
        &b"\xff"[..],
        b"\xc3",
        b"a\xe2\x82",
        b"\xed\xa0\x80",
        b"\xc0\x80",
    ] {
        assert!(!text(bytes));
    }
}

#[test]
fn characters_may_lie_on_a_chunk_border() {
    for pad in CHUNK - 4..=CHUNK {
        assert!(text(&[vec![b'a'; pad], "😀é".as_bytes().to_vec()].concat()));
        assert!(!text(
            &[vec![b'a'; pad], b"\xf0\x9f\x98".to_vec(), vec![b'a'; 9]].concat()
        ));
    }
}

/// Claims more bytes than it gives.
struct Short;

impl Input for Short {
    fn size(&self) -> u64 {
        10
    }

    fn read_at(&self, _offset: u64, _buffer: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

#[test]
fn an_input_that_ends_early_is_not_text() {
    assert!(!is_utf8_text(&Short).unwrap());
}
