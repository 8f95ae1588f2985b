//! What is computed while bytes pass does not depend on how they are cut.

use mith_core::Digest;

use super::BlobInfo;
use super::hasher::BlobHasher;

fn hash(announced: u64, chunks: &[&[u8]]) -> BlobInfo {
    let mut hasher = BlobHasher::new(announced);
    for chunk in chunks {
        hasher.update(chunk);
    }
    hasher.finish()
}

#[test]
fn a_hasher_sees_text_across_every_cut() {
    let text = "aä€𝄞z".as_bytes();
    let whole = hash(text.len() as u64, &[text]);
    for at in 0..=text.len() {
        let (left, right) = text.split_at(at);
        assert_eq!(
            hash(text.len() as u64, &[left, right]),
            whole,
            "cut at {at}"
        );
    }
    assert!(whole.git_oid.is_some());
    for bytes in [
        &b"\xff"[..],
        b"ab\xc3",
        b"\xc3(",
        b"nul\0byte",
        b"\xed\xa0\x80",
        b"\xf0\x9d\x84",
    ] {
        for at in 0..=bytes.len() {
            let (left, right) = bytes.split_at(at);
            let info = hash(bytes.len() as u64, &[left, right]);
            assert_eq!(info.git_oid, None, "{bytes:?} cut at {at}");
            assert_eq!(info.oid(), Digest::of(bytes).to_hex());
        }
    }
}
