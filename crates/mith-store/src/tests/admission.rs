//! What becomes readable, by whose decision, and what never does.

use mith_core::{
    Decision, Evidence, Finding, Location, Outcome, Reason, ScanReport, Severity, Verdict,
};

use super::{Harness, artifact, repo, report, rules};
use crate::*;

const FILES: &[(&str, &[u8])] = &[("config.json", b"{}"), ("model.bin", b"\x80weights")];

async fn added(harness: &Harness) -> RevisionRecord {
    harness.add("acme/x", FILES).await.revision().clone()
}

/// Hands in a report with a decision of its own.
async fn complete(
    harness: &Harness,
    report: ScanReport,
    outcome: Outcome,
    promoted: Promoted,
) -> Result<RevisionRecord> {
    let job = harness.claim("worker").await.unwrap();
    let result = ScanResult {
        report,
        decision: Decision {
            outcome,
            reasons: vec![],
        },
        promoted,
    };
    harness.store().complete_scan(&job, result).await
}

#[tokio::test]
async fn each_verdict_leads_to_its_state() {
    for (verdict, state, outcome) in [
        (Verdict::Clean, RevisionState::Admitted, Outcome::Allow),
        (Verdict::Unknown, RevisionState::Held, Outcome::Hold),
        (Verdict::Unreadable, RevisionState::Denied, Outcome::Deny),
        (Verdict::Malicious, RevisionState::Denied, Outcome::Deny),
    ] {
        let harness = Harness::new().await;
        added(&harness).await;
        let record = harness.scan(verdict).await;
        assert_eq!((record.state, record.verdict), (state, Some(verdict)));
        let decision = record.decision.clone().unwrap();
        assert_eq!(
            (decision.outcome, decision.by.as_str()),
            (outcome, "policy")
        );
        assert!(!decision.reasons.is_empty());
        assert!(
            record
                .files
                .iter()
                .all(|file| file.verdict == Some(verdict))
        );
        let stored = harness.store().report(&record.repo, &record.revision).await;
        assert_eq!(stored.unwrap(), Some(report(&record, verdict)));
    }
}

#[tokio::test]
async fn a_bad_verdict_is_never_admitted_whatever_the_decision_says() {
    for verdict in [Verdict::Unreadable, Verdict::Malicious] {
        let harness = Harness::new().await;
        let record = added(&harness).await;
        let promoted = harness.promote(&record).await;
        let refused = complete(&harness, report(&record, verdict), Outcome::Allow, promoted).await;
        assert!(
            matches!(refused, Err(StoreError::VerdictForbids { verdict: v, .. }) if v == verdict)
        );
        assert_eq!(
            harness.main_word("acme/x").await,
            "never admitted, scanning"
        );
    }
}

#[tokio::test]
async fn a_report_that_belittles_its_own_findings_admits_nothing() {
    let harness = Harness::new().await;
    let record = added(&harness).await;
    let promoted = harness.promote(&record).await;
    let mut lying = report(&record, Verdict::Clean);
    lying.artifacts[1].findings.push(Finding {
        rule: "pickle-known-gadget".to_owned(),
        severity: Severity::Critical,
        verdict: Verdict::Malicious,
        message: "it calls os.system".to_owned(),
        location: Location::default(),
        evidence: Evidence::default(),
        remedy: "do not load it".to_owned(),
    });
    assert_eq!(lying.verdict, Verdict::Clean);
    let refused = complete(&harness, lying, Outcome::Allow, promoted).await;
    assert!(matches!(
        refused,
        Err(StoreError::VerdictForbids {
            verdict: Verdict::Malicious,
            ..
        })
    ));
    assert_eq!(
        harness.main_word("acme/x").await,
        "never admitted, scanning"
    );
}

#[tokio::test]
async fn a_report_must_cover_every_file_with_its_own_bytes() {
    for outcome in [Outcome::Allow, Outcome::Hold] {
        let harness = Harness::new().await;
        let record = added(&harness).await;
        let promoted = harness.promote(&record).await;
        let whole = report(&record, Verdict::Clean);
        let spoil: [fn(&mut ScanReport); 4] = [
            |report| drop(report.artifacts.pop()),
            |report| report.artifacts[1].sha256 = None,
            |report| report.artifacts[1].sha256 = report.artifacts[0].sha256,
            |report| report.artifacts[1].size += 1,
        ];
        let job = harness.claim("worker").await.unwrap();
        for spoil in spoil {
            let mut result = ScanResult {
                report: whole.clone(),
                decision: Decision {
                    outcome,
                    reasons: vec![],
                },
                promoted: promoted.clone(),
            };
            spoil(&mut result.report);
            let refused = harness.store().complete_scan(&job, result).await;
            assert!(
                matches!(&refused, Err(StoreError::NotCovered { path, .. }) if path.as_str() == "model.bin"),
                "{refused:?}"
            );
        }
        assert_eq!(
            harness.main_word("acme/x").await,
            "never admitted, scanning"
        );
        harness.finish(&job, Verdict::Clean).await.unwrap();
    }
}

#[tokio::test]
async fn a_denial_needs_no_complete_report() {
    let harness = Harness::new().await;
    let record = added(&harness).await;
    let mut partial = report(&record, Verdict::Malicious);
    partial.artifacts.pop();
    let denied = complete(&harness, partial, Outcome::Deny, Promoted::none())
        .await
        .unwrap();
    assert_eq!(denied.state, RevisionState::Denied);
    assert_eq!(denied.files[1].verdict, None);
}

#[tokio::test]
async fn bytes_are_promoted_before_the_admission() {
    let harness = Harness::new().await;
    let record = added(&harness).await;
    let some = promote(harness.blobs(), &[record.files[0].sha256])
        .await
        .unwrap();
    let job = harness.claim("worker").await.unwrap();
    for promoted in [Promoted::none(), some] {
        let result = ScanResult {
            promoted,
            ..harness.result(&record, Verdict::Clean).await
        };
        let refused = harness.store().complete_scan(&job, result).await;
        assert!(matches!(refused, Err(StoreError::NotPromoted { .. })));
    }
    assert_eq!(
        harness.main_word("acme/x").await,
        "never admitted, scanning"
    );
}

#[tokio::test]
async fn a_member_speaks_for_its_file() {
    let harness = Harness::new().await;
    let files: &[(&str, &[u8])] = &[("a!b", b"1"), ("model.bin", b"2"), ("x", b"3")];
    let record = harness.add("acme/x", files).await.revision().clone();
    let mut report = report(&record, Verdict::Clean);
    report.artifacts.extend([
        artifact("model.bin!data.pkl", None, 1, Verdict::Malicious),
        artifact("a!b!c!d", None, 1, Verdict::Unknown),
        artifact("nobody!c", None, 1, Verdict::Unreadable),
    ]);
    report.verdict = Verdict::Malicious;
    let denied = complete(&harness, report, Outcome::Deny, Promoted::none())
        .await
        .unwrap();
    let verdicts: Vec<_> = denied
        .files
        .iter()
        .map(|file| file.verdict.unwrap())
        .collect();
    assert_eq!(
        verdicts,
        [Verdict::Unknown, Verdict::Malicious, Verdict::Clean]
    );
}

#[tokio::test]
async fn a_person_approves_what_is_held() {
    let harness = Harness::new().await;
    added(&harness).await;
    let held = harness.scan(Verdict::Unknown).await;
    let reviewer = Actor::token("reviewer");
    let store = harness.store();
    let early = store
        .approve(
            &held.repo,
            &held.revision,
            &reviewer,
            "fine",
            Promoted::none(),
        )
        .await;
    assert!(matches!(early, Err(StoreError::NotPromoted { .. })));
    let promoted = harness.promote(&held).await;
    let approved = store
        .approve(&held.repo, &held.revision, &reviewer, "fine", promoted)
        .await
        .unwrap();
    assert_eq!(approved.state, RevisionState::Admitted);
    let decision = approved.decision.unwrap();
    assert_eq!(decision.outcome, Outcome::Allow);
    assert_eq!(decision.by, "token:reviewer");
    assert_eq!(decision.why.as_deref(), Some("fine"));
    let rules: Vec<_> = decision
        .reasons
        .iter()
        .map(|reason| reason.rule.as_str())
        .collect();
    assert_eq!(rules, ["approved-by-a-person"]);
    assert_eq!(decision.reasons[0].message, "fine");
    assert_eq!(harness.main_word("acme/x").await, "admitted, 2 files");
    let history = store.decisions(&held.repo, &held.revision).await.unwrap();
    let outcomes: Vec<_> = history.iter().map(|decision| decision.outcome).collect();
    assert_eq!(outcomes, [Outcome::Allow, Outcome::Hold]);
}

#[tokio::test]
async fn a_denial_keeps_why_it_was_held_and_a_withdrawal_not_why_it_was_admitted() {
    for (state, expected) in [
        (
            RevisionState::Held,
            &["denied-by-a-person", "verdict-unknown"][..],
        ),
        (RevisionState::Admitted, &["withdrawn-by-a-person"][..]),
    ] {
        let harness = Harness::new().await;
        let record = in_state(&harness, state).await;
        let store = harness.store();
        let actor = Actor::token("t");
        let after = store
            .deny(&record.repo, &record.revision, &actor, "")
            .await
            .unwrap();
        let decision = after.decision.unwrap();
        let rules: Vec<_> = decision
            .reasons
            .iter()
            .map(|reason| reason.rule.as_str())
            .collect();
        assert_eq!(rules, expected);
        assert!(
            decision
                .reasons
                .iter()
                .all(|reason| !reason.message.is_empty())
        );
        assert_eq!(decision.outcome, Outcome::Deny);
    }
}

#[tokio::test]
async fn a_malicious_revision_cannot_be_approved_even_when_it_is_held() {
    let harness = Harness::new().await;
    let record = added(&harness).await;
    let held = complete(
        &harness,
        report(&record, Verdict::Malicious),
        Outcome::Hold,
        Promoted::none(),
    )
    .await
    .unwrap();
    assert_eq!(held.state, RevisionState::Held);
    let promoted = harness.promote(&held).await;
    let refused = harness
        .store()
        .approve(
            &held.repo,
            &held.revision,
            &Actor::token("t"),
            "please",
            promoted,
        )
        .await;
    assert!(matches!(refused, Err(StoreError::VerdictForbids { .. })));
    assert_eq!(harness.main_word("acme/x").await, "never admitted, held");
}

/// Brings a model into a state.
async fn in_state(harness: &Harness, state: RevisionState) -> RevisionRecord {
    let record = added(harness).await;
    let actor = Actor::token("t");
    match state {
        RevisionState::Scanning => record,
        RevisionState::Held => harness.scan(Verdict::Unknown).await,
        RevisionState::Admitted => harness.scan(Verdict::Clean).await,
        RevisionState::Denied => harness.scan(Verdict::Malicious).await,
        RevisionState::Withdrawn => {
            let record = harness.scan(Verdict::Clean).await;
            let store = harness.store();
            let withdrawn = store
                .withdraw(&record.repo, &record.revision, &actor, "bad")
                .await;
            withdrawn.unwrap()
        }
    }
}

#[tokio::test]
async fn each_state_allows_exactly_its_changes() {
    use RevisionState::{Admitted, Denied, Held, Scanning, Withdrawn};
    let allowed = [
        ("approved", Held, Admitted),
        ("denied", Held, Denied),
        ("denied", Admitted, Withdrawn),
        ("withdrawn", Admitted, Withdrawn),
    ];
    assert_eq!(
        RevisionState::ALL,
        [Scanning, Held, Admitted, Denied, Withdrawn]
    );
    for from in RevisionState::ALL {
        for change in ["approved", "denied", "withdrawn"] {
            let harness = Harness::new().await;
            let record = in_state(&harness, from).await;
            let promoted = harness.promote(&record).await;
            let (repo, revision) = (&record.repo, &record.revision);
            let (store, actor) = (harness.store(), Actor::token("t"));
            let changed = match change {
                "approved" => store.approve(repo, revision, &actor, "why", promoted).await,
                "denied" => store.deny(repo, revision, &actor, "why").await,
                _ => store.withdraw(repo, revision, &actor, "why").await,
            };
            let to = allowed
                .iter()
                .find(|(name, state, _)| *name == change && *state == from)
                .map(|(_, _, to)| *to);
            match (changed, to) {
                (Ok(after), Some(to)) => assert_eq!(after.state, to),
                (
                    Err(StoreError::WrongState {
                        state,
                        change: asked,
                        ..
                    }),
                    None,
                ) => {
                    assert_eq!((state, asked), (from, change));
                    assert_eq!(store.revision(repo, revision).await.unwrap(), record);
                }
                (changed, _) => panic!("{from} to be {change}: {changed:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_change_of_what_does_not_exist_says_so() {
    let harness = Harness::new().await;
    let record = added(&harness).await;
    let actor = Actor::token("t");
    let store = harness.store();
    let nobody = store
        .deny(&repo("acme/y"), &record.revision, &actor, "")
        .await;
    assert!(matches!(nobody, Err(StoreError::UnknownModel { .. })));
    let other = "0".repeat(40).parse().unwrap();
    let nothing = store.withdraw(&record.repo, &other, &actor, "").await;
    assert!(matches!(nothing, Err(StoreError::UnknownRevision { .. })));
}

#[tokio::test]
async fn a_withdrawn_tree_does_not_come_back_by_itself() {
    let harness = Harness::new().await;
    let first = in_state(&harness, RevisionState::Withdrawn).await;
    let same = harness.add("acme/x", FILES).await;
    assert!(matches!(&same, Committed::Same(record) if record.state == RevisionState::Withdrawn));

    // By the way of another revision, and under another name.
    harness.add("acme/x", &[("a", b"other")]).await;
    harness.scan(Verdict::Clean).await;
    for name in ["acme/x", "acme/copy"] {
        let again = harness.add(name, FILES).await.revision().clone();
        assert_ne!(again.revision, first.revision);
        let held = harness.scan(Verdict::Clean).await;
        assert_eq!(
            (held.state, held.revision),
            (RevisionState::Held, again.revision)
        );
        let decision = held.decision.unwrap();
        assert_eq!(decision.outcome, Outcome::Hold);
        assert_eq!(decision.reasons[0].rule, "refused-before");
    }
    assert_eq!(harness.main_word("acme/x").await, "admitted, 1 files");
    assert_eq!(harness.main_word("acme/copy").await, "never admitted, held");
}

#[tokio::test]
async fn reasons_of_the_policy_are_kept_as_given() {
    let harness = Harness::new().await;
    let record = added(&harness).await;
    let reason = Reason {
        rule: "pickle-known-gadget".to_owned(),
        path: Some("model.bin".to_owned()),
        message: "model.bin calls os.system('…') when it is loaded".to_owned(),
    };
    let job = harness.claim("worker").await.unwrap();
    let result = ScanResult {
        report: report(&record, Verdict::Malicious),
        decision: Decision {
            outcome: Outcome::Deny,
            reasons: vec![reason.clone()],
        },
        promoted: Promoted::none(),
    };
    harness.store().complete_scan(&job, result).await.unwrap();
    let Resolution::NeverAdmitted(refusal) = &*harness.main("acme/x").await else {
        panic!("denied");
    };
    assert_eq!(refusal.reasons, [reason]);
    assert_eq!(refusal.verdict, Some(Verdict::Malicious));
    assert_eq!(
        (refusal.by.as_deref(), &refusal.why),
        (Some("policy"), &None)
    );
}

#[test]
fn nothing_scanned_is_unreadable() {
    let empty = ScanReport {
        verdict: Verdict::Clean,
        ..ScanReport::new(vec![], rules("r"))
    };
    assert_eq!(crate::admission::worst_verdict(&empty), Verdict::Unreadable);
}
