//! The labelled corpus beside the workspace: no attack is clean, no benign file is malicious. Samples are read, never loaded.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests may fail as tests do, and a skip is printed"
)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use mith_core::Verdict;
use mith_scan::{ScanOptions, scan_path};
use serde::Deserialize;

#[derive(Deserialize)]
struct Label {
    scan: String,
    category: String,
    expected: String,
    verified: Option<bool>,
}

/// Longest time for one sample in a build that is not optimised.
const LONGEST: Duration = Duration::from_secs(30);

fn corpus() -> Option<(PathBuf, Vec<Label>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/scan");
    match std::fs::read(folder.join("labels.json")) {
        Ok(text) => Some((folder, serde_json::from_slice(&text).unwrap())),
        Err(error) => {
            println!("skipped: the corpus is not beside the workspace ({error})");
            None
        }
    }
}

fn verdict(folder: &std::path::Path, label: &Label) -> Verdict {
    scan_path(&folder.join(&label.scan), &ScanOptions::default())
        .unwrap()
        .verdict
}

#[test]
fn no_attack_is_clean_and_what_is_known_is_malicious() {
    let Some((folder, labels)) = corpus() else {
        return;
    };
    let mut only_unknown = Vec::new();
    for label in labels
        .iter()
        .filter(|label| matches!(label.expected.as_str(), "malicious" | "suspicious"))
    {
        let found = verdict(&folder, label);
        assert_ne!(found, Verdict::Clean, "{} is clean", label.scan);
        if label.verified == Some(true) && found != Verdict::Malicious {
            only_unknown.push(format!("{} {}: {found}", label.category, label.scan));
        }
    }
    only_unknown.sort();
    // Formats that are not judged yet; every verified pickle, torch, numpy and joblib sample is malicious.
    insta::assert_snapshot!(only_unknown.join("\n"));
}

#[test]
fn no_benign_file_is_malicious_or_unreadable() {
    let Some((folder, labels)) = corpus() else {
        return;
    };
    let mut not_clean = Vec::new();
    for label in labels.iter().filter(|label| label.expected == "benign") {
        let found = verdict(&folder, label);
        assert!(found <= Verdict::Unknown, "{} is {found}", label.scan);
        if found != Verdict::Clean {
            not_clean.push(format!("{}: {found}", label.scan));
        }
    }
    not_clean.sort();
    insta::assert_snapshot!(not_clean.join("\n"));
}

#[test]
fn samples_that_try_to_exhaust_stay_in_budget() {
    let Some((folder, labels)) = corpus() else {
        return;
    };
    for label in labels.iter().filter(|label| label.expected == "dos") {
        let start = Instant::now();
        let found = verdict(&folder, label);
        assert!(
            start.elapsed() < LONGEST,
            "{} took {:?}",
            label.scan,
            start.elapsed()
        );
        // Lists in lists are all read and hold nothing; the others run out of a budget.
        let may_be_clean = label.scan.ends_with("q_deep_nest.pkl");
        assert!(
            may_be_clean || found != Verdict::Clean,
            "{} is clean",
            label.scan
        );
    }
}

#[test]
fn same_bytes_give_the_same_report() {
    let Some((folder, _)) = corpus() else {
        return;
    };
    let once = scan_path(&folder.join("malicious"), &ScanOptions::default()).unwrap();
    let twice = scan_path(&folder.join("malicious"), &ScanOptions::default()).unwrap();
    assert_eq!(
        serde_json::to_string(&once).unwrap(),
        serde_json::to_string(&twice).unwrap()
    );
}
