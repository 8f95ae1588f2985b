//! Bytes come in whole or not at all, and lie where only the right reader finds them.

use std::io::Read as _;
use std::time::Duration;

use mith_core::Digest;

use super::Harness;
use crate::*;

fn read(mut blob: OpenBlob) -> Vec<u8> {
    let mut bytes = Vec::new();
    blob.file.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len() as u64, blob.size);
    bytes
}

#[tokio::test]
async fn a_blob_is_in_quarantine_and_not_admitted_until_it_is_promoted() {
    let harness = Harness::new().await;
    let info = harness.put(b"weights").await;
    assert_eq!(info.sha256, Digest::of(b"weights"));
    let quarantined = harness.blobs().open_quarantined(info.sha256).await.unwrap();
    assert_eq!(read(quarantined), b"weights");
    let refused = harness.blobs().open_admitted(info.sha256).await;
    assert!(matches!(refused, Err(StoreError::UnknownBlob { digest }) if digest == info.sha256));

    promote(harness.blobs(), &[info.sha256]).await.unwrap();
    let twice = promote(harness.blobs(), &[info.sha256]).await.unwrap();
    assert!(twice.contains(&info.sha256));
    let admitted = harness.blobs().open_admitted(info.sha256).await.unwrap();
    assert_eq!(read(admitted), b"weights");
}

#[tokio::test]
async fn what_was_never_sent_cannot_be_promoted() {
    let harness = Harness::new().await;
    let digest = Digest::of(b"never sent");
    let refused = promote(harness.blobs(), &[digest]).await;
    assert!(matches!(refused, Err(StoreError::UnknownBlob { .. })));
    assert!(harness.blob_files("admitted").is_empty());
}

#[tokio::test]
async fn a_text_gets_the_id_that_git_gives_it_however_it_is_cut() {
    let harness = Harness::new().await;
    // `printf 'hello\n' | git hash-object --stdin`
    let hello = harness.put(b"hello\n").await;
    assert_eq!(hello.oid(), "ce013625030ba8dba906f756967f9e9ca394464a");
    assert!(!hello.is_lfs());
    // `git hash-object -t blob /dev/null`
    let empty = harness.put(b"").await;
    assert_eq!(empty.oid(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");

    let text = "ä€𝄞 mixed widths ".repeat(3);
    let whole = harness.put(text.as_bytes()).await;
    assert!(whole.git_oid.is_some());
    for step in 1..7 {
        let mut writer = harness.blobs().begin(text.len() as u64).await.unwrap();
        for chunk in text.as_bytes().chunks(step) {
            writer.write(chunk).await.unwrap();
        }
        assert_eq!(writer.finish(None).await.unwrap(), whole, "step {step}");
    }
}

#[tokio::test]
async fn text_of_ten_mebibytes_is_an_lfs_file_and_one_byte_less_is_not() {
    let harness = Harness::new().await;
    let limit = usize::try_from(LFS_THRESHOLD).unwrap();
    let large = vec![b'x'; limit];
    assert!(harness.put(&large).await.is_lfs());
    assert!(!harness.put(&large[1..]).await.is_lfs());
}

#[tokio::test]
async fn a_wrong_length_is_refused_and_leaves_nothing() {
    let harness = Harness::new().await;
    let mut short = harness.blobs().begin(10).await.unwrap();
    short.write(b"only 9 by").await.unwrap();
    let refused = short.finish(None).await;
    assert!(matches!(
        refused,
        Err(StoreError::SizeMismatch {
            announced: 10,
            received: 9
        })
    ));
    let mut long = harness.blobs().begin(3).await.unwrap();
    let refused = long.write(b"four").await;
    assert!(matches!(
        refused,
        Err(StoreError::SizeMismatch {
            announced: 3,
            received: 4
        })
    ));
    let after = long.write(b"x").await;
    assert!(after.is_err(), "a refused writer takes nothing more");
    drop(long);
    assert!(harness.blob_files("quarantine").is_empty());
    assert!(harness.blob_files("tmp").is_empty());
}

#[tokio::test]
async fn a_wrong_digest_is_refused_and_leaves_nothing() {
    let harness = Harness::new().await;
    let mut writer = harness.blobs().begin(5).await.unwrap();
    writer.write(b"bytes").await.unwrap();
    let refused = writer.finish(Some(Digest::of(b"other"))).await;
    assert!(matches!(
        refused,
        Err(StoreError::DigestMismatch { found, .. }) if found == Digest::of(b"bytes")
    ));
    assert!(harness.blob_files("quarantine").is_empty());
    assert!(harness.blob_files("tmp").is_empty());
}

#[tokio::test]
async fn a_writer_that_is_dropped_leaves_nothing() {
    let harness = Harness::new().await;
    let mut writer = harness.blobs().begin(4_000_000).await.unwrap();
    writer.write(&vec![7; 3_000_000]).await.unwrap();
    assert_eq!(harness.blob_files("tmp").len(), 1);
    drop(writer);
    assert!(harness.blob_files("tmp").is_empty());
    assert!(harness.blob_files("quarantine").is_empty());
}

#[tokio::test]
async fn the_same_bytes_again_are_one_blob() {
    let harness = Harness::new().await;
    let first = harness.put(b"same").await;
    let second = harness.put(b"same").await;
    assert_eq!(first, second);
    assert_eq!(harness.blob_files("quarantine").len(), 1);
}

#[tokio::test]
async fn no_disk_has_room_for_what_is_larger_than_it() {
    let harness = Harness::new().await;
    let refused = harness.blobs().begin(u64::MAX / 2).await;
    assert!(matches!(refused.err(), Some(StoreError::DiskFull)));
    assert!(harness.blob_files("tmp").is_empty());
}

#[tokio::test]
async fn a_young_blob_is_never_removed() {
    let harness = Harness::new().await;
    let info = harness.put(b"young").await;
    let hour = Duration::from_hours(1);
    assert!(harness.blobs().quarantined(hour).await.unwrap().is_empty());
    let gone = harness.blobs().remove_quarantined(info.sha256, hour).await;
    assert!(!gone.unwrap());
    let listed = harness.blobs().quarantined(Duration::ZERO).await.unwrap();
    assert_eq!(listed, [info.sha256]);
    let gone = harness
        .blobs()
        .remove_quarantined(info.sha256, Duration::ZERO)
        .await;
    assert!(gone.unwrap());
    assert!(harness.blob_files("quarantine").is_empty());
}

#[tokio::test]
async fn a_promoted_blob_outlives_its_quarantine() {
    let harness = Harness::new().await;
    let info = harness.put(b"kept").await;
    promote(harness.blobs(), &[info.sha256]).await.unwrap();
    let gone = harness
        .blobs()
        .remove_quarantined(info.sha256, Duration::ZERO)
        .await;
    assert!(gone.unwrap());
    let admitted = harness.blobs().open_admitted(info.sha256).await.unwrap();
    assert_eq!(read(admitted), b"kept");
    // Its promotion can still be repeated, and the same bytes can come in again.
    promote(harness.blobs(), &[info.sha256]).await.unwrap();
    harness.put(b"kept").await;
    promote(harness.blobs(), &[info.sha256]).await.unwrap();
    let admitted = harness.blobs().open_admitted(info.sha256).await.unwrap();
    assert_eq!(read(admitted), b"kept");
}
