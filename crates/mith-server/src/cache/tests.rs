use bytes::Bytes;
use mith_core::Digest;

use super::{BlobCache, SMALL};

fn put(cache: &BlobCache, text: &str) -> Digest {
    let digest = Digest::of(text.as_bytes());
    cache.put(digest, Bytes::copy_from_slice(text.as_bytes()));
    digest
}

#[test]
fn gives_back_what_was_put() {
    let cache = BlobCache::new(100);
    let digest = put(&cache, "some bytes");
    assert_eq!(cache.get(&digest).unwrap(), "some bytes");
    assert!(cache.get(&Digest::of(b"other")).is_none());
}

#[test]
fn never_holds_more_than_its_bound() {
    let cache = BlobCache::new(100);
    for number in 0..1_000 {
        put(&cache, &format!("blob number {number:08}"));
        assert!(cache.held.read().unwrap().bytes <= 100);
    }
    let held = cache.held.read().unwrap();
    assert_eq!(
        held.bytes,
        held.blobs.values().map(Bytes::len).sum::<usize>()
    );
}

#[test]
fn the_same_blob_counts_once() {
    let cache = BlobCache::new(100);
    put(&cache, "some bytes");
    put(&cache, "some bytes");
    assert_eq!(cache.held.read().unwrap().bytes, 10);
}

#[test]
fn leaves_large_blobs_on_the_disk() {
    let cache = BlobCache::new(1 << 30);
    let large = vec![7_u8; usize::try_from(SMALL).unwrap() + 1];
    let digest = Digest::of(&large);
    cache.put(digest, large.into());
    assert!(cache.get(&digest).is_none());
}
