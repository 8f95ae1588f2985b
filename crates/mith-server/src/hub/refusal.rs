//! What a client hears when it does not get what it asked for.
//!
//! Clients show a developer only what stands in `X-Error-Message`, and only with certain codes: `GatedRepo` is shown by
//! every call of every client generation, and `RevisionNotFound` is the one answer that a warm cache does not override. So
//! what was never admitted is "gated", and what was withdrawn is a revision that does not exist.

use std::error::Error;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use mith_core::{NameError, Reason, RepoId, Verdict};
use mith_store::{Refusal, Resolution, RevisionState, StoreError};

use super::target::RevisionName;

const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-error-message");
const WARNING: HeaderName = HeaderName::from_static("x-hf-warning");
pub(super) const REPO_COMMIT: HeaderName = HeaderName::from_static("x-repo-commit");

/// Who speaks. Clients add sentences about huggingface.co around ours, so ours must say that it comes from elsewhere.
const SPEAKER: &str = "Mithridate, your internal model registry,";
/// Bytes of a sentence; clients and proxies bound their headers.
const SENTENCE: usize = 900;
/// Characters of the reason in a sentence; the rest is for the page.
const REASON: usize = 480;

/// The answer for everything but an admitted revision.
pub(super) fn answer(
    base: &str,
    repo: &RepoId,
    name: &RevisionName,
    resolution: &Resolution,
) -> Response {
    let page = format!("{base}/models/{repo}");
    let (status, code, text) = match resolution {
        Resolution::NeverAdmitted(refusal) => {
            (StatusCode::FORBIDDEN, "GatedRepo", sentence(refusal, &page))
        }
        Resolution::Withdrawn(refusal) => (
            StatusCode::NOT_FOUND,
            "RevisionNotFound",
            sentence(refusal, &page),
        ),
        Resolution::UnknownModel => (
            StatusCode::NOT_FOUND,
            "RepoNotFound",
            format!(
                "{SPEAKER} has no model {repo}. Check the name; if it is right, ask for the model to be added: \
                 mith registry add DIR --as {repo}"
            ),
        ),
        Resolution::UnknownRevision | Resolution::Admitted(_) => (
            StatusCode::NOT_FOUND,
            "RevisionNotFound",
            format!(
                "{SPEAKER} has no revision {} of {repo}. Its revisions: {page}",
                cut(name.as_str(), 80)
            ),
        ),
    };
    let warns = !matches!(resolution, Resolution::UnknownRevision);
    tracing::info!(
        model.id = %repo,
        http.status = status.as_u16(),
        refusal.code = code,
        "Refused a read of `{repo}`"
    );
    let mut response = plain(status, Some(code), &text);
    if warns {
        warn(&mut response, &text);
    }
    response
}

/// The sentence that a developer reads about a revision that is not admitted.
fn sentence(refusal: &Refusal, page: &str) -> String {
    let repo = &refusal.repo;
    let short = refusal.revision.as_str().get(..12).unwrap_or_default();
    let because = reason(refusal);
    let text = match refusal.state {
        RevisionState::Scanning => {
            format!("is still scanning {repo} (revision {short}); try again in a minute")
        }
        RevisionState::Held => format!("holds {repo} for a review: {because}"),
        RevisionState::Denied => format!("refused {repo}: {because}"),
        RevisionState::Withdrawn => format!(
            "withdrew {repo} (revision {short}): {because}. Stop using it and delete cached copies"
        ),
        // The store never makes a refusal of an admitted revision; should it, nothing is promised.
        RevisionState::Admitted => format!("does not serve {repo} at the moment"),
    };
    let tail = format!(". Details and review: {page}");
    let mut sentence = ascii(&format!("{SPEAKER} {}", text.trim_end_matches('.')));
    sentence.truncate(SENTENCE.saturating_sub(tail.len()));
    sentence.push_str(&ascii(&tail));
    sentence
}

/// A person's word first, as it is about this decision; else what the scan found.
fn reason(refusal: &Refusal) -> String {
    let mut text = String::new();
    let by_person = refusal.why.as_deref().filter(|why| !why.trim().is_empty());
    if let Some(why) = by_person {
        let who = refusal.by.as_deref().unwrap_or("a reviewer");
        let _ = write!(text, "{who} says: {}", why.trim());
        return cut(&text, REASON);
    }
    if let Some(verdict) = refusal.verdict {
        let _ = write!(text, "{verdict}");
    }
    let Some(first) = refusal.reasons.first() else {
        return if text.is_empty() {
            "no reason is recorded".to_owned()
        } else {
            text
        };
    };
    if !text.is_empty() {
        text.push_str(": ");
    }
    text.push_str(&describe(first));
    let more = refusal.reasons.len() - 1;
    let mut text = cut(&text, REASON);
    if !first.rule.starts_with("verdict-") {
        let _ = write!(text, " [{}]", cut(&first.rule, 64));
    }
    if more > 0 && refusal.verdict != Some(Verdict::Clean) {
        let _ = write!(text, " (and {more} more)");
    }
    text
}

/// The scanner's sentences about calls and imports begin with the verb, whose subject is the file.
fn describe(reason: &Reason) -> String {
    let message = &reason.message;
    match &reason.path {
        None => message.clone(),
        Some(path) => {
            let is_verb = ["calls ", "imports ", "holds ", "names "]
                .iter()
                .any(|verb| message.starts_with(verb));
            let joint = if is_verb { " " } else { ": " };
            format!("{path}{joint}{message}")
        }
    }
}

/// 401: the code makes every client show the message, which a bare 401 does not.
pub(super) fn no_token(base: &str, what: &str) -> Response {
    let text = format!(
        "{SPEAKER} needs a token of its own and {what}. Set HF_TOKEN to a token of {base} (not one of huggingface.co)"
    );
    let mut response = plain(StatusCode::UNAUTHORIZED, Some("GatedRepo"), &text);
    warn(&mut response, &text);
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// 404 for a file that an admitted revision does not have; clients probe for files, so this is no event.
pub(super) fn no_entry(repo: &RepoId, revision: &HeaderValue, path: &str) -> Response {
    let text = format!("{SPEAKER} has no file {} in {repo}", cut(path, 200));
    let mut response = plain(StatusCode::NOT_FOUND, Some("EntryNotFound"), &text);
    response.headers_mut().insert(REPO_COMMIT, revision.clone());
    response
}

/// 404 for a name that no model can have.
pub(super) fn no_such_name(error: &NameError) -> Response {
    plain(
        StatusCode::NOT_FOUND,
        Some("RepoNotFound"),
        &format!("{SPEAKER} has no such model: {error}"),
    )
}

/// 400 for a path that no file can have.
pub(super) fn bad_name(error: &NameError) -> Response {
    plain(
        StatusCode::BAD_REQUEST,
        None,
        &format!("{SPEAKER} refuses the request: {error}"),
    )
}

/// 501 for what would change a model.
pub(super) fn read_only() -> Response {
    plain(
        StatusCode::NOT_IMPLEMENTED,
        None,
        &format!(
            "{SPEAKER} takes no uploads from Hub clients. Add a model with: mith registry add DIR --as org/name"
        ),
    )
}

/// 404 for data sets and Spaces.
pub(super) fn models_only() -> Response {
    plain(
        StatusCode::NOT_FOUND,
        Some("RepoNotFound"),
        &format!(
            "{SPEAKER} holds models only, no data sets and no Spaces. Unset HF_ENDPOINT to get those from elsewhere"
        ),
    )
}

/// 404 for an address that is not part of the registry.
pub(super) fn unknown_route() -> Response {
    plain(
        StatusCode::NOT_FOUND,
        None,
        &format!("{SPEAKER} does not offer this address; it offers the read API for models"),
    )
}

/// 500: the store did not answer.
pub(super) fn fault(error: &StoreError) -> Response {
    tracing::error!(
        error = error as &dyn Error,
        "The store could not answer a read"
    );
    plain(
        StatusCode::INTERNAL_SERVER_ERROR,
        None,
        &format!("{SPEAKER} could not answer because of a fault of its own; its log says more"),
    )
}

/// An answer with the headers and the body that clients look at.
pub(super) fn plain(status: StatusCode, code: Option<&'static str>, text: &str) -> Response {
    let text = ascii(&cut(text, SENTENCE));
    let body = serde_json::json!({ "error": text }).to_string();
    let length = body.len();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(code) = code {
        headers.insert(ERROR_CODE, HeaderValue::from_static(code));
    }
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(ERROR_MESSAGE, value);
    }
    response
}

fn warn(response: &mut Response, text: &str) {
    if let Ok(value) = HeaderValue::from_str(&format!("mithridate; {}", ascii(text))) {
        response.headers_mut().insert(WARNING, value);
    }
}

/// Cuts to a number of characters and says so.
fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(3)).collect();
    short.push_str("...");
    short
}

/// Printable ASCII, one line: what every client and proxy passes on unchanged.
fn ascii(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            ' '..='~' => letter,
            '\n' | '\r' | '\t' => ' ',
            '“' | '”' => '"',
            '‘' | '’' => '\'',
            '–' | '—' => '-',
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests;
