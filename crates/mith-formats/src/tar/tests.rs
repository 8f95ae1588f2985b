//! Headers of the three dialects, and headers that lie.

use DefectKind::{Budget, Disagreement, Malformed, Truncated, Unsupported};
use mith_testkit::tar::Tar;

use super::*;
use crate::{DefectKind, input::read_vec};

fn list(bytes: &[u8]) -> (TarArchive, Vec<Defect>) {
    read(&bytes, &Limits::default())
}

#[track_caller]
fn caught(tar: &Tar, kind: DefectKind, text: &str) {
    let (_, defects) = list(&tar.build());
    assert!(
        defects
            .iter()
            .any(|defect| defect.kind == kind && defect.message.contains(text)),
        "{defects:#?}"
    );
}

#[test]
fn lists_files_with_their_content() {
    let long = "x".repeat(200);
    let bytes = Tar::new()
        .file("a", b"first")
        .base256("b", 6, b"second")
        .long_name(&long, b"third")
        .pax(&[("path", "é"), ("mtime", "1.5")], "cut", b"fourth")
        .entry(b"folder/", b'5', b"", 0, b"")
        .entry(b"link", b'2', b"a", 0, b"")
        .build();
    let (archive, defects) = list(&bytes);
    assert_eq!(defects, []);
    let names: Vec<_> = archive
        .members
        .iter()
        .map(TarMember::display_name)
        .collect();
    assert_eq!(names, ["a", "b", &long, "é", "folder/", "link"]);
    let content = |at: usize| read_vec(&archive.members[at].open(&bytes), 0, 99).unwrap();
    assert_eq!(
        (content(0), content(1)),
        (b"first".to_vec(), b"second".to_vec())
    );
    assert_eq!(
        (content(2), content(3)),
        (b"third".to_vec(), b"fourth".to_vec())
    );
    assert_eq!(archive.members[4].kind, TarKind::Folder);
    assert_eq!(archive.members[5].link.as_deref(), Some(b"a".as_slice()));
    assert_eq!(archive.end, bytes.len() as u64);
}

#[test]
fn pax_sizes_override_the_header() {
    let bytes = Tar::new().pax(&[("size", "3")], "a", b"first").build();
    let (archive, _) = list(&bytes);
    assert_eq!(archive.members[0].size, 3);
}

#[test]
fn the_end_is_behind_the_zero_blocks() {
    let bytes = [Tar::new().file("a", b"x").build(), b"tail".to_vec()].concat();
    let (archive, defects) = list(&bytes);
    assert_eq!(defects, []);
    assert_eq!(archive.end, 2048);
}

#[test]
fn a_missing_end_is_accepted_and_garbage_behind_is_not() {
    let open = Tar::new().file("a", b"x").open().build();
    assert_eq!(list(&open).1, []);
    let garbage = [open.clone(), vec![7; 600]].concat();
    assert_eq!(list(&garbage).1[0].kind, Malformed);
    let cut = [open, vec![7; 100]].concat();
    assert_eq!(list(&cut).1[0].kind, Truncated);
}

#[test]
fn garbage_is_no_tar() {
    for bytes in [vec![], vec![0; 1024], b"hello".repeat(300)] {
        let (archive, defects) = list(&bytes);
        assert_eq!(archive.members, []);
        assert_eq!((defects.len(), defects[0].kind), (1, Malformed));
    }
}

#[test]
fn a_flipped_bit_breaks_the_checksum() {
    let mut bytes = Tar::new().file("a", b"x").build();
    assert!(is_header(&bytes));
    bytes[0] ^= 1;
    assert!(!is_header(&bytes));
    assert!(!is_header(&bytes[..100]));
}

#[test]
fn lies_of_members_are_named() {
    caught(
        &Tar::new().entry(b"a", b'0', b"", 9999, b"x").open(),
        Truncated,
        "beyond the end",
    );
    caught(
        &Tar::new().base256("a", u64::MAX, b""),
        Malformed,
        "impossible size",
    );
    caught(
        &Tar::new().file("../a", b""),
        Malformed,
        "leaves the folder",
    );
    caught(&Tar::new().file("/a", b""), Malformed, "leaves the folder");
    caught(
        &Tar::new().entry(b"a", b'2', b"b", 5, b""),
        Disagreement,
        "no data of its own",
    );
    caught(
        &Tar::new().entry(b"a", b'S', b"", 0, b""),
        Unsupported,
        "sparse",
    );
    caught(
        &Tar::new().pax(&[("GNU.sparse.major", "1")], "a", b""),
        Unsupported,
        "sparse",
    );
    caught(
        &Tar::new().entry(b"a", b'M', b"", 0, b""),
        Unsupported,
        "unknown type `M`",
    );
    caught(
        &Tar::new().entry(b"p", b'x', b"", 5, b"junk\n"),
        Malformed,
        "pax record is broken",
    );
    caught(
        &Tar::new().entry(b"p", b'x', b"", 4, b"99 a"),
        Malformed,
        "pax record is broken",
    );
    caught(
        &Tar::new().entry(b"p", b'x', b"", 4, b"0 a="),
        Malformed,
        "pax record is broken",
    );
    caught(
        &Tar::new().entry(b"p", b'L', b"", 2 << 20, b""),
        Budget,
        "record in front",
    );
    caught(
        &Tar::new().entry(b"p", b'L', b"", 5000, b"").open(),
        Truncated,
        "ends in a record",
    );
}

#[test]
fn members_are_bounded() {
    let limits = Limits {
        members: 1,
        ..Limits::default()
    };
    let (archive, defects) = read(&Tar::new().file("a", b"").file("b", b"").build(), &limits);
    assert_eq!((archive.members.len(), defects[0].kind), (1, Budget));
}
