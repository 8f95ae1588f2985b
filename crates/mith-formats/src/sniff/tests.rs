//! What bytes could be.

use mith_testkit::{numpy, safetensors::SafeTensors, tar::Tar, torch::Checkpoint};

use super::*;

fn likely(bytes: &[u8]) -> Vec<Format> {
    formats(&bytes)
        .into_iter()
        .filter(|guess| guess.certainty == Certainty::Likely)
        .map(|guess| guess.format)
        .collect()
}

fn possible(bytes: &[u8], format: Format) -> bool {
    formats(&bytes).iter().any(|guess| guess.format == format)
}

#[test]
fn tells_what_builders_write() {
    assert_eq!(likely(&Checkpoint::new(b"N.").build()), [Format::Zip]);
    assert_eq!(likely(&Tar::new().file("a", b"x").build()), [Format::Tar]);
    assert_eq!(
        likely(&SafeTensors::new().tensor("a", "U8", &[1], &[0]).build()),
        [Format::SafeTensors]
    );
    assert_eq!(
        likely(&numpy::npy(1, &numpy::header("'<i4'", "()"), &[0; 4])),
        [Format::Npy]
    );
    assert_eq!(likely(b"\x80\x04N."), [Format::Pickle]);
}

#[test]
fn tells_magic_numbers() {
    for (format, offset, magic) in MAGICS {
        let bytes = [vec![0xfe; *offset], magic.to_vec(), vec![0xfe; 600]].concat();
        assert!(likely(&bytes).contains(format), "{format:?}");
    }
    assert!(likely(b"\x78\x9c\xff").contains(&Format::Zlib));
    assert!(likely(b"\x5d\0\0\x80\0\xff").contains(&Format::Lzma));
    assert!(likely(b"RIFF\0\0\0\0WEBPVP8 ").contains(&Format::WebP));
    assert!(likely(b"\xcb\x0d\x0d\x0a\0\0").contains(&Format::PythonBytecode));
    let pe = [
        b"MZ".to_vec(),
        vec![0; 58],
        vec![0x40, 0, 0, 0],
        b"PE\0\0".to_vec(),
    ]
    .concat();
    assert!(likely(&pe).contains(&Format::Pe));
}

#[test]
fn a_pickle_hides_behind_other_magics() {
    // Each of these magics begins with an opcode.
    for head in [
        &b"GGUF"[..],
        b"CBM1",
        b"(lp0",
        b"cos\n",
        b"BZh9",
        b"\x95\0\0\0",
    ] {
        assert!(possible(head, Format::Pickle), "{head:?}");
    }
    for head in [&b"\0\0\0\0"[..], b"\x80\x09", b"", b"\x89PNG"] {
        assert!(
            !possible(head, Format::Pickle) || head[0] == 0x89,
            "{head:?}"
        );
    }
}

#[test]
fn a_zip_at_the_end_is_seen() {
    let zip = Checkpoint::new(b"N.").build();
    let bytes = [SafeTensors::new().build(), zip].concat();
    assert_eq!(likely(&bytes), [Format::SafeTensors, Format::Zip]);
    let stray = [vec![0; 100], b"PK\x05\x06".to_vec(), vec![0; 100]].concat();
    assert!(!possible(&stray, Format::Zip));
}

#[test]
fn text_and_json_are_guessed() {
    assert_eq!(likely(b"# Model card\n"), [Format::Utf8Text]);
    assert!(possible(b" {\"a\": 1}", Format::Json));
    assert!(!possible(b"\x01binary", Format::Utf8Text));
    assert!(!possible(b"", Format::Utf8Text));
    let cut = [vec![b'a'; 1023], "é".as_bytes().to_vec()].concat();
    assert!(possible(&cut, Format::Utf8Text));
}

#[test]
fn protobuf_is_only_a_possibility() {
    assert!(possible(b"\x08\x07\x12\x07pytorch", Format::Protobuf));
    assert!(possible(b"\x0a\x03\xff\xff\xff\x12\x01a", Format::Protobuf));
    assert!(!possible(b"\n\nplain text", Format::Protobuf));
}

#[test]
fn names_are_lower_case_and_distinct() {
    let names: std::collections::BTreeSet<_> =
        MAGICS.iter().map(|(format, ..)| format.name()).collect();
    assert!(names.iter().all(|name| name.to_lowercase() == **name));
    assert!(names.len() > 20);
}
