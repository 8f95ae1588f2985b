//! How answers of a registry read.

use mith_core::{Digest, Outcome, Reason, Verdict};
use mith_server::wire::{DecisionDetail, FileDetail, ModelSummary};

use super::*;

fn denied() -> RevisionDetail {
    RevisionDetail {
        repo: "acme/sqad".parse().unwrap(),
        revision: "a".repeat(40).parse().unwrap(),
        parent: None,
        tree_digest: "b".repeat(64).parse().unwrap(),
        state: State::Denied,
        verdict: Some(Verdict::Malicious),
        message: String::new(),
        created_at: "2026-11-22T22:00:00Z".into(),
        files: vec![FileDetail {
            path: "pytorch_model.bin".parse().unwrap(),
            size: 1234,
            sha256: Digest::from_bytes([3; 32]),
            verdict: Some(Verdict::Malicious),
        }],
        decision: Some(DecisionDetail {
            outcome: Outcome::Deny,
            reasons: vec![Reason {
                rule: "pickle-known-gadget".into(),
                path: Some("pytorch_model.bin".into()),
                message: "calls `os.system('touch x')` when it is loaded".into(),
            }],
            by: "policy".into(),
            why: String::new(),
            at: "2026-11-22T22:00:01Z".into(),
        }),
        report: None,
    }
}

fn model(revision: &RevisionDetail, reason: &str) -> ModelSummary {
    ModelSummary {
        repo: revision.repo.clone(),
        revision: revision.revision.clone(),
        tree_digest: revision.tree_digest,
        state: revision.state,
        verdict: revision.verdict,
        created_at: revision.created_at.clone(),
        reason: Some(reason.into()),
    }
}

#[test]
fn denied_revision_names_every_reason_and_what_to_do() {
    insta::assert_snapshot!(revision(&denied(), "http://127.0.0.1:8080", Paint::PLAIN), @r"
    ✗ denied  acme/sqad@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      verdict   malicious
      tree      sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      files     1 (1.2 kB)
      added     2026-11-22T22:00:00Z
      decided   deny by policy at 2026-11-22T22:00:01Z
      reason    pytorch_model.bin: calls `os.system('touch x')` when it is loaded [pickle-known-gadget]
    Next: clients are refused and told why; `mith explain RULE` says how to fix what a rule found; page: http://127.0.0.1:8080/models/acme/sqad
    ");
}

#[test]
fn each_state_has_a_next_step_and_a_symbol() {
    for (of, word) in [
        (State::Admitted, "from_pretrained"),
        (State::Held, "mith registry approve acme/sqad"),
        (State::Scanning, "mith registry show acme/sqad"),
        (State::Denied, "clients are refused"),
        (State::Withdrawn, "clients fail"),
    ] {
        let text = revision(
            &RevisionDetail {
                state: of,
                ..denied()
            },
            "http://h",
            Paint::PLAIN,
        );
        assert!(
            text.contains(word) && text.contains("http://h/models/acme/sqad"),
            "{text}"
        );
        assert!(text.starts_with(['✓', '?', '…', '✗']), "{text}");
    }
}

#[test]
fn many_reasons_are_cut_and_counted() {
    let mut many = denied();
    if let Some(decision) = &mut many.decision {
        let reason = decision.reasons[0].clone();
        decision.reasons = vec![reason; 50];
    }
    let text = revision(&many, "http://h", Paint::PLAIN);
    assert!(text.contains("… and 30 more"), "{text}");
}

#[test]
fn list_is_a_table_that_nothing_in_it_breaks() {
    let denied = denied();
    let models = vec![model(&denied, "evil\u{1b}[2J\nreason")];
    insta::assert_snapshot!(list(&ModelList { models }, Paint::PLAIN, None), @r"
    state     model      revision      verdict    added                 reason
    ✗ denied  acme/sqad  aaaaaaaaaaaa  malicious  2026-11-22T22:00:00Z  evil\u{1b}[2J\nreason
    ");
}

#[test]
fn empty_list_says_how_to_begin() {
    let text = list(&ModelList { models: vec![] }, Paint::PLAIN, None);
    assert!(text.contains("mith registry add"), "{text}");
}

#[test]
fn history_says_what_clients_get() {
    let shown = denied();
    let older = RevisionDetail {
        revision: "c".repeat(40).parse().unwrap(),
        state: State::Admitted,
        ..denied()
    };
    let mut model = ModelDetail {
        repo: shown.repo.clone(),
        main: Some(older.revision.clone()),
        revisions: vec![shown.clone(), older],
    };
    insta::assert_snapshot!(history(&model, &shown, Paint::PLAIN), @r"
    Clients get cccccccccccc as `main`

    Other revisions
      ✓ admitted  cccccccccccc  2026-11-22T22:00:00Z
    ");
    model.main = None;
    assert!(history(&model, &shown, Paint::PLAIN).contains("no revision is admitted"));
}
