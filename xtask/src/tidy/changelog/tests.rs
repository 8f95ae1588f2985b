//! Tests of fragment names and contents.

use super::*;

#[test]
fn name_is_a_number_a_kind_and_md() {
    assert!(well_named("2.added.md"));
    for bad in [
        "added.md",
        "2.new.md",
        "2.added.txt",
        ".added.md",
        "x2.fixed.md",
        "2.added.md.md",
    ] {
        assert!(!well_named(bad), "{bad}");
    }
}

#[test]
fn empty_or_badly_named_fragment_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("README.md"), "").unwrap();
    fs::write(folder.path().join("7.fixed.md"), " \n").unwrap();
    fs::write(folder.path().join("news.md"), "text").unwrap();
    let found = check(folder.path()).unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
}
