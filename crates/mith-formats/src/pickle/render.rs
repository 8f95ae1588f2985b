//! Values as bounded, Python-like text, safe to print: what is not plainly printable is escaped.

use std::fmt::Write as _;

use super::value::{Call, CallKind, Global, Holds, Shape, Value, Why};

/// Nesting that is shown; deeper values become `…`.
const DEPTH: u32 = 12;

/// Names a call whose result has a name, so that it is not written out again.
pub type Names<'names> = dyn Fn(&Call) -> Option<String> + 'names;

/// Text of a value in at most about `limit` characters.
pub fn render(value: &Value, limit: usize) -> String {
    render_with(value, limit, &|_| None)
}

/// Text of a value, in which calls that `names` knows stand by their name.
pub fn render_with(value: &Value, limit: usize, names: &Names<'_>) -> String {
    let mut writer = Writer::new(limit, names);
    writer.value(value, 0);
    writer.text
}

/// Text of a call, `os.system('touch x')`, in at most about `limit` characters.
pub fn render_call(call: &Call, limit: usize) -> String {
    render_call_with(call, limit, &|_| None)
}

/// Text of a call, in which other calls that `names` knows stand by their name.
pub fn render_call_with(call: &Call, limit: usize, names: &Names<'_>) -> String {
    let mut writer = Writer::new(limit, names);
    writer.call(call, 0);
    writer.text
}

/// Dotted text of a name, with unprintable characters escaped.
pub fn render_global(global: &Global) -> String {
    let mut text = escape(&global.module, '\0', 256);
    if !global.qualname.is_empty() {
        text.push('.');
        text.push_str(&escape(&global.qualname, '\0', 256));
    }
    text
}

/// Text with everything escaped that a terminal or a page could show as something else: control characters, characters
/// that turn the direction of writing, invisible ones. Quotes equal to `quote` are escaped as well.
pub fn escape(text: &str, quote: char, limit: usize) -> String {
    let mut escaped = String::new();
    for (count, character) in text.chars().enumerate() {
        if count >= limit {
            escaped.push('…');
            break;
        }
        escape_char(&mut escaped, character, quote);
    }
    escaped
}

fn escape_char(to: &mut String, character: char, quote: char) {
    let point = u32::from(character);
    match character {
        '\n' => to.push_str("\\n"),
        '\r' => to.push_str("\\r"),
        '\t' => to.push_str("\\t"),
        '\\' if quote != '\0' => to.push_str("\\\\"),
        _ if character == quote && quote != '\0' => {
            to.push('\\');
            to.push(character);
        }
        ' '..='~' => to.push(character),
        _ if is_plain_letter(character) => to.push(character),
        _ if point < 0x100 => escape_point(to, 'x', 2, point),
        _ if point < 0x10000 => escape_point(to, 'u', 4, point),
        _ => escape_point(to, 'U', 8, point),
    }
}

fn escape_point(to: &mut String, kind: char, width: usize, point: u32) {
    // Writing to a string does not fail.
    let _ = write!(to, "\\{kind}{point:0width$x}");
}

/// Letters and digits that are written from left to right.
fn is_plain_letter(character: char) -> bool {
    let right_to_left = matches!(
        u32::from(character),
        0x0590..=0x08ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x1_0800..=0x1_0fff | 0x1_e800..=0x1_efff
    );
    character.is_alphanumeric() && !right_to_left
}

/// Writes values until the limit is reached.
struct Writer<'names> {
    text: String,
    limit: usize,
    names: &'names Names<'names>,
}

impl<'names> Writer<'names> {
    fn new(limit: usize, names: &'names Names<'names>) -> Self {
        Self {
            text: String::new(),
            limit,
            names,
        }
    }

    fn is_full(&self) -> bool {
        self.text.len() >= self.limit
    }

    /// Writes a mark for what is left out, once.
    fn cut(&mut self) {
        if !self.text.ends_with('…') {
            self.text.push('…');
        }
    }

    fn value(&mut self, value: &Value, depth: u32) {
        if self.is_full() || depth > DEPTH {
            self.cut();
            return;
        }
        match value {
            Value::None => self.text.push_str("None"),
            Value::Bool(flag) => self.text.push_str(if *flag { "True" } else { "False" }),
            Value::Int(number) => self.plain(&number.to_string()),
            Value::Long(number) => {
                let number = number.to_str();
                self.plain(&escape(&number, '\0', 80));
            }
            Value::Float(number) => self.plain(&format!("{number:?}")),
            Value::Text(text) => self.quoted(&text.to_str()),
            Value::Bytes(bytes) => {
                let readable: String = bytes
                    .content()
                    .iter()
                    .take(self.limit)
                    .copied()
                    .map(char::from)
                    .collect();
                self.text.push_str(if bytes.is_mutable() {
                    "bytearray(b"
                } else {
                    "b"
                });
                self.quoted_bytes(&readable);
                if bytes.is_mutable() {
                    self.text.push(')');
                }
            }
            Value::TextAt { len, offset } => {
                self.plain(&format!("<{len} bytes of text at {offset}>"));
            }
            Value::BytesAt { len, offset } => self.plain(&format!("<{len} bytes at {offset}>")),
            Value::Global(global) => self.plain(&render_global(global)),
            Value::Call(call) => match (self.names)(call) {
                Some(name) => self.plain(&name),
                None => self.call(call, depth),
            },
            Value::Persistent(persistent) => {
                self.text.push_str("persistent(");
                self.value(&persistent.id, depth + 1);
                self.text.push(')');
            }
            Value::Tuple(_) | Value::List(_) | Value::Set(_) | Value::Dict(_) => {
                self.container(value, depth);
            }
            Value::Buffer => self.text.push_str("<buffer>"),
            Value::Opaque(shape, holds) => self.opaque(*shape, *holds),
            Value::Unknown(why) => self.text.push_str(unknown(*why)),
        }
    }

    fn plain(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn quoted(&mut self, text: &str) {
        let quote = if text.contains('\'') && !text.contains('"') {
            '"'
        } else {
            '\''
        };
        let room = self.limit.saturating_sub(self.text.len()).max(1);
        self.text.push(quote);
        let escaped = escape(text, quote, room);
        self.text.push_str(&escaped);
        self.text.push(quote);
    }

    fn quoted_bytes(&mut self, text: &str) {
        let quote = if text.contains('\'') && !text.contains('"') {
            '"'
        } else {
            '\''
        };
        self.text.push(quote);
        for character in text.chars() {
            if self.is_full() {
                self.cut();
                break;
            }
            match character {
                '\u{80}'.. => escape_point(&mut self.text, 'x', 2, u32::from(character)),
                _ => escape_char(&mut self.text, character, quote),
            }
        }
        self.text.push(quote);
    }

    fn container(&mut self, value: &Value, depth: u32) {
        match value {
            Value::Tuple(tuple) => {
                self.text.push('(');
                self.items(tuple.items(), tuple.len(), depth);
                self.text
                    .push_str(if tuple.len() == 1 { ",)" } else { ")" });
            }
            Value::List(list) => {
                self.text.push('[');
                self.items(&list.items(), list.len(), depth);
                self.text.push(']');
            }
            Value::Set(set) => {
                self.text
                    .push_str(if set.is_frozen() { "frozenset({" } else { "{" });
                self.items(&set.items(), set.len(), depth);
                self.text.push_str(if set.is_frozen() { "})" } else { "}" });
            }
            Value::Dict(dict) => {
                self.text.push('{');
                for (index, (key, item)) in dict.items().iter().enumerate() {
                    if self.is_full() {
                        break;
                    }
                    self.separator(index);
                    self.value(key, depth + 1);
                    self.text.push_str(": ");
                    self.value(item, depth + 1);
                }
                self.rest(dict.items().len() as u64, dict.len());
                self.text.push('}');
            }
            _ => {}
        }
    }

    fn separator(&mut self, index: usize) {
        if index > 0 {
            self.text.push_str(", ");
        }
    }

    fn items(&mut self, items: &[Value], len: u64, depth: u32) {
        for (index, item) in items.iter().enumerate() {
            if self.is_full() {
                self.cut();
                return;
            }
            self.separator(index);
            self.value(item, depth + 1);
        }
        self.rest(items.len() as u64, len);
    }

    /// Tells of entries that are not kept.
    fn rest(&mut self, shown: u64, len: u64) {
        if len > shown && !self.is_full() {
            let text = format!(
                "{}… {} more",
                if shown > 0 { ", " } else { "" },
                len - shown
            );
            self.text.push_str(&text);
        }
    }

    fn call(&mut self, call: &Call, depth: u32) {
        if self.is_full() || depth > DEPTH {
            self.cut();
            return;
        }
        let constructs = matches!(call.kind, CallKind::NewObj | CallKind::NewObjEx);
        self.value(&call.callee, depth + 1);
        if constructs {
            self.text.push_str(".__new__");
        }
        self.text.push('(');
        if constructs {
            self.value(&call.callee, depth + 1);
        }
        match &call.args {
            Value::Tuple(tuple) => {
                if constructs && !tuple.is_empty() {
                    self.text.push_str(", ");
                }
                self.items(tuple.items(), tuple.len(), depth);
            }
            other => {
                self.text.push_str(if constructs { ", *" } else { "*" });
                self.value(other, depth + 1);
            }
        }
        let empty = match &call.kwargs {
            Value::None => true,
            Value::Dict(dict) => dict.is_empty(),
            _ => false,
        };
        if !empty {
            self.text.push_str(", **");
            self.value(&call.kwargs, depth + 1);
        }
        self.text.push(')');
    }

    fn opaque(&mut self, shape: Shape, holds: Holds) {
        self.text.push_str(match shape {
            Shape::Tuple => "<tuple",
            Shape::List => "<list",
            Shape::Dict => "<dict",
            Shape::Set => "<set",
            Shape::Object => "<object",
            Shape::Text => "<text",
            Shape::Bytes => "<bytes",
        });
        self.text.push_str(if holds.only_plain() {
            " of constants>"
        } else {
            ">"
        });
    }
}

/// Text of an unknown value.
const fn unknown(why: Why) -> &'static str {
    match why {
        Why::Computed => "<computed>",
        Why::Memo => "<missing memo entry>",
        Why::NotKept => "<not kept>",
        Why::Extension => "<extension>",
        Why::Name => "<unknown name>",
    }
}
