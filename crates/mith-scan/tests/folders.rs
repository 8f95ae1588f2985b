//! Folders as they are: links, pipes, files without permission, nothing at all; and what holds for every model.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use mith_core::{ScanReport, Verdict};
use mith_formats::Limits;
use mith_scan::{ScanError, ScanOptions, scan_input, scan_path, scan_paths};
use mith_testkit::pickle::Pickle;
use proptest::prelude::*;

fn scan(path: &Path) -> ScanReport {
    scan_path(path, &ScanOptions::default()).unwrap()
}

fn gadget() -> Vec<u8> {
    Pickle::new(2)
        .call_with_text("os", "system", "touch marker")
        .stop()
}

#[test]
fn empty_folder_is_an_error_and_not_clean() {
    let folder = tempfile::tempdir().unwrap();
    let found = scan_path(folder.path(), &ScanOptions::default());
    assert!(matches!(found, Err(ScanError::Empty { .. })));
    let missing = scan_path(&folder.path().join("x"), &ScanOptions::default());
    assert!(matches!(missing, Err(ScanError::Read { .. })));
}

#[test]
fn links_are_followed_inside_the_folder_alone() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.json"), "{}").unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("blobs")).unwrap();
    fs::write(folder.path().join("blobs/a"), "{}").unwrap();
    symlink("blobs/a", folder.path().join("config.json")).unwrap();
    assert_eq!(scan(folder.path()).verdict, Verdict::Clean);
    symlink(
        outside.path().join("secret.json"),
        folder.path().join("out.json"),
    )
    .unwrap();
    let report = scan(folder.path());
    assert_eq!(report.verdict, Verdict::Unreadable);
    let refused = report
        .artifacts
        .iter()
        .find(|artifact| artifact.path == "out.json")
        .unwrap();
    assert_eq!(refused.findings[0].rule, "file-unreadable");
}

#[test]
fn what_git_does_not_keep_in_its_folder_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), "{}").unwrap();
    fs::create_dir_all(folder.path().join(".git/hooks")).unwrap();
    fs::write(folder.path().join(".git/hooks/x.sample"), "#!/bin/sh\n").unwrap();
    fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    let report = scan(folder.path());
    assert_eq!(report.verdict, Verdict::Clean);
    assert_eq!(report.artifacts.len(), 1);
    fs::write(folder.path().join(".git/evil.pkl"), gadget()).unwrap();
    assert_eq!(scan(folder.path()).verdict, Verdict::Malicious);
}

#[test]
fn floods_of_beginnings_loads_and_imports_end_early() {
    let start = std::time::Instant::now();
    // Beginnings that each run to the end of the file.
    let mut bytes = b"\x80\x02N.\xff".to_vec();
    bytes.extend(b"\x80\x02".repeat(600));
    bytes.extend(b"N0".repeat(3_000_000));
    let report = scan_input("x.bin", &bytes, &ScanOptions::default());
    assert_eq!(report[0].verdict, Verdict::Unreadable);
    // Loads of the same bytes, sixty at each of seven depths.
    let mut bytes = b"\x80\x02N.".to_vec();
    for _ in 0..7 {
        let mut outer = b"\x80\x03ctorch.storage\n_load_from_bytes\nq\x010B".to_vec();
        outer.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
        outer.extend(&bytes);
        outer.extend(b"q\x020");
        outer.extend(b"h\x01h\x02\x85R0".repeat(60));
        outer.extend(b"N.");
        bytes = outer;
    }
    scan_input("x.pkl", &bytes, &ScanOptions::default());
    // Imports of one unlisted name; all are counted.
    let mut bytes = b"\x80\x04".to_vec();
    bytes.extend(b"chelper\nx\n0".repeat(400_000));
    bytes.extend(b"N.");
    let report = scan_input("x.pkl", &bytes, &ScanOptions::default());
    assert_eq!(report[0].verdict, Verdict::Unknown);
    assert_eq!(report[0].findings[0].evidence.count, Some(400_000));
    // Calls that are objected to for their arguments, each in other words.
    let mut bytes = b"\x80\x04ccollections\nOrderedDict\nq\x00".to_vec();
    for number in 0..150_000_u32 {
        bytes.extend(b"h\x00J");
        bytes.extend(number.to_le_bytes());
        bytes.extend(b"\x85R0");
    }
    bytes.extend(b".");
    let report = scan_input("x.pkl", &bytes, &ScanOptions::default());
    assert_eq!(report[0].verdict, Verdict::Unreadable);
    assert!(
        start.elapsed() < std::time::Duration::from_mins(1),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn pipe_does_not_block_and_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("model.bin");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    assert_eq!(scan(folder.path()).verdict, Verdict::Unreadable);
    assert_eq!(scan(&pipe).verdict, Verdict::Unreadable);
}

#[test]
fn file_without_permission_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.bin");
    fs::write(&file, "x").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    let report = scan(folder.path());
    // The superuser reads everything.
    if fs::File::open(&file).is_err() {
        assert_eq!(report.verdict, Verdict::Unreadable);
    }
    assert_eq!(report.artifacts[0].path, "model.bin");
}

#[test]
fn paths_are_relative_and_sorted_and_digests_are_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("b")).unwrap();
    fs::write(folder.path().join("b/vocab.txt"), "x\n").unwrap();
    fs::write(folder.path().join("a.json"), "{}").unwrap();
    let report = scan(folder.path());
    let paths: Vec<_> = report
        .artifacts
        .iter()
        .map(|artifact| artifact.path.as_str())
        .collect();
    assert_eq!(paths, ["a.json", "b/vocab.txt"]);
    assert!(
        report
            .artifacts
            .iter()
            .all(|artifact| artifact.sha256.is_some())
    );
    let triage = ScanOptions {
        digest: false,
        ..ScanOptions::default()
    };
    let report = scan_path(folder.path(), &triage).unwrap();
    assert!(
        report
            .artifacts
            .iter()
            .all(|artifact| artifact.sha256.is_none())
    );
}

#[test]
fn several_arguments_make_one_report() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("a.txt"), folder.path().join("b.pkl"));
    fs::write(&good, "x\n").unwrap();
    fs::write(&bad, gadget()).unwrap();
    let report = scan_paths(&[good, bad], &ScanOptions::default()).unwrap();
    assert_eq!(report.artifacts.len(), 2);
    assert_eq!(report.verdict, Verdict::Malicious);
}

#[test]
fn budget_that_ran_out_is_never_clean() {
    let bytes = (0..100)
        .fold(Pickle::new(2), |pickle, _| pickle.none().pop())
        .none()
        .stop();
    let options = ScanOptions {
        limits: Limits {
            opcodes: 10,
            ..Limits::default()
        },
        ..ScanOptions::default()
    };
    let report = scan_input("x.pkl", &bytes, &options);
    assert_eq!(report[0].verdict, Verdict::Unreadable);
}

#[test]
fn loads_in_loads_end_at_the_depth_budget() {
    let mut bytes = gadget();
    for _ in 0..40 {
        bytes = Pickle::new(4)
            .named("pickle", "loads")
            .bytes(&bytes)
            .tuple1()
            .reduce()
            .stop();
    }
    let report = scan_input("x.pkl", &bytes, &ScanOptions::default());
    assert!(report[0].verdict >= Verdict::Unreadable);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn truncated_attack_is_never_clean(cut in 1_usize..40) {
        let mut bytes = gadget();
        bytes.truncate(bytes.len().saturating_sub(cut).max(2));
        let report = scan_input("model.pkl", &bytes, &ScanOptions::default());
        prop_assert_ne!(report[0].verdict, Verdict::Clean);
    }

    #[test]
    fn adding_a_file_never_lowers_the_verdict(text in "[a-z{}\\[\\]\n(cR.]{0,40}", bad: bool) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), &text).unwrap();
        let before = scan(folder.path()).verdict;
        fs::write(folder.path().join("b.pkl"), if bad { gadget() } else { b"N.".to_vec() }).unwrap();
        let after = scan(folder.path()).verdict;
        prop_assert!(after >= before);
        prop_assert!(!bad || after == Verdict::Malicious);
    }

    #[test]
    fn no_bytes_panic_and_reports_repeat(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let once = scan_input("x.bin", &bytes, &ScanOptions::default());
        let twice = scan_input("x.bin", &bytes, &ScanOptions::default());
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn flipped_bits_of_a_checkpoint_never_panic(at in 0_usize..2000, bit in 0_u8..8) {
        let mut bytes = mith_testkit::torch::Checkpoint::new(gadget()).storage([1; 64]).build();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let reports = scan_input("x.pt", &bytes, &ScanOptions::default());
        prop_assert!(!reports.is_empty());
    }
}
