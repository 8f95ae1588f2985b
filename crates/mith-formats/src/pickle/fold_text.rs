//! Pure functions of strings, bytes and small integers, as Python computes them.

use super::codec;
use super::fold::LONGEST;
use super::fold_format::{format_braces, percent};

/// A constant that folding computes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Constant {
    /// `None`.
    None,
    /// An integer.
    Int(i64),
    /// A string.
    Text(String),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A tuple.
    Tuple(Vec<Constant>),
    /// A list.
    List(Vec<Constant>),
    /// An iterator, which gives its entries once.
    Once(Vec<Constant>),
    /// A dict.
    Dict(Vec<(Constant, Constant)>),
    /// The arguments of `slice`.
    Slice(Vec<Constant>),
}

use Constant::{Bytes, Int, List, Once, Slice, Text, Tuple};

/// What a function returns for constants; nothing when it is not one of those that are known.
pub(super) fn call(module: &str, name: &str, args: &[Constant]) -> Option<Constant> {
    match module {
        "builtins" => match name.split_once('.') {
            Some(("str", method)) => text_method(method, args),
            Some(("bytes", method)) => bytes_method(method, args),
            None => builtin(name, args),
            _ => None,
        },
        "operator" => operator(name, args),
        "codecs" => match (name, args) {
            ("encode", [value, rest @ ..]) => codec::encode(value, encoding(rest)?),
            ("decode", [value, rest @ ..]) => codec::decode(value, encoding(rest)?),
            _ => None,
        },
        "base64" => match (name, args) {
            ("b64decode" | "standard_b64decode" | "decodebytes", [value]) => {
                codec::base64(&raw(value)?, false).map(Bytes)
            }
            ("urlsafe_b64decode", [value]) => codec::base64(&raw(value)?, true).map(Bytes),
            ("b16decode", [value]) => codec::hex(&raw(value)?).map(Bytes),
            _ => None,
        },
        "binascii" => match (name, args) {
            ("unhexlify" | "a2b_hex", [value]) => codec::hex(&raw(value)?).map(Bytes),
            ("a2b_base64", [value]) => codec::base64(&raw(value)?, false).map(Bytes),
            _ => None,
        },
        _ => None,
    }
}

/// The encoding among the arguments; UTF-8 without one.
fn encoding(args: &[Constant]) -> Option<&str> {
    match args {
        [] => Some("utf-8"),
        [Text(name), ..] => Some(name),
        _ => None,
    }
}

/// Text or bytes as bytes, where a function takes both.
fn raw(value: &Constant) -> Option<Vec<u8>> {
    match value {
        Text(text) if text.is_ascii() => Some(text.as_bytes().to_vec()),
        Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

fn builtin(name: &str, args: &[Constant]) -> Option<Constant> {
    match (name, args) {
        ("chr", [Int(point)]) => Some(Text(
            char::from_u32(u32::try_from(*point).ok()?)?.to_string(),
        )),
        ("ord", [Text(text)]) => {
            single(text.chars()).map(|character| Int(i64::from(u32::from(character))))
        }
        ("ord", [Bytes(bytes)]) => single(bytes.iter()).map(|byte| Int(i64::from(*byte))),
        ("str", []) => Some(Text(String::new())),
        ("str", [Text(text)]) => Some(Text(text.clone())),
        ("str", [Int(number)]) => Some(Text(number.to_string())),
        ("str", [value @ Bytes(_), Text(encoding), ..]) => codec::decode(value, encoding),
        ("bytes", []) => Some(Bytes(Vec::new())),
        ("bytes", [Bytes(bytes)]) => Some(Bytes(bytes.clone())),
        ("bytes", [value @ Text(_), Text(encoding), ..]) => codec::encode(value, encoding),
        ("bytes", [List(items) | Tuple(items)]) => items
            .iter()
            .map(|item| match item {
                Int(byte) => u8::try_from(*byte).ok(),
                _ => None,
            })
            .collect::<Option<Vec<u8>>>()
            .map(Bytes),
        ("int", [Int(number)]) => Some(Int(*number)),
        ("int", [Text(text)]) => text.trim().parse().ok().map(Int),
        ("int", [Text(text), Int(base)]) => {
            let base = u32::try_from(*base)
                .ok()
                .filter(|base| (2..=36).contains(base))?;
            i64::from_str_radix(text.trim(), base).ok().map(Int)
        }
        ("reversed", [value]) => {
            let mut items = items(value)?;
            items.reverse();
            Some(Once(items))
        }
        ("iter", [value]) => Some(Once(items(value)?)),
        ("list", [value]) => Some(List(items(value)?)),
        ("tuple", [value]) => Some(Tuple(items(value)?)),
        _ => None,
    }
}

/// The only element.
pub(super) fn single<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// What iterating over a constant gives.
fn items(value: &Constant) -> Option<Vec<Constant>> {
    match value {
        Text(text) => Some(
            text.chars()
                .map(|character| Text(character.into()))
                .collect(),
        ),
        Bytes(bytes) => Some(bytes.iter().map(|byte| Int(i64::from(*byte))).collect()),
        List(items) | Tuple(items) | Once(items) => Some(items.clone()),
        Constant::Dict(pairs) => Some(pairs.iter().map(|(key, _)| key.clone()).collect()),
        _ => None,
    }
}

fn operator(name: &str, args: &[Constant]) -> Option<Constant> {
    match (name, args) {
        // A list is changed in place.
        ("iadd" | "iconcat" | "imul", [List(_), _]) => None,
        ("add" | "concat" | "__add__" | "__concat__" | "iadd" | "iconcat", [left, right]) => {
            add(left, right)
        }
        ("mul" | "__mul__" | "imul", [left, right]) => multiply(left, right),
        ("sub" | "__sub__", [Int(left), Int(right)]) => left.checked_sub(*right).map(Int),
        ("xor" | "__xor__", [Int(left), Int(right)]) => Some(Int(left ^ right)),
        ("and_" | "__and__", [Int(left), Int(right)]) => Some(Int(left & right)),
        ("or_" | "__or__", [Int(left), Int(right)]) => Some(Int(left | right)),
        ("mod" | "__mod__", [Text(template), values]) => percent(template, values).map(Text),
        ("getitem", [value, key]) => item(value, key),
        _ => None,
    }
}

fn add(left: &Constant, right: &Constant) -> Option<Constant> {
    match (left, right) {
        (Text(left), Text(right)) => Some(Text(format!("{left}{right}"))),
        (Bytes(left), Bytes(right)) => Some(Bytes([left.as_slice(), right].concat())),
        (Int(left), Int(right)) => left.checked_add(*right).map(Int),
        (List(left), List(right)) => Some(List([left.as_slice(), right].concat())),
        (Tuple(left), Tuple(right)) => Some(Tuple([left.as_slice(), right].concat())),
        _ => None,
    }
}

fn multiply(left: &Constant, right: &Constant) -> Option<Constant> {
    match (left, right) {
        (Int(left), Int(right)) => left.checked_mul(*right).map(Int),
        (Text(text), Int(count)) | (Int(count), Text(text)) => {
            let count = usize::try_from((*count).max(0)).ok()?;
            (text.len().checked_mul(count)? <= LONGEST).then(|| Text(text.repeat(count)))
        }
        (Bytes(bytes), Int(count)) | (Int(count), Bytes(bytes)) => {
            let count = usize::try_from((*count).max(0)).ok()?;
            (bytes.len().checked_mul(count)? <= LONGEST).then(|| Bytes(bytes.repeat(count)))
        }
        _ => None,
    }
}

/// `value[key]` for an index or a slice.
fn item(value: &Constant, key: &Constant) -> Option<Constant> {
    let all = items(value)?;
    match key {
        Int(index) => {
            let place = if *index < 0 {
                index.checked_add(i64::try_from(all.len()).ok()?)?
            } else {
                *index
            };
            all.get(usize::try_from(place).ok()?).cloned()
        }
        Slice(parts) => {
            let chosen = slice(&all, parts)?;
            match value {
                Text(_) => join("", &chosen).map(Text),
                Bytes(_) => builtin("bytes", &[List(chosen)]),
                Tuple(_) => Some(Tuple(chosen)),
                _ => Some(List(chosen)),
            }
        }
        _ => None,
    }
}

fn slice(all: &[Constant], parts: &[Constant]) -> Option<Vec<Constant>> {
    let number = |part: Option<&Constant>| match part {
        None | Some(Constant::None) => Some(None),
        Some(Int(number)) => Some(Some(*number)),
        _ => None,
    };
    let (start, stop, step) = match parts {
        [stop] => (None, number(Some(stop))?, None),
        _ => (
            number(parts.first())?,
            number(parts.get(1))?,
            number(parts.get(2))?,
        ),
    };
    let len = i64::try_from(all.len()).ok()?;
    let step = step.unwrap_or(1);
    if step == 0 {
        return None;
    }
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let bound = |value: i64| {
        (if value < 0 {
            value.saturating_add(len)
        } else {
            value
        })
        .clamp(low, high)
    };
    let mut at = start.map_or(if step > 0 { low } else { high }, bound);
    let end = stop.map_or(if step > 0 { high } else { low }, bound);
    let mut chosen = Vec::new();
    while (step > 0 && at < end) || (step < 0 && at > end) {
        chosen.push(all.get(usize::try_from(at).ok()?)?.clone());
        at = at.saturating_add(step);
    }
    Some(chosen)
}

/// `separator.join(parts)`.
fn join(separator: &str, parts: &[Constant]) -> Option<String> {
    let mut joined = String::new();
    for (index, part) in parts.iter().enumerate() {
        let Text(part) = part else { return None };
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(part);
        if joined.len() > LONGEST {
            return None;
        }
    }
    Some(joined)
}

fn text_method(method: &str, args: &[Constant]) -> Option<Constant> {
    let [Text(text), rest @ ..] = args else {
        return None;
    };
    let result = match (method, rest) {
        ("join", [parts]) => join(text, &items(parts)?)?,
        ("replace", [Text(from), Text(to)]) => replace(text, from, to, usize::MAX)?,
        ("replace", [Text(from), Text(to), Int(count)]) => replace(
            text,
            from,
            to,
            usize::try_from(*count).unwrap_or(usize::MAX),
        )?,
        ("lower" | "casefold", []) if text.is_ascii() => text.to_lowercase(),
        ("upper", []) if text.is_ascii() => text.to_uppercase(),
        ("strip" | "lstrip" | "rstrip", rest) => strip(method, text, rest)?,
        ("removeprefix", [Text(part)]) => {
            text.strip_prefix(part.as_str()).unwrap_or(text).to_owned()
        }
        ("removesuffix", [Text(part)]) => {
            text.strip_suffix(part.as_str()).unwrap_or(text).to_owned()
        }
        ("swapcase", []) if text.is_ascii() => text.chars().map(swap_case).collect(),
        ("capitalize", []) if text.is_ascii() => capitalize(text),
        ("format", values) => format_braces(text, values)?,
        ("__mod__", [values]) => percent(text, values)?,
        ("__str__" | "__format__", []) => text.clone(),
        ("translate", [Constant::Dict(table)]) => translate(text, table)?,
        ("split", rest) => return split(text, rest),
        ("partition", [Text(part)]) => {
            return Some(partition(text, part, text.find(part.as_str()), false));
        }
        ("rpartition", [Text(part)]) => {
            return Some(partition(text, part, text.rfind(part.as_str()), true));
        }
        ("__add__", [right]) => return add(args.first()?, right),
        ("__mul__" | "__rmul__", [right]) => return multiply(args.first()?, right),
        ("__getitem__", [key]) => return item(args.first()?, key),
        ("encode", rest) => return codec::encode(args.first()?, encoding(rest)?),
        _ => return None,
    };
    Some(Text(result))
}

fn swap_case(character: char) -> char {
    if character.is_ascii_lowercase() {
        character.to_ascii_uppercase()
    } else {
        character.to_ascii_lowercase()
    }
}

fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first
        .into_iter()
        .chain(characters.map(|other| other.to_ascii_lowercase()))
        .collect()
}

fn replace(text: &str, from: &str, to: &str, count: usize) -> Option<String> {
    let hits = if from.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(from).count()
    };
    let longest = hits
        .min(count)
        .checked_mul(to.len())?
        .checked_add(text.len())?;
    (longest <= LONGEST).then(|| text.replacen(from, to, count))
}

fn strip(method: &str, text: &str, chars: &[Constant]) -> Option<String> {
    let drops = |character: char| match chars {
        [Text(chars)] => chars.contains(character),
        _ => is_blank(character),
    };
    if !matches!(chars, [] | [Constant::None | Text(_)]) {
        return None;
    }
    Some(match method {
        "lstrip" => text.trim_start_matches(drops).to_owned(),
        "rstrip" => text.trim_end_matches(drops).to_owned(),
        _ => text.trim_matches(drops).to_owned(),
    })
}

/// What `str.isspace` takes for a blank.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

fn split(text: &str, rest: &[Constant]) -> Option<Constant> {
    let parts: Vec<Constant> = match rest {
        [] | [Constant::None] => text
            .split(is_blank)
            .filter(|part| !part.is_empty())
            .map(|part| Text(part.into()))
            .collect(),
        [Text(separator)] if !separator.is_empty() => text
            .split(separator.as_str())
            .map(|part| Text(part.into()))
            .collect(),
        _ => return None,
    };
    Some(List(parts))
}

fn partition(text: &str, part: &str, found: Option<usize>, right: bool) -> Constant {
    let (before, middle, after) = match found {
        Some(at) => (
            text.get(..at).unwrap_or_default(),
            part,
            text.get(at + part.len()..).unwrap_or_default(),
        ),
        None if right => ("", "", text),
        None => (text, "", ""),
    };
    Tuple(
        [before, middle, after]
            .map(|piece| Text(piece.into()))
            .into(),
    )
}

fn translate(text: &str, table: &[(Constant, Constant)]) -> Option<String> {
    let mut translated = String::new();
    for character in text.chars() {
        let point = Int(i64::from(u32::from(character)));
        match table.iter().rev().find(|(key, _)| *key == point) {
            None => translated.push(character),
            Some((_, Constant::None)) => {}
            Some((_, Text(to))) => translated.push_str(to),
            Some((_, Int(to))) => translated.push(char::from_u32(u32::try_from(*to).ok()?)?),
            Some(_) => return None,
        }
        if translated.len() > LONGEST {
            return None;
        }
    }
    Some(translated)
}

fn bytes_method(method: &str, args: &[Constant]) -> Option<Constant> {
    if let ("fromhex", [Text(text)] | [_, Text(text)]) = (method, args) {
        let plain: String = text
            .chars()
            .filter(|character| !character.is_ascii_whitespace())
            .collect();
        return codec::hex(plain.as_bytes()).map(Bytes);
    }
    let [value @ Bytes(bytes), rest @ ..] = args else {
        return None;
    };
    match (method, rest) {
        ("decode", rest) => codec::decode(value, encoding(rest)?),
        ("hex", []) => codec::encode(value, "hex").and_then(|hex| codec::decode(&hex, "ascii")),
        ("join", [parts]) => {
            let parts: Option<Vec<Vec<u8>>> = items(parts)?
                .into_iter()
                .map(|part| match part {
                    Bytes(part) => Some(part),
                    _ => None,
                })
                .collect();
            Some(Bytes(parts?.join(bytes.as_slice())))
        }
        ("lower", []) => Some(Bytes(bytes.to_ascii_lowercase())),
        ("upper", []) => Some(Bytes(bytes.to_ascii_uppercase())),
        ("__add__", [right]) => add(value, right),
        ("__mul__" | "__rmul__", [right]) => multiply(value, right),
        ("__getitem__", [key]) => item(value, key),
        ("replace" | "strip" | "lstrip" | "rstrip" | "removeprefix" | "removesuffix", rest) => {
            // The same as for text, on bytes that are ASCII.
            let plain: Option<Vec<Constant>> = [value].into_iter().chain(rest).map(ascii).collect();
            match text_method(method, &plain?)? {
                Text(text) => Some(Bytes(text.into_bytes())),
                other => Some(other),
            }
        }
        _ => None,
    }
}

/// ASCII bytes as text.
fn ascii(value: &Constant) -> Option<Constant> {
    match value {
        Bytes(bytes) if bytes.is_ascii() => String::from_utf8(bytes.clone()).ok().map(Text),
        Int(number) => Some(Int(*number)),
        Constant::None => Some(Constant::None),
        _ => None,
    }
}
