//! Headers that numpy writes, and headers that lie.

use DefectKind::{Budget, Malformed, Truncated, Unsupported};
use mith_testkit::numpy::{header, npy};

use super::*;

fn load(bytes: &[u8]) -> (Option<Npy>, Vec<Defect>) {
    read(&bytes, &Limits::default())
}

#[track_caller]
fn size_of(descr: &str) -> Option<u64> {
    let (npy, _) = load(&npy(1, &header(descr, "(1,)"), &[0; 4096]));
    let npy = npy.unwrap();
    assert!(!npy.has_object, "{descr}");
    npy.item_size
}

#[track_caller]
fn refused(text: &str, kind: DefectKind, what: &str) {
    let (npy, defects) = load(&npy(1, text, &[]));
    assert_eq!(npy, None);
    assert_eq!(defects[0].kind, kind);
    assert!(defects[0].message.contains(what), "{}", defects[0].message);
}

#[test]
fn reads_a_plain_array() {
    let bytes = npy(1, &header("'<f4'", "(2, 3)"), &[0; 24]);
    let (array, defects) = load(&bytes);
    let array = array.unwrap();
    assert_eq!(defects, []);
    assert_eq!(array.shape, [2, 3]);
    assert_eq!(
        (array.item_size, array.has_object, array.fortran_order),
        (Some(4), false, false)
    );
    assert_eq!(array.data, bytes.len() as u64 - 24..bytes.len() as u64);
    assert_eq!(array.pickle(), None);
}

#[test]
fn reads_every_version() {
    for version in 1..=3 {
        let (array, defects) = load(&npy(version, &header("[('é', '<i8')]", "()"), &[0; 8]));
        assert_eq!(defects, []);
        assert_eq!(array.unwrap().item_size, Some(8));
    }
    let (array, defects) = load(&npy(4, &header("'<i8'", "()"), &[]));
    assert_eq!((array, defects[0].kind), (None, Malformed));
    let mut latin = npy(3, &header("'<i8'", "()"), &[]);
    latin[20] = 0xff;
    assert_eq!(load(&latin).1[0].kind, Malformed);
}

#[test]
fn knows_the_sizes_of_types() {
    assert_eq!(size_of("'|b1'"), Some(1));
    assert_eq!(size_of("'?'"), Some(1));
    assert_eq!(size_of("'>c16'"), Some(16));
    assert_eq!(size_of("'<U3'"), Some(12));
    assert_eq!(size_of("'|S7'"), Some(7));
    assert_eq!(size_of("'<M8[ns]'"), Some(8));
    assert_eq!(
        size_of("[('a', '<i4'), ('b', '<f8', (2, 3)), ('', '|V4')]"),
        Some(56)
    );
    assert_eq!(
        size_of("[('a', [('b', '|u1'), (('title', 'c'), '<u2')])]"),
        Some(3)
    );
    assert_eq!(size_of("('<f4', (2, 2))"), Some(16));
    assert_eq!(size_of("[('a', ('<f4', 3))]"), Some(12));
    assert_eq!(size_of("'<f3'"), None);
    assert_eq!(size_of("'<i4[ns]'"), None);
}

#[test]
fn finds_objects_wherever_they_are() {
    for descr in [
        "'|O'",
        "'O'",
        "'|O8'",
        "'object'",
        "'i4,O'",
        "[('a', '<i4'), ('b', '|O')]",
        "[('a', [('b', [('c', '|O')])])]",
        "[('a', '|O', (2,))]",
        "('|O', (2,))",
        "u'|O'",
        "\"|O\"",
        "('|O')",
        "[('a', {'names': ['b'], 'formats': ['O']})]",
        "None",
        "5",
    ] {
        let bytes = npy(1, &header(descr, "(1,)"), b"\x80\x03N.");
        let (array, defects) = load(&bytes);
        assert_eq!(defects, [], "{descr}");
        let array = array.unwrap();
        assert_eq!(array.pickle(), Some(bytes.len() as u64 - 4), "{descr}");
    }
}

#[test]
fn literals_that_numpy_does_not_write_are_refused() {
    // Each of these spells an object type for `ast.literal_eval`.
    for descr in [
        "'|' 'O'", "'\\x4f'", "'''O'''", "b'O'", "r'O'", "'|'\n'O'", "f'O'", "'O' # x",
    ] {
        let (array, defects) = load(&npy(1, &header(descr, "(1,)"), &[]));
        assert_eq!(array, None, "{descr}");
        assert_eq!(defects[0].kind, Malformed);
    }
    for text in [
        "",
        "{",
        "[1]",
        "{}",
        "{'a': 1}",
        "{'descr'}",
        "{'descr': }",
        "{,}",
        "{'a': 1 'b': 2}",
        "{1: 2}",
        "{} {}",
        "(]",
        "{'a': 1, , }",
        "{'a': [1 2]}",
        "{'a': 1:2}",
        "{'a': -1}",
        "{'a': 1.5}",
        "{'a': True1}",
    ] {
        let (array, defects) = load(&npy(1, text, &[]));
        assert_eq!((array, defects[0].kind), (None, Malformed), "{text}");
    }
    refused(&"(".repeat(100), Malformed, "nests too deep");
}

#[test]
fn keys_are_complete_known_and_single() {
    refused("{'descr': '<i4', 'shape': ()}", Malformed, "lacks one of");
    refused(
        "{'descr': '<i4', 'fortran_order': 0, 'shape': ()}",
        Malformed,
        "not a bool",
    );
    refused(
        "{'descr': '<i4', 'fortran_order': True, 'shape': 5}",
        Malformed,
        "not a tuple",
    );
    refused(
        "{'descr': '<i4', 'fortran_order': True, 'shape': ('a',)}",
        Malformed,
        "something else than sizes",
    );
    refused(
        "{'descr': '<i4', 'descr': '|O', 'fortran_order': True, 'shape': ()}",
        Malformed,
        "`descr` twice",
    );
    refused("{'code': 1}", Malformed, "unknown key `code`");
    let many = format!("({})", "1,".repeat(65));
    refused(&header("'<i4'", &many), Malformed, "more than 64");
}

#[test]
fn python_2_wrote_long_sizes() {
    let (array, defects) = load(&npy(1, &header("'<i4'", "(2L,)"), &[0; 8]));
    assert_eq!(defects, []);
    assert_eq!(array.unwrap().shape, [2]);
}

#[test]
fn sizes_that_lie_are_defects() {
    let kind = |shape: &str| load(&npy(1, &header("'<i4'", shape), &[0; 8])).1[0].kind;
    assert_eq!(kind("(3,)"), Truncated);
    assert_eq!(kind("(4294967296, 4294967296)"), Malformed);
    assert_eq!(kind("(9223372036854775807,)"), Malformed);
    let (_, defects) = load(&npy(1, &header("'<f1'", "(1,)"), &[0]));
    assert_eq!(defects[0].kind, Unsupported);
    assert_eq!(
        load(b"\x93NUMPY\x02\0\xff\xff\xff\xff{").1[0].kind,
        Truncated
    );
    assert_eq!(load(b"\x93NUMPY\x01\0\x05").1[0].kind, Truncated);
    let large = npy(2, &" ".repeat(2 << 20), &[]);
    assert_eq!(load(&large).1[0].kind, Budget);
}

#[test]
fn data_behind_the_array_is_left_out() {
    let bytes = npy(1, &header("'<i4'", "(1,)"), b"0123rest");
    let array = load(&bytes).0.unwrap();
    assert_eq!(array.data.end, bytes.len() as u64 - 4);
}

#[test]
fn other_bytes_are_no_npy() {
    assert_eq!(load(b"hello"), (None, Vec::new()));
}
