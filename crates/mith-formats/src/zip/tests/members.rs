//! Opening members: content, claims, budgets.

use std::io::Read;

use DefectKind::{Budget as BudgetRanOut, Disagreement, Malformed, Truncated, Unsupported};

use super::*;
use crate::{budget::Budget, zip};

/// Reads the first member to its end.
fn content(bytes: &[u8], limits: &Limits) -> (Vec<u8>, Vec<Defect>) {
    let (archive, _) = read(&bytes, limits);
    let budget = Budget::new(limits);
    let mut out = Vec::new();
    match archive.entries[0].stream(&bytes, limits, &budget) {
        Ok(mut stream) => {
            let _ = stream.read_to_end(&mut out);
            (out, stream.finish())
        }
        Err(defect) => (out, vec![defect]),
    }
}

#[track_caller]
fn opened(member: Member, kind: DefectKind, text: &str) {
    let bytes = Zip::new().member(member).build();
    let (_, defects) = content(&bytes, &Limits::default());
    assert!(
        defects
            .iter()
            .any(|defect| defect.kind == kind && defect.message.contains(text)),
        "{defects:#?}"
    );
}

#[test]
fn gives_the_content_of_stored_and_deflated_members() {
    let data: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    for member in [Member::new("a", &data), Member::new("a", &data).deflated()] {
        let bytes = Zip::new().member(member).build();
        let (out, defects) = content(&bytes, &Limits::default());
        assert_eq!(defects, []);
        assert_eq!(out, data);
    }
}

#[test]
fn a_stored_member_is_a_window() {
    let bytes = Zip::new().member(Member::new("a", b"first")).build();
    let archive = honest(&bytes);
    let limits = Limits::default();
    let budget = Budget::new(&limits);
    match archive.entries[0].open(&bytes, &limits, &budget).unwrap() {
        zip::Member::Stored(section) => {
            assert_eq!(section.start(), 31);
            assert_eq!(crate::input::read_vec(&section, 0, 99).unwrap(), b"first");
        }
        zip::Member::Inflating(_) => panic!("stored"),
    }
}

#[test]
fn tells_a_wrong_crc_at_the_end() {
    opened(
        Member::new("a", b"first").crc32(7),
        Disagreement,
        "claims 00000007",
    );
    opened(
        Member::new("a", b"first").deflated().crc32(7),
        Disagreement,
        "claims 00000007",
    );
}

#[test]
fn tells_a_wrong_size() {
    opened(
        Member::new("a", b"first").deflated().size(3),
        Disagreement,
        "more than the 3 bytes",
    );
    opened(
        Member::new("a", b"first").deflated().size(9),
        Disagreement,
        "holds 5 bytes and claims 9",
    );
}

#[test]
fn tells_what_hides_behind_the_deflate_stream() {
    let honest = Zip::new()
        .member(Member::new("a", b"first").deflated())
        .build();
    let size = list(&honest).0.entries[0].compressed_size;
    let member = Member::new("a", b"first")
        .deflated()
        .behind("hidden")
        .compressed_size(size + 6);
    opened(member, Disagreement, "6 bytes behind its deflate stream");
}

#[test]
fn data_that_does_not_inflate_is_a_defect() {
    opened(
        Member::new("a", [0xff; 40]).method(8),
        Malformed,
        "cannot be read after 0 bytes",
    );
    opened(
        Member::new("a", [0x4b; 1]).method(8),
        Truncated,
        "cannot be read after",
    );
}

#[test]
fn encryption_in_both_headers_and_unknown_methods_are_refused() {
    opened(
        Member::new("a", b"first").flags(1),
        Unsupported,
        "encrypted",
    );
    opened(
        Member::new("a", b"first").method(12),
        Unsupported,
        "method 12",
    );
}

#[test]
fn an_encryption_flag_in_one_header_does_not_hide_the_content() {
    for member in [
        Member::new("a", b"first").local_flags(1),
        Member::new("a", b"first").flags(1).local_flags(0),
    ] {
        let (out, _) = content(&Zip::new().member(member).build(), &Limits::default());
        assert_eq!(out, b"first");
    }
}

#[test]
fn a_bomb_stops_at_the_ratio() {
    let bytes = Zip::new()
        .member(Member::new("a", vec![0; 8 << 20]).deflated())
        .build();
    let limits = Limits {
        ratio: 100,
        ..Limits::default()
    };
    let (out, defects) = content(&bytes, &limits);
    assert!(out.len() < 2 << 20, "{}", out.len());
    assert_eq!(defects.last().unwrap().kind, BudgetRanOut);
}

#[test]
fn members_share_one_budget() {
    let zip = Zip::new()
        .member(Member::new("a", vec![0; 3000]).deflated())
        .member(Member::new("b", vec![0; 3000]).deflated());
    let bytes = zip.build();
    let limits = Limits {
        inflated_bytes: 5000,
        ..Limits::default()
    };
    let (archive, _) = read(&bytes, &limits);
    let budget = Budget::new(&limits);
    let read_one = |at: usize| {
        let mut stream = archive.entries[at]
            .stream(&bytes, &limits, &budget)
            .unwrap();
        let result = stream.read_to_end(&mut Vec::new());
        (result.is_ok(), stream.finish())
    };
    assert_eq!(read_one(0), (true, Vec::new()));
    let (ok, defects) = read_one(1);
    assert!(!ok);
    assert_eq!(defects[0].kind, BudgetRanOut);
    assert_eq!(budget.left(), 0);
}

#[test]
fn a_failed_stream_keeps_failing() {
    let bytes = Zip::new()
        .member(Member::new("a", [0xff; 40]).method(8))
        .build();
    let limits = Limits::default();
    let budget = Budget::new(&limits);
    let (archive, _) = list(&bytes);
    let mut stream = archive.entries[0].stream(&bytes, &limits, &budget).unwrap();
    assert!(stream.read(&mut [0; 8]).is_err());
    assert!(stream.read(&mut [0; 8]).is_err());
    assert_eq!(stream.finish().len(), 1);
}

#[test]
fn members_that_share_bytes_are_charged_even_when_stored() {
    let zip = Zip::new().member(Member::new("a", vec![1; 3000]).central_twice());
    let bytes = zip.build();
    let limits = Limits {
        inflated_bytes: 2000,
        ..Limits::default()
    };
    let (archive, _) = read(&bytes, &limits);
    let [first, second] = archive.entries.as_slice() else {
        panic!()
    };
    assert!(!first.overlaps && second.overlaps);
    let budget = Budget::new(&limits);
    assert!(first.open(&bytes, &limits, &budget).is_ok());
    let refused = second.open(&bytes, &limits, &budget).err().unwrap();
    assert_eq!(refused.kind, BudgetRanOut);
    let mut stream = second.stream(&bytes, &limits, &budget).unwrap();
    assert!(stream.read(&mut [0; 8]).is_err());
    assert_eq!(stream.finish()[0].kind, BudgetRanOut);
}

#[test]
fn verifying_reads_through() {
    let limits = Limits::default();
    let verify = |member: Member| {
        let bytes = Zip::new().member(member).build();
        let budget = Budget::new(&limits);
        list(&bytes).0.entries[0].verify(&bytes, &limits, &budget)
    };
    assert_eq!(verify(Member::new("a", b"first")), []);
    assert_eq!(
        verify(Member::new("a", b"first").crc32(7))[0].kind,
        Disagreement
    );
    assert_eq!(
        verify(Member::new("a", b"first").method(12))[0].kind,
        Unsupported
    );
    let broken = verify(Member::new("a", [0xff; 40]).method(8));
    assert_eq!((broken.len(), broken[0].kind), (1, Malformed));
}
