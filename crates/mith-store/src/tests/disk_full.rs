//! A full disk is one clear error; what was there stays, nothing half-written is left, and the store goes on.
//!
//! The disk is made small in a child process: by a file size limit, or by a tiny file system in a mount namespace of
//! its own. The tests named `child_…` are the children and run only when a parent starts them.

use std::path::{Path, PathBuf};
use std::process::Command;

use mith_core::Verdict;

use super::{Harness, ManualClock, repo};
use crate::*;

const FOLDER: &str = "MITH_TEST_FOLDER";

fn run_child(mut command: Command, folder: &Path) {
    let output = command.env(FOLDER, folder).output().unwrap();
    let talk = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{talk}\n{errors}");
    assert!(talk.contains("1 passed"), "the child ran nothing: {talk}");
}

fn child_arguments(name: &str) -> [String; 4] {
    [
        "--ignored".to_owned(),
        "--exact".to_owned(),
        "--nocapture".to_owned(),
        format!("tests::disk_full::{name}"),
    ]
}

async fn child_harness() -> Harness {
    let parent = PathBuf::from(std::env::var_os(FOLDER).expect("a parent starts this test"));
    let directory = tempfile::tempdir_in(parent).unwrap();
    let clock = ManualClock::new();
    let folder = DataFolder::open(directory.path(), clock.options())
        .await
        .unwrap();
    Harness {
        folder,
        clock,
        directory,
    }
}

async fn refused_with_disk_full(writer: &mut Box<dyn BlobWriter>, size: usize) {
    let chunk = vec![1; 64 * 1024];
    for _ in 0..size / chunk.len() {
        match writer.write(&chunk).await {
            Ok(()) => {}
            Err(StoreError::DiskFull) => return,
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("everything was written");
}

#[test]
fn a_file_size_limit_is_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 4096 || exit 9; exec \"$0\" \"$@\"")
        .arg(std::env::current_exe().unwrap())
        .args(child_arguments("child_with_a_file_size_limit"));
    run_child(command, folder.path());
}

#[tokio::test]
#[ignore = "a child process; `a_file_size_limit_is_a_full_disk` starts it"]
async fn child_with_a_file_size_limit() {
    let harness = child_harness().await;
    harness.add("acme/x", &[("a", b"1")]).await;
    harness.scan(Verdict::Clean).await;
    let size = 8 * 1024 * 1024;
    let mut writer = harness.blobs().begin(size as u64).await.unwrap();
    refused_with_disk_full(&mut writer, size).await;
    drop(writer);
    assert!(harness.blob_files("tmp").is_empty());
    assert_eq!(harness.main_word("acme/x").await, "admitted, 1 files");
    harness.add("acme/y", &[("a", b"2")]).await;
}

#[test]
fn a_tiny_file_system_that_runs_full_breaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=16m tmpfs \"$0\" || exit 9; shift 0; exec \"$@\"";
    let namespace = |then: &[String]| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", script]);
        command.arg(folder.path()).args(then);
        command
    };
    match namespace(&["true".to_owned()]).output() {
        Ok(output) if output.status.success() => {}
        refused => {
            println!("skipped: no tiny file system can be mounted here: {refused:?}");
            return;
        }
    }
    let mut then = vec![std::env::current_exe().unwrap().display().to_string()];
    then.extend(child_arguments("child_on_a_tiny_file_system"));
    run_child(namespace(&then), folder.path());
}

#[tokio::test]
#[ignore = "a child process; `a_tiny_file_system_that_runs_full_breaks_nothing` starts it"]
async fn child_on_a_tiny_file_system() {
    let harness = child_harness().await;
    harness.add("acme/x", &[("a", b"1")]).await;
    harness.scan(Verdict::Clean).await;
    let clearly_too_large = harness.blobs().begin(20 * 1024 * 1024).await;
    assert!(matches!(
        clearly_too_large.err(),
        Some(StoreError::DiskFull)
    ));

    // Each alone would have room.
    let size = 10 * 1024 * 1024;
    let mut first = harness.blobs().begin(size as u64).await.unwrap();
    let mut second = harness.blobs().begin(size as u64).await.unwrap();
    for _ in 0..size / (64 * 1024) {
        first.write(&vec![2; 64 * 1024]).await.unwrap();
    }
    refused_with_disk_full(&mut second, size).await;
    drop(second);
    assert_eq!(harness.blob_files("tmp").len(), 1, "the first alone");
    first.finish(None).await.unwrap();

    // Now the database itself has no room.
    let filler = harness.path().join("filler");
    fill(&filler);
    let refused = harness
        .store()
        .create_upload(&repo("acme/y"), &Actor::token("t"))
        .await;
    let mut refusals = u32::from(matches!(refused, Err(StoreError::DiskFull)));
    for _ in 0..2_000 {
        if refusals > 0 {
            break;
        }
        let upload = harness
            .store()
            .create_upload(&repo("acme/y"), &Actor::token("t"))
            .await;
        match upload {
            Ok(_) => {}
            Err(StoreError::DiskFull) => refusals += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(refusals, 1);
    assert_eq!(harness.main_word("acme/x").await, "admitted, 1 files");

    std::fs::remove_file(filler).unwrap();
    harness.add("acme/y", &[("a", b"2")]).await;
    let check = harness.store().verify_audit().await.unwrap();
    assert!(
        matches!(check, AuditCheck::Intact { rows: 3, .. }),
        "{check:?}"
    );
    assert!(harness.blob_files("tmp").is_empty());
}

/// Writes until nothing more fits, not even one byte.
fn fill(path: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path).unwrap();
    for size in [65_536, 4_096, 512, 1] {
        let chunk = vec![0; size];
        while file.write_all(&chunk).is_ok() {}
    }
}

#[tokio::test]
async fn a_database_that_cannot_grow_is_a_full_disk() {
    let harness = Harness::new().await;
    harness.add("acme/x", &[("a", b"1")]).await;
    let writer = harness.folder.store.writer_for_tests();
    sqlx::query("PRAGMA max_page_count = 1")
        .execute(writer)
        .await
        .unwrap();
    let files: Vec<(String, Vec<u8>)> = (0..200)
        .map(|number| (format!("folder/{}{number}", "x".repeat(200)), vec![1]))
        .collect();
    let borrowed: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect();
    let upload = harness
        .store()
        .create_upload(&repo("acme/y"), &Actor::token("t"))
        .await;
    let mut refusal = None;
    if let Ok(upload) = upload {
        for (path, bytes) in &borrowed {
            if let Err(error) = harness.put_file(upload, path, bytes).await {
                refusal = Some(error);
                break;
            }
        }
    } else {
        refusal = upload.err();
    }
    assert!(matches!(refusal, Some(StoreError::DiskFull)), "{refusal:?}");
    sqlx::query("PRAGMA max_page_count = 4294967294")
        .execute(writer)
        .await
        .unwrap();
    harness.add("acme/y", &borrowed).await;
}
