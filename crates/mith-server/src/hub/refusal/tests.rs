use jiff::Timestamp;
use mith_core::{Reason, Verdict};
use mith_store::{Refusal, RevisionState};

use super::{SENTENCE, answer, ascii, no_token, plain, sentence};
use crate::hub::target::RevisionName;

const PAGE: &str = "http://127.0.0.1:8080/models/acme/x";

fn refusal(state: RevisionState, verdict: Option<Verdict>, reasons: &[(&str, &str)]) -> Refusal {
    Refusal {
        repo: "acme/x".parse().unwrap(),
        revision: "0123456789abcdef0123456789abcdef01234567".parse().unwrap(),
        state,
        verdict,
        reasons: reasons
            .iter()
            .map(|(rule, message)| Reason {
                rule: (*rule).to_owned(),
                path: Some("pytorch_model.bin".to_owned()),
                message: (*message).to_owned(),
            })
            .collect(),
        why: None,
        by: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn a_denial_names_the_verdict_the_file_the_call_and_the_rule() {
    let refusal = refusal(
        RevisionState::Denied,
        Some(Verdict::Malicious),
        &[
            (
                "pickle-known-gadget",
                "calls os.system('touch x') when it is loaded",
            ),
            ("pickle-trailing-data", "holds data behind its end"),
        ],
    );
    assert_eq!(
        sentence(&refusal, PAGE),
        "Mithridate, your internal model registry, refused acme/x: malicious: pytorch_model.bin calls os.system('touch x') \
         when it is loaded [pickle-known-gadget] (and 1 more). Details and review: http://127.0.0.1:8080/models/acme/x"
    );
}

#[test]
fn each_state_has_its_own_sentence() {
    let said = |state, verdict| sentence(&refusal(state, verdict, &[]), PAGE);
    assert!(said(RevisionState::Scanning, None).contains("is still scanning acme/x"));
    assert!(
        said(RevisionState::Held, Some(Verdict::Unknown))
            .contains("holds acme/x for a review: unknown")
    );
    assert!(
        said(RevisionState::Denied, Some(Verdict::Unreadable))
            .contains("refused acme/x: unreadable")
    );
    assert!(
        said(RevisionState::Withdrawn, Some(Verdict::Clean))
            .contains("withdrew acme/x (revision 0123456789ab)")
    );
}

#[test]
fn a_person_is_quoted() {
    let mut refusal = refusal(RevisionState::Withdrawn, Some(Verdict::Clean), &[]);
    refusal.why = Some("trained on stolen data".to_owned());
    refusal.by = Some("token:ada".to_owned());
    let said = sentence(&refusal, PAGE);
    assert!(
        said.contains("token:ada says: trained on stolen data"),
        "{said}"
    );
}

#[test]
fn hostile_words_stay_one_line_of_ascii_within_the_bound_and_keep_the_address() {
    let hostile = format!(
        "calls \u{202e}\r\nX-Error-Code: none\r\n\r\n<b>\u{0}{}",
        "ü'\"".repeat(2_000)
    );
    let mut refusal = refusal(
        RevisionState::Denied,
        Some(Verdict::Malicious),
        &[("pickle-known-gadget", &hostile)],
    );
    for why in [None, Some(hostile.clone())] {
        refusal.why = why;
        let said = sentence(&refusal, PAGE);
        assert!(said.len() <= SENTENCE, "{}", said.len());
        assert!(
            said.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
            "{said}"
        );
        assert!(said.ends_with(PAGE), "{said}");
        let response = plain(axum::http::StatusCode::FORBIDDEN, Some("GatedRepo"), &said);
        assert_eq!(response.headers()["x-error-message"], said);
    }
}

#[test]
fn what_was_never_admitted_is_gated_and_what_was_withdrawn_is_a_lost_revision() {
    use mith_store::Resolution;
    let repo = "acme/x".parse().unwrap();
    let cases = [
        (
            Resolution::NeverAdmitted(Box::new(refusal(RevisionState::Held, None, &[]))),
            403,
            "GatedRepo",
        ),
        (
            Resolution::Withdrawn(Box::new(refusal(RevisionState::Withdrawn, None, &[]))),
            404,
            "RevisionNotFound",
        ),
        (Resolution::UnknownModel, 404, "RepoNotFound"),
        (Resolution::UnknownRevision, 404, "RevisionNotFound"),
    ];
    for (resolution, status, code) in cases {
        let response = answer(
            "http://127.0.0.1:8080",
            &repo,
            &RevisionName::Main,
            &resolution,
        );
        assert_eq!(response.status(), status, "{resolution:?}");
        assert_eq!(response.headers()["x-error-code"], code);
        assert!(response.headers().contains_key("x-error-message"));
    }
}

#[test]
fn a_missing_token_is_told_which_one_is_needed() {
    let response = no_token("http://127.0.0.1:8080", "no token came with the request");
    assert_eq!(response.status(), 401);
    let message = response.headers()["x-error-message"].to_str().unwrap();
    assert!(message.contains("HF_TOKEN") && message.contains("http://127.0.0.1:8080"));
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
}

#[test]
fn quotes_become_plain_ones() {
    assert_eq!(ascii("“a” – ‘b’\tü"), "\"a\" - 'b' ?");
}
