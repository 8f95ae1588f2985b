//! One lie a test.

use DefectKind::{Budget, Disagreement, Malformed, Truncated, Unsupported};

use super::*;

fn one(member: Member) -> Vec<u8> {
    Zip::new().member(member).build()
}

fn plain() -> Member {
    Member::new("a", b"first")
}

#[test]
fn another_name_in_the_local_header() {
    let archive = caught(
        &one(plain().local_name("z")),
        Disagreement,
        "is called `z` in its local header",
    );
    assert_eq!(archive.entries[0].local_name(), b"z");
    assert_eq!(archive.named(b"z").count(), 1);
    assert_eq!(archive.named(b"a").count(), 1);
}

#[test]
fn another_method_in_the_local_header() {
    caught(
        &one(plain().local_method(8)),
        Disagreement,
        "has method 8 in its local header and 0",
    );
}

#[test]
fn an_encryption_flag_in_one_header_only() {
    caught(
        &one(plain().local_flags(1)),
        Disagreement,
        "only one of its two headers",
    );
    caught(
        &one(plain().flags(1).local_flags(0)),
        Disagreement,
        "only one of its two headers",
    );
}

#[test]
fn an_encoding_flag_in_one_header_only() {
    let member = Member::new("é", b"first").local_flags(1 << 11);
    caught(&one(member), Disagreement, "encoding");
    // For an ASCII name the flag changes nothing.
    honest(&one(plain().local_flags(1 << 11)));
}

#[test]
fn another_crc_in_the_local_header() {
    caught(
        &one(plain().local_crc32(7)),
        Disagreement,
        "claims CRC-32 00000007",
    );
}

#[test]
fn other_sizes_in_the_local_header() {
    caught(
        &one(plain().local_sizes(3, 3)),
        Disagreement,
        "claims 3 bytes (3 compressed)",
    );
}

#[test]
fn a_missing_descriptor() {
    caught(
        &one(plain().flags(8).local_crc32(0).local_sizes(0, 0)),
        Disagreement,
        "no data descriptor",
    );
}

#[test]
fn two_sizes_of_a_stored_member() {
    caught(
        &one(plain().size(9)),
        Disagreement,
        "stored with two different sizes",
    );
}

#[test]
fn a_size_beyond_the_end() {
    caught(
        &one(plain().compressed_size(9999).size(9999)),
        Truncated,
        "beyond the end",
    );
}

#[test]
fn real_encryption_and_unknown_methods() {
    caught(&one(plain().flags(1)), Unsupported, "is encrypted");
    caught(
        &one(plain().method(12)),
        Unsupported,
        "compression method 12",
    );
}

#[test]
fn names_that_leave_the_folder() {
    for name in [
        "/etc/passwd",
        "../a",
        "a/../../b",
        "C:\\a",
        "a\\..\\b",
        "\\\\host\\share",
    ] {
        caught(
            &one(Member::new(name, b"x")),
            Malformed,
            "leaves the folder",
        );
    }
    honest(&one(Member::new("a..b/...", b"x")));
}

#[test]
fn names_that_readers_spell_differently() {
    caught(&one(Member::new("a\\b", b"x")), Disagreement, "backslash");
    caught(&one(Member::new("a\0b", b"x")), Disagreement, "NUL");
    let unicode = Member::new("a", b"x").extra(0x7075, b"\x01\0\0\0\0other");
    caught(&one(unicode), Disagreement, "Unicode path");
}

#[test]
fn a_folder_with_data() {
    caught(
        &one(Member::new("a/", b"x")),
        Disagreement,
        "folder and holds data",
    );
}

#[test]
fn duplicates_up_to_case_and_slashes() {
    for other in ["m/data.pkl", "M/DATA.pkl", "m\\data.pkl"] {
        let zip = Zip::new()
            .member(Member::new("m/data.pkl", b"bad"))
            .member(Member::new(other, b"good"));
        caught(&zip.build(), Disagreement, "2 members are called");
    }
}

#[test]
fn members_that_overlap() {
    caught(&one(plain().central_twice()), Disagreement, "overlaps");
    let zip = Zip::new()
        .member(plain().compressed_size(60).size(60))
        .member(Member::new("b", b"second"));
    caught(&zip.build(), Disagreement, "overlaps");
}

#[test]
fn counts_and_sizes_of_the_directory() {
    caught(
        &two().entries(1).build(),
        Disagreement,
        "has 2 records and claims 1",
    );
    caught(
        &two().entries(9).build(),
        Disagreement,
        "has 2 records and claims 9",
    );
    caught(
        &two().directory_size(0).build(),
        Disagreement,
        "has 94 bytes and claims 0",
    );
}

#[test]
fn an_offset_that_leads_elsewhere_than_the_size() {
    // The directory of another archive lies in front; the offset says it, the size does not.
    let evil = two().build();
    let directory = u32::try_from(evil.len() - 22 - 94).unwrap();
    let good = Zip::new()
        .member(Member::new("c", b"third"))
        .member(Member::new("d", b"fourth"));
    let bytes = good
        .prepend(&evil)
        .shifted()
        .directory_offset(directory)
        .build();
    let archive = caught(&bytes, Disagreement, "lead to different places");
    let views = |name: &[u8]| archive.named(name).next().unwrap().views;
    assert!(views(b"c").python && !views(b"c").miniz);
    assert!(views(b"a").miniz && !views(b"a").python);
}

#[test]
fn several_disks() {
    caught(&two().disk(2).build(), Unsupported, "several disks");
    caught(&one(plain().disk(3)), Unsupported, "another disk");
}

#[test]
fn zip64_records_that_contradict() {
    caught(
        &two().zip64().entries(1).build(),
        Disagreement,
        "something else than the plain one",
    );
    caught(
        &two().zip64().zip64_entries(7).build(),
        Disagreement,
        "claims 7",
    );
    let fake = one(plain());
    let record = [b"PK\x06\x06".as_slice(), &[0; 52]].concat();
    let bytes = Zip::new()
        .zip64()
        .prepend(record)
        .shifted()
        .locator(0)
        .member(plain())
        .build();
    caught(&bytes, Disagreement, "locator points to another record");
    honest(&fake);
}

#[test]
fn zip64_fields_that_lie() {
    let unasked = plain().extra(1, &[9; 16]);
    caught(&one(unasked), Disagreement, "zip64 field that contradicts");
    let missing = plain().size(u64::from(u32::MAX));
    caught(&one(missing), Malformed, "needs a zip64 field");
}

#[test]
fn an_end_record_that_leads_nowhere() {
    let bytes = [
        b"junk".as_slice(),
        b"PK\x05\x06\0\0\0\0\x05\0\x05\0\x10\0\0\0\0\0\0\0\0\0",
    ]
    .concat();
    let (archive, defects) = list(&bytes);
    assert!(!archive.is_zip());
    assert!(
        defects
            .iter()
            .any(|defect| defect.message.contains("leads to no central directory"))
    );
    assert_eq!(crate::zip::likely_end(&bytes), None);
}

#[test]
fn a_record_without_a_local_header() {
    let mut bytes = one(plain());
    bytes[0] = b'X';
    caught(&bytes, Malformed, "no local header where its record points");
}

#[test]
fn more_members_than_the_budget() {
    let limits = Limits {
        members: 1,
        ..Limits::default()
    };
    let (archive, defects) = read(&two().build(), &limits);
    assert_eq!(archive.entries.len(), 1);
    assert!(defects.iter().any(|defect| defect.kind == Budget));
}

#[test]
fn defects_of_a_hundred_thousand_members_stay_few() {
    let mut zip = Zip::new();
    for _ in 0..3000 {
        zip = zip.member(Member::new("../a", b""));
    }
    let (_, defects) = list(&zip.build());
    assert_eq!(defects.len(), 1001);
    assert!(defects[1000].message.contains("not listed"));
}

#[test]
fn a_comment_longer_than_the_file() {
    let archive = caught(
        &two().comment("hi").comment_length(900).build(),
        Disagreement,
        "comment is longer than the file",
    );
    assert_eq!(names(&archive), ["a", "b"]);
}

#[test]
fn signatures_without_end_cost_little() {
    let started = std::time::Instant::now();
    caught(
        &b"PK\x05\x06".repeat(500_000),
        Malformed,
        "leads to no central directory",
    );
    caught(
        &b"PK\x05\x06".repeat(500_000),
        Budget,
        "more end records than are followed",
    );
    let locals = two()
        .prepend([b"x".to_vec(), b"PK\x03\x04\x14\0".repeat(500_000)].concat())
        .build();
    caught(&locals, Budget, "more headers than are looked at");
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
}

#[test]
fn records_that_share_one_long_header_are_a_budget_defect() {
    let name = "n".repeat(60_000);
    let one = one(Member::new("a", b"").local_name(&name));
    let record = one[60_030..60_030 + 47].to_vec();
    let mut bytes = one[..60_030].to_vec();
    for _ in 0..50_000 {
        bytes.extend_from_slice(&record);
    }
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend([50_000_u16.to_le_bytes(); 2].concat());
    bytes.extend([(50_000_u32 * 47).to_le_bytes(), 60_030_u32.to_le_bytes()].concat());
    bytes.extend([0, 0]);
    let started = std::time::Instant::now();
    let archive = caught(&bytes, Budget, "read over and over");
    assert!(
        archive
            .entries
            .iter()
            .filter(|entry| entry.local.is_some())
            .count()
            < 100
    );
    assert!(started.elapsed() < std::time::Duration::from_secs(3));
}
