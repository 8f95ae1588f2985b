//! From files to a revision: exact lists, safe trees, and nothing to see before the commit.

use std::time::Duration;

use mith_core::{Digest, TreeEntry, Verdict, tree_digest};

use super::{Harness, path, repo, request, rules};
use crate::*;

const FILES: &[(&str, &[u8])] = &[
    ("config.json", b"{}"),
    ("sub/model.bin", b"\x80\x00weights"),
];

#[tokio::test]
async fn a_commit_makes_a_revision_that_waits_for_its_scan() {
    let harness = Harness::new().await;
    let Committed::New(record) = harness.add("acme/x", FILES).await else {
        panic!("a first commit is new");
    };
    assert_eq!(record.state, RevisionState::Scanning);
    assert_eq!(record.parent, None);
    assert_eq!(record.verdict, None);
    assert_eq!(record.created_by, "token:tester");
    assert_eq!(record.message, "a message");
    assert_eq!(record.tree_digest, tree_digest(&request(FILES).files));
    let paths: Vec<&str> = record.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["config.json", "sub/model.bin"]);
    let config = record.file("config.json").unwrap();
    assert_eq!((config.is_lfs, config.oid.len()), (false, 40));
    let model = record.file("sub/model.bin").unwrap();
    assert_eq!((model.is_lfs, &model.oid), (true, &model.sha256.to_hex()));
    assert!(harness.claim("worker").await.is_some());
}

#[tokio::test]
async fn the_id_of_a_revision_binds_name_parent_and_tree() {
    let harness = Harness::new().await;
    let first = harness.add("acme/x", FILES).await.revision().clone();
    let expected =
        Digest::of(format!("mith.revision/1\nacme/x\n-\n{}\n", first.tree_digest).as_bytes());
    assert_eq!(first.revision.as_str(), &expected.to_hex()[..40]);
    let second = harness
        .add("acme/x", &[("a", b"1")])
        .await
        .revision()
        .clone();
    assert_eq!(second.parent.as_ref(), Some(&first.revision));
    let third = harness.add("acme/x", FILES).await.revision().clone();
    assert_eq!(third.tree_digest, first.tree_digest);
    assert_ne!(third.revision, first.revision);
    let other = harness.add("acme/y", FILES).await.revision().clone();
    assert_ne!(other.revision, first.revision);
}

#[tokio::test]
async fn nothing_of_an_upload_is_visible() {
    let harness = Harness::new().await;
    harness.upload("acme/x", FILES).await;
    assert_eq!(harness.main_word("acme/x").await, "unknown model");
    assert!(
        harness
            .store()
            .list_models(ListModels::default())
            .await
            .unwrap()
            .is_empty()
    );
    let newest = harness.store().newest(&repo("acme/x")).await;
    assert!(matches!(newest, Err(StoreError::UnknownModel { .. })));
    let revisions = harness.store().revisions(&repo("acme/x"), 10).await;
    assert!(matches!(revisions, Err(StoreError::UnknownModel { .. })));
    assert!(harness.claim("worker").await.is_none());
}

#[tokio::test]
async fn a_list_that_differs_from_what_was_sent_is_refused_and_says_where() {
    let entry = |path: &str, bytes: &[u8]| TreeEntry {
        path: path.parse().unwrap(),
        sha256: Digest::of(bytes),
        size: bytes.len() as u64,
    };
    let mut wrong_size = entry("a", b"1");
    wrong_size.size = 2;
    let cases = [
        (
            vec![entry("a", b"1")],
            "b",
            "it was uploaded and is not listed",
        ),
        (
            vec![entry("a", b"1"), entry("b", b"2"), entry("c", b"3")],
            "c",
            "it is listed and was not uploaded",
        ),
        (
            vec![entry("a", b"1"), entry("b", b"2"), entry("a", b"1")],
            "a",
            "it is listed twice",
        ),
        (
            vec![entry("a", b"9"), entry("b", b"2")],
            "a",
            "its digest is another",
        ),
        (
            vec![wrong_size, entry("b", b"2")],
            "a",
            "its size is another",
        ),
        (vec![], "a", "it was uploaded and is not listed"),
    ];
    let harness = Harness::new().await;
    let sent: &[(&str, &[u8])] = &[("a", b"1"), ("b", b"2")];
    let upload = harness.upload("acme/x", sent).await;
    for (files, at, how) in cases {
        let wrong = CommitRequest {
            files,
            ..request(sent)
        };
        let refused = harness
            .store()
            .commit(upload, wrong, &Actor::token("tester"))
            .await;
        let Err(StoreError::UploadMismatch { path, what }) = refused else {
            panic!("{how}: {refused:?}");
        };
        assert_eq!((path.as_str(), what), (at, how));
    }
    assert_eq!(harness.main_word("acme/x").await, "unknown model");
    harness.commit(upload, sent).await.unwrap();
}

#[tokio::test]
async fn an_upload_without_a_file_is_refused() {
    let harness = Harness::new().await;
    let upload = harness.upload("acme/x", &[]).await;
    let refused = harness.commit(upload, &[]).await;
    assert!(matches!(refused, Err(StoreError::EmptyUpload)));
}

#[tokio::test]
async fn paths_that_meet_on_a_file_system_are_refused() {
    for (first, second) in [
        ("Config.json", "config.json"),
        ("a", "a/b"),
        ("A", "a/b/c"),
        ("x/Ä", "x/ä"),
        ("x/y", "X/Y/z"),
    ] {
        let harness = Harness::new().await;
        let files: &[(&str, &[u8])] = &[(first, b"1"), (second, b"2")];
        let upload = harness.upload("acme/x", files).await;
        let refused = harness.commit(upload, files).await;
        assert!(
            matches!(refused, Err(StoreError::PathConflict { .. })),
            "{first} and {second}: {refused:?}"
        );
        assert_eq!(harness.main_word("acme/x").await, "unknown model");
    }
    let harness = Harness::new().await;
    let files: &[(&str, &[u8])] = &[("a/b", b"1"), ("a.b", b"2"), ("ab", b"3"), ("a/c", b"4")];
    harness.add("acme/x", files).await;
}

#[tokio::test]
async fn a_file_sent_again_replaces_itself() {
    let harness = Harness::new().await;
    let upload = harness.upload("acme/x", &[("a", b"first")]).await;
    harness.put_file(upload, "a", b"second").await.unwrap();
    let files: &[(&str, &[u8])] = &[("a", b"second")];
    let record = harness.commit(upload, files).await.unwrap();
    assert_eq!(record.revision().files[0].sha256, Digest::of(b"second"));
}

#[tokio::test]
async fn an_upload_ends_with_its_commit_its_abortion_or_its_time() {
    let harness = Harness::new().await;
    let is_gone = async |upload: UploadId| {
        let put = harness.put_file(upload, "b", b"2").await;
        let commit = harness.commit(upload, &[("a", b"1")]).await;
        let asked = harness.store().upload_repo(upload).await;
        matches!(put, Err(StoreError::UnknownUpload { upload: id }) if id == upload)
            && matches!(asked, Err(StoreError::UnknownUpload { .. }))
            && matches!(commit, Err(StoreError::UnknownUpload { .. }))
    };
    let committed = harness.upload("acme/x", &[("a", b"1")]).await;
    let asked = harness.store().upload_repo(committed).await;
    assert_eq!(asked.unwrap(), repo("acme/x"));
    harness.commit(committed, &[("a", b"1")]).await.unwrap();
    assert!(is_gone(committed).await);

    let aborted = harness.upload("acme/y", &[("a", b"1")]).await;
    harness.store().abort_upload(aborted).await.unwrap();
    assert!(is_gone(aborted).await);
    let again = harness.store().abort_upload(aborted).await;
    assert!(matches!(again, Err(StoreError::UnknownUpload { .. })));

    let expired = harness.upload("acme/z", &[("a", b"1")]).await;
    harness.clock.advance(Duration::from_hours(23));
    harness.put_file(expired, "a", b"1").await.unwrap();
    harness.clock.advance(Duration::from_hours(23));
    assert_eq!(harness.store().expire_uploads().await.unwrap(), 0);
    harness.clock.advance(Duration::from_hours(1));
    assert!(is_gone(expired).await, "expired, though not yet removed");
    assert_eq!(harness.store().expire_uploads().await.unwrap(), 1);
    assert!(is_gone(UploadId::fresh()).await);
}

#[tokio::test]
async fn a_name_in_other_case_is_refused() {
    let harness = Harness::new().await;
    let earlier = harness.upload("ACME/x", FILES).await;
    harness.add("acme/X", FILES).await;
    let created = harness
        .store()
        .create_upload(&repo("acme/x"), &Actor::token("tester"))
        .await;
    assert!(
        matches!(&created, Err(StoreError::NameTaken { existing, .. }) if existing.as_str() == "acme/X"),
        "{created:?}"
    );
    let committed = harness.commit(earlier, FILES).await;
    assert!(matches!(committed, Err(StoreError::NameTaken { .. })));
    assert_eq!(harness.main_word("acme/x").await, "unknown model");
}

#[tokio::test]
async fn the_same_tree_as_the_newest_revision_is_that_revision() {
    let harness = Harness::new().await;
    let first = harness.add("acme/x", FILES).await.revision().clone();
    let again = harness.add("acme/x", FILES).await;
    assert!(matches!(&again, Committed::Same(record) if record.revision == first.revision));
    let admitted = harness.scan(Verdict::Clean).await;
    let again = harness.add("acme/x", FILES).await;
    assert_eq!(again, Committed::Same(admitted));
    assert!(harness.claim("worker").await.is_none());
    let revisions = harness.store().revisions(&repo("acme/x"), 10).await;
    assert_eq!(revisions.unwrap().len(), 1);
}

async fn add_with_rules(harness: &Harness, digest: &str) -> Committed {
    let upload = harness.upload("acme/x", FILES).await;
    let request = CommitRequest {
        rules: rules(digest),
        ..request(FILES)
    };
    harness
        .store()
        .commit(upload, request, &Actor::token("tester"))
        .await
        .unwrap()
}

#[tokio::test]
async fn what_the_rules_refused_is_scanned_again_by_other_rules() {
    for verdict in [Verdict::Unknown, Verdict::Unreadable, Verdict::Malicious] {
        let harness = Harness::new().await;
        harness.add("acme/x", FILES).await;
        harness.scan(verdict).await;
        let same = add_with_rules(&harness, "rules-1").await;
        assert!(matches!(same, Committed::Same(_)), "{verdict}");
        let rescan = add_with_rules(&harness, "rules-2").await;
        assert!(
            matches!(&rescan, Committed::Rescan(record) if record.state == RevisionState::Scanning)
        );
        assert_eq!(
            harness.main_word("acme/x").await,
            "never admitted, scanning"
        );
        let admitted = harness.scan(Verdict::Clean).await;
        assert_eq!(admitted.state, RevisionState::Admitted);
        assert_eq!(&admitted.revision, &rescan.revision().revision);
    }
}

#[tokio::test]
async fn what_a_person_refused_is_not_scanned_again() {
    let harness = Harness::new().await;
    harness.add("acme/x", FILES).await;
    let held = harness.scan(Verdict::Unknown).await;
    let actor = Actor::token("reviewer");
    harness
        .store()
        .deny(&held.repo, &held.revision, &actor, "no")
        .await
        .unwrap();
    let same = add_with_rules(&harness, "rules-2").await;
    assert!(matches!(&same, Committed::Same(record) if record.state == RevisionState::Denied));
    assert!(harness.claim("worker").await.is_none());
}

#[tokio::test]
async fn a_long_message_is_cut() {
    let harness = Harness::new().await;
    let upload = harness.upload("acme/x", FILES).await;
    let long = CommitRequest {
        message: "ä".repeat(10_000),
        ..request(FILES)
    };
    let committed = harness
        .store()
        .commit(upload, long, &Actor::token("tester"))
        .await
        .unwrap();
    assert_eq!(committed.revision().message.chars().count(), 4_096);
}

#[tokio::test]
async fn a_sweep_removes_what_nothing_needs_and_nothing_else() {
    let harness = Harness::new().await;
    let sweep = async || {
        sweep(harness.store(), harness.blobs(), Duration::ZERO)
            .await
            .unwrap()
    };
    harness.add("acme/denied", &[("a", b"denied")]).await;
    harness.scan(Verdict::Malicious).await;
    harness
        .add("acme/held", &[("a", b"held"), ("b", b"shared")])
        .await;
    harness.scan(Verdict::Unknown).await;
    harness
        .add("acme/admitted", &[("a", b"admitted"), ("b", b"shared")])
        .await;
    harness.scan(Verdict::Clean).await;
    harness.add("acme/scanning", &[("a", b"scanning")]).await;
    let open = harness.upload("acme/open", &[("a", b"open")]).await;
    let aborted = harness.upload("acme/aborted", &[("a", b"aborted")]).await;
    harness.store().abort_upload(aborted).await.unwrap();
    harness.put(b"noted by nobody").await;
    assert_eq!(harness.blob_files("quarantine").len(), 8);

    assert_eq!(sweep().await, 3, "aborted, noted by nobody, admitted");
    for needed in ["denied", "held", "shared", "scanning", "open"] {
        let digest = Digest::of(needed.as_bytes());
        let opened = harness.blobs().open_quarantined(digest).await;
        assert!(opened.is_ok(), "{needed}");
    }
    for admitted in ["admitted", "shared"] {
        let digest = Digest::of(admitted.as_bytes());
        assert!(harness.blobs().open_admitted(digest).await.is_ok());
    }
    harness.store().abort_upload(open).await.unwrap();
    assert_eq!(sweep().await, 1);
    assert_eq!(sweep().await, 0);
}

#[test]
fn a_path_is_found_by_its_name_alone() {
    assert!(crate::tree::check_paths(&[path("a/b"), path("a/c")]).is_ok());
    assert!(crate::tree::check_paths(&[path("a/b"), path("a/b")]).is_err());
}
