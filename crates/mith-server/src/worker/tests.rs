use mith_core::{
    ArtifactReport, Evidence, Finding, Location, RuleSetId, ScanReport, Severity, Verdict,
};

use super::{REASONS, message, reasons};

fn finding(rule: &str, severity: Severity, verdict: Verdict, call: Option<&str>) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity,
        verdict,
        message: format!("message of {rule}"),
        location: Location::default(),
        evidence: Evidence {
            call: call.map(str::to_owned),
            ..Evidence::default()
        },
        remedy: String::new(),
    }
}

fn report(files: Vec<(&str, Vec<Finding>)>) -> ScanReport {
    let artifacts = files
        .into_iter()
        .map(|(path, findings)| ArtifactReport {
            path: path.to_owned(),
            sha256: None,
            size: 1,
            formats: Vec::new(),
            verdict: findings
                .iter()
                .map(|finding| finding.verdict)
                .max()
                .unwrap_or(Verdict::Clean),
            findings,
            coverage: Vec::new(),
        })
        .collect();
    let rules = RuleSetId {
        version: "1".to_owned(),
        digest: "2".to_owned(),
    };
    ScanReport::new(artifacts, rules)
}

#[test]
fn the_gravest_finding_is_the_first_reason() {
    let report = report(vec![
        (
            "a.py",
            vec![finding("python", Severity::High, Verdict::Unknown, None)],
        ),
        (
            "b.bin",
            vec![
                finding("odd", Severity::Critical, Verdict::Unknown, None),
                finding(
                    "gadget",
                    Severity::Critical,
                    Verdict::Malicious,
                    Some("os.system('x')"),
                ),
            ],
        ),
    ]);
    let reasons = reasons(&report);
    let rules: Vec<&str> = reasons.iter().map(|reason| reason.rule.as_str()).collect();
    assert_eq!(rules, ["gadget", "odd", "python"]);
    assert_eq!(reasons[0].path.as_deref(), Some("b.bin"));
    assert_eq!(reasons[0].message, "message of gadget: os.system('x')");
}

#[test]
fn what_does_not_lower_a_verdict_is_no_reason() {
    let report = report(vec![(
        "a.txt",
        vec![finding("note", Severity::Info, Verdict::Clean, None)],
    )]);
    assert!(reasons(&report).is_empty());
}

#[test]
fn the_same_reason_stands_once_and_the_list_is_short() {
    let many = || finding("same", Severity::High, Verdict::Malicious, None);
    let mut findings = vec![many(), many(), many()];
    for number in 0..20 {
        findings.push(finding(
            &format!("r{number:02}"),
            Severity::Low,
            Verdict::Unknown,
            None,
        ));
    }
    let reasons = reasons(&report(vec![("a.bin", findings)]));
    assert_eq!(reasons.len(), REASONS);
    assert_eq!(
        reasons
            .iter()
            .filter(|reason| reason.rule == "same")
            .count(),
        1
    );
}

#[test]
fn a_call_is_shown_once_and_cut() {
    let mut one = finding(
        "r",
        Severity::High,
        Verdict::Malicious,
        Some("os.system('x')"),
    );
    one.message = "calls os.system('x') when it is loaded".to_owned();
    assert_eq!(message(&one), "calls os.system('x') when it is loaded");
    one.evidence.call = Some("f(".to_owned() + &"é".repeat(500));
    one.message = "calls f".to_owned();
    let text = message(&one);
    assert!(
        text.ends_with("...") && text.chars().count() < 200,
        "{text}"
    );
}
