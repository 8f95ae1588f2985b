//! Reads the report that nextest writes: names, failures, and the skips that tests print.
//!
//! A Rust test that cannot run here returns early after printing a line `skipped: <reason>`; the harness would count
//! it as passed, so its output is read to tell the truth.

use super::summary::{Case, State};

/// What a test prints, alone at the start of a line, when it did not run.
const SKIP: &str = "skipped: ";

/// The test cases of a report.
pub(crate) fn cases(report: &str) -> Vec<Case> {
    report.split("<testcase ").skip(1).map(case).collect()
}

/// One test case; `text` starts with its attributes.
fn case(text: &str) -> Case {
    let (attributes, rest) = text.split_once('>').unwrap_or((text, ""));
    let body = if attributes.ends_with('/') {
        ""
    } else {
        rest.split("</testcase>").next().unwrap_or(rest)
    };
    let state = if body.contains("<failure") || body.contains("<error") {
        State::Failed
    } else if let Some(reason) = skip_reason(&unescape(body)) {
        State::Skipped(reason)
    } else {
        State::Passed
    };
    Case::new(
        &attribute(attributes, "classname"),
        &attribute(attributes, "name"),
        state,
    )
}

/// The first skip that the output of a test names.
pub(crate) fn skip_reason(output: &str) -> Option<String> {
    output.lines().find_map(|line| {
        // Output starts right behind an element of the report.
        let line = line
            .rsplit_once("<system-out>")
            .map_or(line, |(_, text)| text);
        let line = line
            .rsplit_once("<system-err>")
            .map_or(line, |(_, text)| text);
        line.strip_prefix(SKIP).map(|reason| {
            reason
                .split("</system-")
                .next()
                .unwrap_or(reason)
                .trim()
                .to_owned()
        })
    })
}

/// The value of an attribute, or nothing.
fn attribute(attributes: &str, name: &str) -> String {
    let opening = format!("{name}=\"");
    attributes
        .match_indices(&opening)
        .find(|(at, _)| *at == 0 || attributes.as_bytes().get(at - 1) == Some(&b' '))
        .and_then(|(at, _)| attributes.get(at + opening.len()..))
        .and_then(|rest| rest.split('"').next())
        .map(unescape)
        .unwrap_or_default()
}

/// The five entities of XML.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests;
