//! `mith scan`: verdicts, exit codes, formats, and what can go wrong with paths.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use crate::fixtures;
use crate::support::{Said, command, mith};

/// A folder with one file for each verdict.
fn samples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("clean.json", b"{\"a\": 1}\n");
    write("unknown.py", &fixtures::python_source());
    write(
        "unreadable.safetensors",
        &fixtures::unreadable_safetensors(),
    );
    write("malicious.bin", &fixtures::malicious_pickle());
    folder
}

fn scan(folder: &Path, words: &str) -> Said {
    let arguments: Vec<&str> = std::iter::once("scan")
        .chain(words.split_whitespace())
        .collect();
    mith(folder, &arguments)
}

#[test]
fn each_verdict_has_its_exit_code() {
    let folder = samples();
    for (file, verdict, code) in [
        ("clean.json", "clean", 0),
        ("unknown.py", "unknown", 3),
        ("unreadable.safetensors", "unreadable", 4),
        ("malicious.bin", "malicious", 1),
    ] {
        let said = scan(folder.path(), &format!("{file} --format json"));
        assert_eq!(said.json()["verdict"], verdict, "{said}");
        assert_eq!(said.code, code, "{said}");
    }
}

#[test]
fn checkpoints_are_judged_by_what_is_in_them() {
    let folder = samples();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("clean.pt", &fixtures::clean_checkpoint());
    write("malicious.pt", &fixtures::malicious_checkpoint());
    assert_eq!(scan(folder.path(), "clean.pt").code, 0);
    let said = scan(folder.path(), "malicious.pt");
    assert_eq!(said.code, 1, "{said}");
    assert!(
        said.stdout.contains("archive/data.pkl") && said.stdout.contains("touch marker"),
        "{said}"
    );
    assert!(
        said.stdout
            .ends_with("`mith explain malicious.pt` shows what it would do\n"),
        "{said}"
    );
}

#[test]
fn worst_verdict_decides_whatever_the_order() {
    let folder = samples();
    assert_eq!(scan(folder.path(), ".").code, 1);
    assert_eq!(
        scan(
            folder.path(),
            "clean.json unreadable.safetensors unknown.py"
        )
        .code,
        4
    );
    assert_eq!(scan(folder.path(), "unknown.py clean.json").code, 3);
}

#[test]
fn threshold_prints_lesser_verdicts_and_lets_them_pass() {
    let folder = samples();
    for (words, code) in [
        ("unknown.py --fail-on unknown", 3),
        ("unknown.py --fail-on unreadable", 0),
        ("unreadable.safetensors --fail-on unreadable", 4),
        ("unreadable.safetensors --fail-on malicious", 0),
        ("malicious.bin --fail-on malicious", 1),
    ] {
        let said = scan(folder.path(), words);
        assert_eq!(said.code, code, "{words}: {said}");
        assert!(!said.stdout.is_empty(), "{words}: {said}");
    }
}

#[test]
fn json_is_one_object_with_the_keys_of_the_contract() {
    let folder = samples();
    let said = scan(folder.path(), ". --format json");
    let value = said.json();
    assert_eq!(value["schema"], "mith.scan/1");
    let artifacts = value["artifacts"].as_array().unwrap();
    let paths: Vec<&str> = artifacts
        .iter()
        .map(|artifact| artifact["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        [
            "clean.json",
            "malicious.bin",
            "unknown.py",
            "unreadable.safetensors"
        ]
    );
    for artifact in artifacts {
        assert_eq!(artifact["sha256"].as_str().unwrap().len(), 64, "{said}");
        assert!(
            artifact["size"].is_u64()
                && artifact["formats"].is_array()
                && artifact["findings"].is_array()
        );
    }
    let finding = &artifacts[1]["findings"][0];
    for key in ["rule", "severity", "message", "location", "evidence"] {
        assert!(!finding[key].is_null(), "{key}: {said}");
    }
    assert!(
        value["rules"]["version"].is_string() && value["rules"]["digest"].is_string(),
        "{said}"
    );
    assert!(said.stderr.is_empty(), "{said}");
}

#[test]
fn triage_has_null_digests() {
    let folder = samples();
    let value = scan(folder.path(), "malicious.bin --no-digest --format json").json();
    assert!(value["artifacts"][0]["sha256"].is_null());
    assert_eq!(value["verdict"], "malicious");
}

#[test]
fn human_report_names_file_call_and_what_to_do() {
    let folder = samples();
    let said = scan(folder.path(), ".");
    for part in [
        "✗ malicious",
        "malicious.bin",
        "system",
        "touch marker",
        "Next: do not load",
    ] {
        assert!(said.stdout.contains(part), "{part} is missing: {said}");
    }
    assert!(
        said.stdout
            .trim_end()
            .lines()
            .last()
            .unwrap()
            .starts_with("Next: "),
        "{said}"
    );
}

#[test]
fn quiet_says_nothing_of_what_is_clean() {
    let folder = samples();
    let said = scan(folder.path(), "clean.json -q");
    assert_eq!(
        (said.code, said.stdout.as_str(), said.stderr.as_str()),
        (0, "", "")
    );
    let said = scan(folder.path(), ". -q");
    assert!(
        said.stdout.contains("malicious.bin") && !said.stdout.contains("clean.json"),
        "{said}"
    );
}

#[test]
fn sarif_has_a_rule_for_every_result() {
    let folder = samples();
    let said = scan(folder.path(), ". --format sarif");
    assert_eq!(said.code, 1, "{said}");
    let value = said.json();
    assert_eq!(value["version"], "2.1.0");
    let rules = value["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    let results = value["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty(), "{said}");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"], "{said}");
        assert!(rules[index]["help"]["text"].is_string(), "{said}");
        assert!(
            result["partialFingerprints"]["mith/v1"].is_string(),
            "{said}"
        );
        assert!(
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].is_string(),
            "{said}"
        );
    }
}

#[test]
fn markdown_is_a_table() {
    let folder = samples();
    let said = scan(folder.path(), ". --format markdown");
    assert!(
        said.stdout.contains("| ✗ malicious | `malicious.bin` |"),
        "{said}"
    );
}

#[test]
fn missing_path_is_a_clear_error_and_nothing_is_scanned() {
    let folder = samples();
    let said = scan(folder.path(), "malicious.bin missing.bin --format json");
    assert_eq!((said.code, said.stdout.as_str()), (4, ""), "{said}");
    assert!(
        said.stderr.contains("error: ") && said.stderr.contains("`missing.bin`"),
        "{said}"
    );
    assert!(said.stderr.contains("hint: "), "{said}");
}

#[test]
fn empty_selection_promises_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    for words in ["empty", "empty --fail-on malicious"] {
        let said = scan(folder.path(), words);
        assert_eq!(said.code, 4, "{said}");
        assert!(said.stderr.contains("no file to scan in `empty`"), "{said}");
    }
}

#[test]
fn file_that_may_not_be_read_is_not_clean() {
    let folder = samples();
    let path = folder.path().join("clean.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        println!("skipped: this user reads files without permission");
        return;
    }
    let said = scan(folder.path(), "clean.json");
    assert_eq!(said.code, 4, "{said}");
    let all = format!("{}{}", said.stdout, said.stderr);
    assert!(
        all.contains("clean.json") && all.contains("ermission"),
        "{said}"
    );
}

#[test]
fn reader_that_goes_away_is_no_failure() {
    let folder = samples();
    for format in ["human", "json", "sarif", "markdown"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(folder.path())
            .args(["scan", "clean.json", "--format", format])
            .stdout(Stdio::from(writer))
            .output()
            .unwrap();
        let said = Said::of(output);
        assert_eq!(
            (said.code, said.stderr.as_str()),
            (0, ""),
            "{format}: {said}"
        );
    }
}

#[test]
fn full_output_device_is_a_failure() {
    let folder = samples();
    let Ok(full) = fs::File::options().write(true).open("/dev/full") else {
        println!("skipped: this system has no /dev/full");
        return;
    };
    let output = command(folder.path())
        .args(["scan", "clean.json"])
        .stdout(full)
        .output()
        .unwrap();
    let said = Said::of(output);
    assert_eq!(said.code, 4, "{said}");
    assert!(said.stderr.contains("write to stdout"), "{said}");
}

#[test]
fn report_is_the_same_with_any_number_of_threads() {
    let folder = samples();
    let one = scan(folder.path(), ". --format json --jobs 1").stdout;
    let many = scan(folder.path(), ". --format json --jobs 4").stdout;
    assert_eq!(one, many);
    assert_eq!(one, scan(folder.path(), ". --format json").stdout);
}
