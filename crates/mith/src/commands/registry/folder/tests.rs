//! Which folders can become a model, and how a change between two looks is told.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn names(folder: &Path) -> Vec<String> {
    list(folder)
        .unwrap()
        .files
        .iter()
        .map(|file| file.path.to_string())
        .collect()
}

#[test]
fn lists_files_sorted_and_leaves_bookkeeping_out_by_name() {
    let folder = folder(&[
        ("config.json", "{}"),
        ("1_Pooling/config.json", "{}"),
        (".gitattributes", ""),
        (".git/config", ""),
        (".cache/huggingface/download/x.lock", ""),
        (".cache/other", ""),
        ("sub/.git", "gitdir: elsewhere"),
    ]);
    let listed = list(folder.path()).unwrap();
    assert_eq!(
        names(folder.path()),
        [
            ".cache/other",
            ".gitattributes",
            "1_Pooling/config.json",
            "config.json"
        ]
    );
    assert_eq!(listed.skipped, [".cache/huggingface", ".git", "sub/.git"]);
}

#[test]
fn follows_links_of_a_hub_cache_into_its_blobs() {
    let cache = folder(&[("blobs/abc", "{}"), ("snapshots/main/README.md", "x")]);
    let snapshot = cache.path().join("snapshots/main");
    symlink("../../blobs/abc", snapshot.join("config.json")).unwrap();
    symlink("README.md", snapshot.join("readme")).unwrap();
    assert_eq!(names(&snapshot), ["README.md", "config.json", "readme"]);
}

#[test]
fn refuses_links_that_leave_the_folder_by_name() {
    let outside = folder(&[("secret", "s")]);
    let folder = folder(&[("a", "")]);
    symlink(
        outside.path().join("secret"),
        folder.path().join("weights.bin"),
    )
    .unwrap();
    let text = list(folder.path()).unwrap_err().to_string();
    assert!(
        text.contains("`weights.bin`") && text.contains("outside of the folder"),
        "{text}"
    );
}

#[test]
fn refuses_links_to_folders_and_links_to_nothing() {
    let folder = folder(&[("a/b", "")]);
    symlink("a", folder.path().join("loop")).unwrap();
    assert!(
        list(folder.path())
            .unwrap_err()
            .to_string()
            .contains("link to a folder")
    );
    fs::remove_file(folder.path().join("loop")).unwrap();
    symlink("nothing", folder.path().join("gone")).unwrap();
    assert!(
        list(folder.path())
            .unwrap_err()
            .to_string()
            .contains("follow the link `gone`")
    );
}

#[test]
fn refuses_a_socket_without_opening_it() {
    let folder = folder(&[("a", "")]);
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let text = list(folder.path()).unwrap_err().to_string();
    assert!(
        text.contains("`socket` cannot be added: it is neither a file nor a folder"),
        "{text}"
    );
}

#[test]
fn refuses_names_that_no_client_could_ask_for() {
    for name in [&b"a\\b"[..], b"a\nb", b"a\xffb"] {
        let folder = folder(&[]);
        fs::write(folder.path().join(std::ffi::OsStr::from_bytes(name)), "").unwrap();
        let text = list(folder.path()).unwrap_err().to_string();
        assert!(text.contains("hint: rename the file"), "{text}");
    }
}

#[test]
fn refuses_a_file_as_wrong_usage_and_a_missing_folder_by_name() {
    let folder = folder(&[("a", "")]);
    let failure = list(&folder.path().join("a")).unwrap_err();
    assert_eq!(failure.code(), mith_core::ExitCode::Usage);
    let text = list(&folder.path().join("missing"))
        .unwrap_err()
        .to_string();
    assert!(text.contains("missing"), "{text}");
}

#[test]
fn tells_what_changed_between_two_looks() {
    let folder = folder(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let before = list(folder.path()).unwrap().files;
    let now = || list(folder.path()).unwrap().files;
    assert_eq!(difference(&before, &now()), None);
    fs::write(folder.path().join("aa"), "").unwrap();
    assert_eq!(
        difference(&before, &now()).as_deref(),
        Some("`aa` appeared")
    );
    fs::remove_file(folder.path().join("aa")).unwrap();
    fs::remove_file(folder.path().join("b")).unwrap();
    assert_eq!(difference(&before, &now()).as_deref(), Some("`b` vanished"));
}

#[test]
fn sees_a_change_that_keeps_length_and_modification_time() {
    let folder = folder(&[("a", "1")]);
    let path = folder.path().join("a");
    let before = list(folder.path()).unwrap().files;
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(20));
    fs::write(&path, "2").unwrap();
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(modified)
        .unwrap();
    let after = list(folder.path()).unwrap().files;
    assert_eq!(difference(&before, &after).as_deref(), Some("`a` changed"));
}
