//! Tests of comparing and replacing generated folders.

use super::*;

fn write(root: &Path, path: &str, text: &str) {
    let target = root.join(path);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::write(target, text).unwrap();
}

#[test]
fn names_pages_that_are_missing_changed_or_left_over() {
    let fresh = tempfile::tempdir().unwrap();
    let committed = tempfile::tempdir().unwrap();
    write(fresh.path(), "reference/cli.md", "new");
    write(fresh.path(), "rules/a.md", "same");
    write(fresh.path(), "man/mith.1", "missing");
    write(committed.path(), "reference/cli.md", "old");
    write(committed.path(), "rules/a.md", "same");
    write(committed.path(), "rules/gone.md", "left over");
    write(committed.path(), "glossary.md", "kept by hand");
    let stale = differences(fresh.path(), committed.path()).unwrap();
    let stale: Vec<_> = stale.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(stale, ["man/mith.1", "reference/cli.md", "rules/gone.md"]);
}

#[test]
fn replacing_leaves_nothing_to_report_and_keeps_pages_written_by_hand() {
    let fresh = tempfile::tempdir().unwrap();
    let committed = tempfile::tempdir().unwrap();
    write(fresh.path(), "reference/deep/cli.md", "new");
    write(committed.path(), "rules/gone.md", "left over");
    write(committed.path(), "glossary.md", "kept by hand");
    replace(fresh.path(), committed.path()).unwrap();
    assert!(
        differences(fresh.path(), committed.path())
            .unwrap()
            .is_empty()
    );
    assert!(committed.path().join("glossary.md").is_file());
}

#[test]
fn empty_generation_is_an_error() {
    let empty = tempfile::tempdir().unwrap();
    assert!(differences(empty.path(), empty.path()).is_err());
}
