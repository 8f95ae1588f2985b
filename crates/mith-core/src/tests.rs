//! Behaviour of the words: what is accepted, what is refused, what never changes.

use crate::*;

fn entry(path: &str, bytes: &[u8]) -> TreeEntry {
    TreeEntry {
        path: path.parse().unwrap(),
        sha256: Digest::of(bytes),
        size: bytes.len() as u64,
    }
}

#[test]
fn tree_digest_does_not_depend_on_order_but_on_names() {
    let one = [entry("a", b"1"), entry("b", b"2")];
    let two = [entry("b", b"2"), entry("a", b"1")];
    let renamed = [entry("a", b"1"), entry("c", b"2")];
    assert_eq!(tree_digest(&one), tree_digest(&two));
    assert_ne!(tree_digest(&one), tree_digest(&renamed));
}

#[test]
fn tree_digest_is_stable_across_versions() {
    let digest = tree_digest(&[entry("config.json", b"{}")]);
    assert_eq!(
        digest.to_string(),
        tree_digest(&[entry("config.json", b"{}")]).to_string()
    );
    let parsed: TreeDigest = digest.to_string().parse().unwrap();
    assert_eq!(parsed, digest);
}

#[test]
fn refuses_hostile_paths() {
    for text in [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a\\b",
        "a\0b",
        "a\nb",
        ".",
        "a/./b",
        ".git/config",
        "x/",
    ] {
        assert!(text.parse::<ModelPath>().is_err(), "{text:?} was accepted");
    }
    for text in ["config.json", "1_Pooling/config.json", "..data", "ü.txt"] {
        assert!(text.parse::<ModelPath>().is_ok(), "{text:?} was refused");
    }
}

#[test]
fn refuses_hostile_model_names() {
    for text in [
        "",
        "a/b/c",
        "api/x",
        "../x",
        "a..b/c",
        "a--b/c",
        "org/name.git",
        "-a/b",
        "a/b.",
        "ö/x",
        "a b/c",
        "datasets",
    ] {
        assert!(text.parse::<RepoId>().is_err(), "{text:?} was accepted");
    }
    for text in [
        "gpt2",
        "sentence-transformers/all-MiniLM-L6-v2",
        "TheBloke/x_y.z",
    ] {
        assert!(text.parse::<RepoId>().is_ok(), "{text:?} was refused");
    }
}

#[test]
fn refuses_what_is_no_digest_or_revision() {
    assert!("ab".parse::<Digest>().is_err());
    assert!("A".repeat(64).parse::<Digest>().is_err());
    assert!("é".repeat(32).parse::<Digest>().is_err());
    assert!("main".parse::<Revision>().is_err());
    assert!("a".repeat(40).parse::<Revision>().is_ok());
}

#[test]
fn worst_verdict_decides_and_nothing_scanned_is_not_clean() {
    let rules = RuleSetId {
        version: "0".into(),
        digest: "0".into(),
    };
    assert_eq!(ScanReport::new(vec![], rules).verdict, Verdict::Unreadable);
    assert!(Verdict::Malicious > Verdict::Unreadable);
    assert!(Verdict::Unreadable > Verdict::Unknown);
    assert!(Verdict::Unknown > Verdict::Clean);
}

#[test]
fn threshold_lets_lesser_verdicts_pass() {
    assert_eq!(
        ExitCode::from_verdict(Verdict::Unknown, FailOn::Unknown),
        ExitCode::Unknown
    );
    assert_eq!(
        ExitCode::from_verdict(Verdict::Unknown, FailOn::Malicious),
        ExitCode::Clean
    );
    assert_eq!(
        ExitCode::from_verdict(Verdict::Unreadable, FailOn::Unreadable),
        ExitCode::Unreadable
    );
    assert_eq!(
        ExitCode::from_verdict(Verdict::Malicious, FailOn::Malicious),
        ExitCode::Malicious
    );
}

#[test]
fn default_policy_never_allows_a_doubt() {
    assert_eq!(
        Decision::from_verdict(Verdict::Clean, vec![]).outcome,
        Outcome::Allow
    );
    assert_eq!(
        Decision::from_verdict(Verdict::Unknown, vec![]).outcome,
        Outcome::Hold
    );
    assert_eq!(
        Decision::from_verdict(Verdict::Unreadable, vec![]).outcome,
        Outcome::Deny
    );
    assert_eq!(
        Decision::from_verdict(Verdict::Malicious, vec![]).outcome,
        Outcome::Deny
    );
}
