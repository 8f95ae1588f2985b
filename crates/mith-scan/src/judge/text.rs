//! Names and values as evidence: printable, on one line, cut to a bound.

use mith_formats::pickle::render::{escape, render, render_call, render_global};
use mith_formats::pickle::{Call, Global, Value};

/// Longest evidence text in characters.
const LIMIT: usize = 240;

/// `module.qualname`, printable and cut.
pub(crate) fn named(global: &Global) -> String {
    render_global(global)
}

/// Cuts a text and escapes what does not print.
pub(crate) fn shown(text: &str) -> String {
    escape(text, '\0', LIMIT)
}

/// A value as Python would write it, cut.
pub(crate) fn value(value: &Value) -> String {
    render(value, LIMIT)
}

/// A call as Python would write it, cut.
pub(crate) fn call(call: &Call) -> String {
    render_call(call, LIMIT)
}
