//! Tests of the digest helper.

use super::*;

#[test]
fn digest_of_a_known_text_is_the_published_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text");
    fs::write(&path, "abc").unwrap();
    assert_eq!(
        sha256(&path).unwrap(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn missing_environment_is_a_reason_and_not_an_error() {
    let cache = tempfile::tempdir().unwrap();
    let reason = fetch(cache.path()).unwrap().unwrap();
    assert!(reason.contains("no Python environment"), "{reason}");
}
