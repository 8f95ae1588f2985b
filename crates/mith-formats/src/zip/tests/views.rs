//! Which reader sees which member.

use DefectKind::{Disagreement, Truncated};

use super::*;

#[test]
fn python_sees_the_last_duplicate_and_miniz_may_take_either() {
    let zip = Zip::new()
        .member(Member::new("m", b"bad"))
        .member(Member::new("m", b"good"));
    let (archive, _) = list(&zip.build());
    let [first, last] = archive.entries.as_slice() else {
        panic!()
    };
    assert!(!first.views.python && first.views.miniz);
    assert!(last.views.python && last.views.miniz);
}

#[test]
fn a_member_without_a_record_is_seen_by_streams_alone() {
    let zip = two().member(Member::new("evil", b"x").hidden());
    let archive = caught(
        &zip.build(),
        Disagreement,
        "`evil` has a local header that no central directory knows",
    );
    let evil = archive.named(b"evil").next().unwrap();
    assert!(evil.views.stream && !evil.views.central && !evil.views.python);
}

#[test]
fn a_header_hidden_in_a_gap_is_carved() {
    let inner = Zip::new()
        .member(Member::new("evil", b"x"))
        .no_directory()
        .build();
    let gap = [b"something".as_slice(), &inner, b"more"].concat();
    let archive = caught(
        &two().before_directory(&gap).build(),
        Disagreement,
        "`evil`",
    );
    let evil = archive.named(b"evil").next().unwrap();
    assert!(evil.views.carved && !evil.views.stream);
    // The local header and its data are known now; what is around them is not.
    assert_eq!(archive.gaps.len(), 1);
}

#[test]
fn headers_in_front_behind_and_in_the_comment_are_carved() {
    let inner = Zip::new()
        .member(Member::new("evil", b"x"))
        .no_directory()
        .build();
    let around = [b"..".as_slice(), &inner].concat();
    for bytes in [
        two().prepend(&around).build(),
        two().append(&around).build(),
        two().comment(&around).build(),
    ] {
        let archive = caught(&bytes, Disagreement, "`evil`");
        assert!(archive.named(b"evil").next().unwrap().views.carved);
    }
}

#[test]
fn a_local_size_that_lies_shows_streams_another_member() {
    // The first member's local header says that it is short; a stream reader finds a header in its data.
    let evil = Zip::new()
        .member(Member::new("evil", b"x"))
        .no_directory()
        .build();
    let member = Member::new("outer", &evil).local_sizes(0, 0);
    let archive = caught(&Zip::new().member(member).build(), Disagreement, "`evil`");
    assert!(archive.named(b"evil").next().unwrap().views.stream);
}

#[test]
fn concatenated_archives_are_both_listed() {
    let first = Zip::new().member(Member::new("good", b"x")).build();
    let both = Zip::new()
        .member(Member::new("bad", b"x"))
        .prepend(&first)
        .build();
    let archive = caught(&both, Disagreement, "second end record");
    assert_eq!(archive.directories.len(), 2);
    assert!(archive.named(b"bad").next().unwrap().views.python);
    let good = archive.named(b"good").next().unwrap();
    assert!(good.views.central && good.views.stream && !good.views.python);
}

#[test]
fn an_archive_far_in_front_is_found_too() {
    let first = Zip::new().member(Member::new("good", b"x")).build();
    let far = [first, vec![1; 200_000]].concat();
    let both = Zip::new()
        .member(Member::new("bad", b"x"))
        .prepend(&far)
        .build();
    let archive = caught(&both, Disagreement, "second end record");
    assert!(archive.named(b"good").next().unwrap().views.central);
}

#[test]
fn an_archive_in_the_comment_is_the_one_that_searching_readers_find() {
    let inner = Zip::new().member(Member::new("inner", b"x")).build();
    let outer = Zip::new()
        .member(Member::new("outer", b"x"))
        .comment(&inner)
        .build();
    let archive = caught(&outer, Disagreement, "second end record");
    assert!(archive.named(b"inner").next().unwrap().views.python);
    assert!(archive.named(b"outer").next().unwrap().views.stream);
}

#[test]
fn a_broken_download_is_read_by_its_local_headers() {
    let zip = Zip::new()
        .member(Member::new("a", b"first"))
        .member(Member::new("b", b"second").deflated().descriptor())
        .member(Member::new("c", b"third"))
        .no_directory();
    let archive = caught(&zip.build(), Truncated, "no central directory");
    assert_eq!(names(&archive), ["a", "b", "c"]);
    assert_eq!(archive.entries[1].size, None);
}

#[test]
fn signatures_in_data_are_not_headers() {
    // Inside a member, the signature is just data; a gap with an impossible header is only a gap.
    let archive = honest(
        &Zip::new()
            .member(Member::new("a", b"PK\x03\x04PK\x05\x06"))
            .build(),
    );
    assert_eq!(names(&archive), ["a"]);
    let junk = [b"PK\x03\x04".as_slice(), &[0xff; 40]].concat();
    let archive = honest(&two().before_directory(junk).build());
    assert_eq!(names(&archive), ["a", "b"]);
    assert_eq!(archive.gaps.len(), 1);
}

#[test]
fn an_end_record_behind_which_too_much_follows_is_found_by_searching() {
    let bytes = two().append(vec![1; 70_000]).build();
    let archive = caught(&bytes, Disagreement, "farther from the end");
    assert_eq!(names(&archive), ["a", "b"]);
    for entry in &archive.entries {
        let views = entry.views;
        assert!(views.central && views.stream && !views.python && !views.miniz);
    }
}
