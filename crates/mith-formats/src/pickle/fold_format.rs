//! Formatting of strings, as far as it is used to put names together.

use super::fold::LONGEST;
use super::fold_text::Constant::{self, Int, Text, Tuple};
use super::fold_text::single;

/// `template.format(*values)` for plain `{}` and `{0}`.
pub(super) fn format_braces(template: &str, values: &[Constant]) -> Option<String> {
    let mut formatted = String::new();
    let mut next = 0;
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        formatted.push_str(rest.get(..at)?);
        let tail = rest.get(at..)?;
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
            formatted.push_str(tail.get(..1)?);
            rest = after;
            continue;
        }
        let (field, after) = tail.strip_prefix('{')?.split_once('}')?;
        let index = if field.is_empty() {
            next += 1;
            next - 1
        } else {
            field.parse().ok()?
        };
        formatted.push_str(&shown(values.get(index)?)?);
        if formatted.len() > LONGEST {
            return None;
        }
        rest = after;
    }
    formatted.push_str(rest);
    Some(formatted)
}

/// `template % values` for plain `%s`, `%d` and `%c`.
pub(super) fn percent(template: &str, values: &Constant) -> Option<String> {
    let single = [values.clone()];
    let mut values = match values {
        Tuple(values) => values.iter(),
        _ => single.iter(),
    };
    let mut formatted = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        formatted.push_str(before);
        let kind = after.chars().next()?;
        match kind {
            '%' => formatted.push('%'),
            's' => formatted.push_str(&shown(values.next()?)?),
            'd' | 'i' => match values.next()? {
                Int(number) => formatted.push_str(&number.to_string()),
                _ => return None,
            },
            'c' => match values.next()? {
                Int(point) => formatted.push(char::from_u32(u32::try_from(*point).ok()?)?),
                Text(text) => formatted.push(single_char(text)?),
                _ => return None,
            },
            _ => return None,
        }
        if formatted.len() > LONGEST {
            return None;
        }
        rest = after.get(kind.len_utf8()..)?;
    }
    formatted.push_str(rest);
    Some(formatted)
}

fn single_char(text: &str) -> Option<char> {
    single(text.chars())
}

/// `str(value)`.
fn shown(value: &Constant) -> Option<String> {
    match value {
        Text(text) => Some(text.clone()),
        Int(number) => Some(number.to_string()),
        Constant::None => Some("None".to_owned()),
        _ => None,
    }
}
