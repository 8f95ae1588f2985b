//! Conditional and partial requests: `Range`, `If-Range`, `If-None-Match`, as RFC 9110 has them.

use axum::http::HeaderMap;
use axum::http::header::{IF_NONE_MATCH, IF_RANGE, RANGE};

/// Which bytes of a representation an answer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// All of them, status 200.
    Whole,
    /// `start..end`, status 206; never empty.
    Part { start: u64, end: u64 },
    /// None: status 416.
    Unsatisfiable,
    /// None, because the client has them: status 304.
    NotModified,
}

/// Decides from the request's headers. `etag` is the strong tag with its quotes.
pub(crate) fn select(headers: &HeaderMap, etag: &str, size: u64) -> Selection {
    let mut known = headers.get_all(IF_NONE_MATCH).iter();
    if known.any(|value| value.to_str().is_ok_and(|value| lists_tag(value, etag))) {
        return Selection::NotModified;
    }
    let mut ranges = headers.get_all(RANGE).iter();
    let (Some(range), None) = (ranges.next(), ranges.next()) else {
        return Selection::Whole;
    };
    // A range of another version of the bytes must not be answered; a date never matches, as none is sent.
    if headers.get(IF_RANGE).is_some_and(|value| value != etag) {
        return Selection::Whole;
    }
    range
        .to_str()
        .ok()
        .and_then(|range| parse_single(range, size))
        .unwrap_or(Selection::Whole)
}

/// Weak comparison, which RFC 9110 asks for in `If-None-Match`.
fn lists_tag(value: &str, etag: &str) -> bool {
    value
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// `None` for what is not exactly one well-formed range of bytes; such a header is ignored.
fn parse_single(range: &str, size: u64) -> Option<Selection> {
    let (unit, range) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    if first.is_empty() {
        let length = digits(last)?;
        if length == 0 || size == 0 {
            return Some(Selection::Unsatisfiable);
        }
        return Some(Selection::Part {
            start: size.saturating_sub(length),
            end: size,
        });
    }
    let start = digits(first)?;
    let end = if last.is_empty() {
        size
    } else {
        let last = digits(last)?;
        if last < start {
            return None;
        }
        last.saturating_add(1).min(size)
    };
    Some(if start >= size {
        Selection::Unsatisfiable
    } else {
        Selection::Part { start, end }
    })
}

/// A number too large for 64 bits is larger than any file.
fn digits(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
