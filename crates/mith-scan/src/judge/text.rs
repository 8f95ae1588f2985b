//! Names and values as evidence: printable, on one line, cut to a bound.

use mith_formats::pickle::{Call, CallKind, Global, Shape, Value};

/// Longest evidence text in characters.
const LIMIT: usize = 240;

/// How deep nested values are spelled out.
const DEPTH: u32 = 4;

/// How many items of a container are spelled out.
const ITEMS: usize = 6;

/// `module.qualname`, printable and cut.
pub(crate) fn named(global: &Global) -> String {
    if global.qualname.is_empty() {
        return shown(&global.module);
    }
    shown(&format!("{}.{}", global.module, global.qualname))
}

/// Cuts a text and escapes what does not print.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count >= LIMIT {
            out.push('…');
            break;
        }
        if letter.is_control() || is_format(letter) {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    out
}

/// Letters that do not show and change how others do.
fn is_format(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// A value as Python would write it, cut.
pub(crate) fn value(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, DEPTH);
    shown(&out)
}

/// A call as Python would write it, cut.
pub(crate) fn call(call: &Call) -> String {
    let mut out = String::new();
    write_call(&mut out, call, DEPTH);
    shown(&out)
}

fn write_call(out: &mut String, call: &Call, depth: u32) {
    write_value(out, &call.callee, depth);
    if matches!(call.kind, CallKind::NewObj | CallKind::NewObjEx) {
        out.push_str(".__new__");
    }
    out.push('(');
    write_items(out, call.arguments().iter(), call.arity(), depth);
    if let Value::Dict(dict) = &call.kwargs
        && !dict.is_empty()
    {
        if call.arity() != Some(0) {
            out.push_str(", ");
        }
        out.push_str("**");
        write_value(out, &call.kwargs, depth.saturating_sub(1));
    }
    out.push(')');
}

fn write_items<'v>(
    out: &mut String,
    items: impl Iterator<Item = &'v Value>,
    count: Option<u64>,
    depth: u32,
) {
    let mut written = 0_u64;
    for item in items.take(ITEMS) {
        if written > 0 {
            out.push_str(", ");
        }
        if out.len() > LIMIT * 4 {
            break;
        }
        write_value(out, item, depth.saturating_sub(1));
        written += 1;
    }
    match count {
        Some(count) if count > written => out.push_str(", …"),
        None => out.push('…'),
        Some(_) => {}
    }
}

fn write_value(out: &mut String, value: &Value, depth: u32) {
    if depth == 0 || out.len() > LIMIT * 4 {
        out.push('…');
        return;
    }
    match value {
        Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Long(digits) => out.extend(digits.to_str().chars().take(32)),
        Value::Float(number) => out.push_str(&format!("{number:?}")),
        Value::Text(text) => write_quoted(out, &text.to_str()),
        Value::TextAt { len, .. } => out.push_str(&format!("<str of {len} bytes>")),
        Value::Bytes(blob) => {
            out.push('b');
            let start: Vec<u8> = blob.content().iter().copied().take(LIMIT).collect();
            out.push('\'');
            out.push_str(&start.escape_ascii().to_string());
            out.push('\'');
        }
        Value::BytesAt { len, .. } => out.push_str(&format!("<bytes of {len}>")),
        Value::Tuple(tuple) => {
            out.push('(');
            write_items(out, tuple.items().iter(), Some(tuple.len()), depth);
            out.push_str(if tuple.len() == 1 { ",)" } else { ")" });
        }
        Value::List(list) => write_list(out, &list.items(), list.len(), "[", "]", depth),
        Value::Set(list) => write_list(out, &list.items(), list.len(), "{", "}", depth),
        Value::Dict(dict) => write_dict(out, &dict.items(), dict.len(), depth),
        Value::Global(global) => out.push_str(&named(global)),
        Value::Call(call) => write_call(out, call, depth - 1),
        Value::Persistent(persistent) => {
            out.push_str("persistent_load(");
            write_value(out, &persistent.id, depth - 1);
            out.push(')');
        }
        Value::Buffer => out.push_str("<buffer>"),
        Value::Opaque(shape, _) => out.push_str(opaque(*shape)),
        Value::Unknown(_) => out.push_str("<computed>"),
    }
}

fn write_list(out: &mut String, items: &[Value], count: u64, open: &str, close: &str, depth: u32) {
    out.push_str(open);
    write_items(out, items.iter(), Some(count), depth);
    out.push_str(close);
}

fn write_dict(out: &mut String, items: &[(Value, Value)], count: u64, depth: u32) {
    out.push('{');
    for (number, (key, item)) in items.iter().take(ITEMS).enumerate() {
        if number > 0 {
            out.push_str(", ");
        }
        write_value(out, key, depth - 1);
        out.push_str(": ");
        write_value(out, item, depth - 1);
    }
    if count > ITEMS as u64 {
        out.push_str(", …");
    }
    out.push('}');
}

fn write_quoted(out: &mut String, text: &str) {
    out.push('\'');
    for letter in text.chars().take(LIMIT) {
        match letter {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('\'');
}

const fn opaque(shape: Shape) -> &'static str {
    match shape {
        Shape::Tuple => "(…)",
        Shape::List => "[…]",
        Shape::Dict => "{…}",
        Shape::Set => "{…,}",
        Shape::Object => "<object>",
        Shape::Text => "<str>",
        Shape::Bytes => "<bytes>",
    }
}
