//! Every rule finds its bad examples and leaves its good ones alone; the examples are what the builders make.
//!
//! `MITH_UPDATE_FIXTURES=1 cargo test -p mith-scan --test rules` writes the examples and the expected findings anew.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may fail as tests do, and a skip is printed"
)]

mod fixtures;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

use fixtures::{Content, Fixture};
use mith_core::ScanReport;
use mith_scan::{ScanOptions, rules, scan_path};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn updates() -> bool {
    std::env::var_os("MITH_UPDATE_FIXTURES").is_some()
}

/// Writes the examples anew, once, when that is asked for.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for fixture in fixtures::all().iter().filter(|_| updates()) {
            write(fixture, &testdata().join(&fixture.path));
        }
    });
}

fn scan(path: &Path) -> ScanReport {
    scan_path(path, &ScanOptions::default()).unwrap()
}

fn has(report: &ScanReport, rule: &str) -> bool {
    report
        .artifacts
        .iter()
        .flat_map(|artifact| &artifact.findings)
        .any(|finding| finding.rule == rule)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

fn write(fixture: &Fixture, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match &fixture.content {
        Content::Bytes(bytes) => fs::write(path, bytes).unwrap(),
        Content::Link(target) => {
            let _ = fs::remove_file(path);
            std::os::unix::fs::symlink(target, path).unwrap();
        }
    }
}

#[test]
fn examples_are_what_the_builders_make() {
    prepare();
    for fixture in fixtures::all() {
        let path = testdata().join(&fixture.path);
        match &fixture.content {
            Content::Bytes(bytes) => {
                let stored =
                    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                assert!(
                    stored == *bytes,
                    "{} is not what its builder makes",
                    path.display()
                );
            }
            Content::Link(target) => assert_eq!(fs::read_link(&path).unwrap(), Path::new(target)),
        }
    }
}

#[test]
fn bad_examples_are_found_and_good_ones_are_not() {
    prepare();
    for rule in rules() {
        let folder = testdata().join(rule.id);
        for path in entries(&folder.join("bad")) {
            let report = scan(&path);
            assert!(
                has(&report, rule.id),
                "{} is not found: {report:#?}",
                path.display()
            );
            assert!(report.verdict >= rule.verdict, "{}", path.display());
        }
        for path in entries(&folder.join("good")) {
            let report = scan(&path);
            assert!(
                !has(&report, rule.id),
                "{} is found: {report:#?}",
                path.display()
            );
        }
    }
}

#[test]
fn findings_say_what_they_said() {
    prepare();
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for rule in rules() {
        let text = texts.entry(rule.id).or_default();
        let folder = testdata().join(rule.id);
        for path in ["bad", "good"]
            .iter()
            .flat_map(|kind| entries(&folder.join(kind)))
        {
            let name = path.strip_prefix(&folder).unwrap().display();
            let report = scan(&path);
            writeln!(text, "{name}: {}", report.verdict).unwrap();
            for artifact in &report.artifacts {
                writeln!(
                    text,
                    "  {} [{}] {}",
                    artifact.path,
                    artifact.formats.join(", "),
                    artifact.verdict
                )
                .unwrap();
                for finding in &artifact.findings {
                    let at = finding
                        .location
                        .offset
                        .map_or_else(String::new, |offset| format!(" at {offset}"));
                    let member = finding
                        .location
                        .member
                        .as_deref()
                        .map_or_else(String::new, |member| format!(" in {member}"));
                    writeln!(
                        text,
                        "    {} {}{at}{member}: {}",
                        finding.severity, finding.rule, finding.message
                    )
                    .unwrap();
                }
            }
        }
    }
    for (rule, text) in texts {
        let path = testdata().join(rule).join("expected.snap");
        if updates() {
            fs::write(&path, &text).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(text, expected, "findings of `{rule}` changed");
    }
}
