//! The data folder: one server, nobody else, and no trace of a killed one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Harness, ManualClock};
use crate::*;

#[tokio::test]
async fn a_second_server_is_kept_out_until_the_first_is_gone() {
    let harness = Harness::new().await;
    let second = DataFolder::open(harness.path(), StoreOptions::default()).await;
    let error = second.err().unwrap();
    assert!(matches!(&error, StoreError::FolderInUse { folder } if folder == harness.path()));
    assert!(error.to_string().contains("in use by another server"));
    harness.reopen().await;
}

#[tokio::test]
async fn a_folder_that_was_closed_holds_no_log_and_opens_at_once() {
    let Harness {
        folder,
        clock,
        directory,
    } = Harness::new().await;
    let log = directory.path().join("mith.db-wal");
    assert!(log.exists());
    folder.close().await;
    assert!(!log.exists());
    let again = DataFolder::open(directory.path(), clock.options()).await;
    assert!(again.is_ok());
}

#[tokio::test]
async fn nobody_else_can_read_the_folder() {
    let harness = Harness::new().await;
    harness.add("acme/x", &[("a", b"1")]).await;
    harness.scan(mith_core::Verdict::Clean).await;
    let mut seen = 0;
    check_modes(harness.path(), &mut seen);
    assert!(seen > 8, "only {seen} entries");
}

fn check_modes(path: &Path, seen: &mut usize) {
    let metadata = fs::metadata(path).unwrap();
    let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
    let mode = metadata.permissions().mode() & 0o777;
    assert_eq!(mode, expected, "{} is {mode:o}", path.display());
    *seen += 1;
    if metadata.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            check_modes(&entry.unwrap().path(), seen);
        }
    }
}

#[tokio::test]
async fn a_folder_that_others_could_enter_is_closed() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let folder = DataFolder::open(directory.path(), StoreOptions::default()).await;
    let mode = fs::metadata(directory.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    drop(folder);
}

#[tokio::test]
async fn half_written_files_of_a_killed_server_are_removed_at_start() {
    let harness = Harness::new().await;
    let left = harness.path().join("blobs/tmp/upload-left");
    fs::write(&left, b"half").unwrap();
    let harness = harness.reopen().await;
    assert!(!left.exists());
    assert!(harness.blob_files("tmp").is_empty());
}

#[tokio::test]
async fn a_server_that_ends_in_the_middle_of_an_add_loses_nothing_and_shows_nothing() {
    let harness = Harness::new().await;
    harness.add("acme/old", &[("a", b"old")]).await;
    harness.scan(mith_core::Verdict::Clean).await;
    let upload = harness.upload("acme/new", &[("a", b"new")]).await;
    let mut writer = harness.blobs().begin(3_000_000).await.unwrap();
    writer.write(&vec![1; 2_000_000]).await.unwrap();
    // A killed process runs no destructor.
    std::mem::forget(writer);
    let harness = harness_after_kill(harness).await;

    assert_eq!(harness.main_word("acme/old").await, "admitted, 1 files");
    assert_eq!(harness.main_word("acme/new").await, "unknown model");
    let listed = harness.store().list_models(ListModels::default()).await;
    assert_eq!(listed.unwrap().len(), 1);
    assert!(harness.blob_files("tmp").is_empty());
    let check = harness.store().verify_audit().await.unwrap();
    assert!(matches!(check, AuditCheck::Intact { .. }));

    // The client may go on where it was, until the upload expires.
    harness.put_file(upload, "b", b"more").await.unwrap();
    let files: [(&str, &[u8]); 2] = [("a", b"new"), ("b", b"more")];
    harness.commit(upload, &files).await.unwrap();
}

/// A forgotten writer holds the lock of this process for ever; a copy of the folder is what the next server finds.
async fn harness_after_kill(harness: Harness) -> Harness {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(harness.path(), copy.path());
    let clock: ManualClock = harness.clock.clone();
    drop(harness);
    let folder = DataFolder::open(copy.path(), clock.options())
        .await
        .unwrap();
    Harness {
        folder,
        clock,
        directory: copy,
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let harness = Harness::new().await;
    let added = harness.add("acme/x", &[("a", b"1")]).await;
    let waiting = added.revision().clone();
    let harness = harness.reopen().await;
    assert_eq!(
        harness.main_word("acme/x").await,
        "never admitted, scanning"
    );
    harness.scan(mith_core::Verdict::Clean).await;
    let harness = harness.reopen().await;
    assert_eq!(harness.main_word("acme/x").await, "admitted, 1 files");
    let now = harness.store().newest(&waiting.repo).await.unwrap();
    assert_eq!(now.revision, waiting.revision);
    let opened = harness.blobs().open_admitted(now.files[0].sha256).await;
    assert_eq!(opened.unwrap().size, 1);
}
