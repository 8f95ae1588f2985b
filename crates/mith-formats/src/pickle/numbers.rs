//! Numbers in text, read as the C library and CPython read them.

use super::value::Value;

/// A number that an INT or LONG opcode gives.
pub(super) enum Number {
    /// It fits.
    Small(i64),
    /// It does not: its text.
    Large(String),
}

/// The C string at the beginning of a line: a NUL ends it.
fn c_string(line: &[u8]) -> &[u8] {
    line.split(|byte| *byte == 0).next().unwrap_or_default()
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 0x09..=0x0d)
}

/// What `strtol(…, 0)` reads: the value and what is left; nothing on overflow.
fn strtol(text: &[u8]) -> Option<(i64, &[u8])> {
    let blank = text.iter().take_while(|byte| is_space(**byte)).count();
    let rest = text.get(blank..)?;
    let (negative, rest) = match rest {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, rest),
    };
    let (base, digits) = match rest {
        [b'0', b'x' | b'X', digit, ..] if digit.is_ascii_hexdigit() => (16, rest.get(2..)?),
        [b'0', ..] => (8, rest),
        _ => (10, rest),
    };
    let mut value: i64 = 0;
    let mut used = 0;
    for byte in digits {
        let Some(digit) = char::from(*byte).to_digit(base) else {
            break;
        };
        let digit = if negative {
            -i64::from(digit)
        } else {
            i64::from(digit)
        };
        value = value.checked_mul(i64::from(base))?.checked_add(digit)?;
        used += 1;
    }
    // Without a digit nothing is converted, not even the blanks.
    if used == 0 {
        return Some((0, text));
    }
    Some((value, digits.get(used..)?))
}

/// The argument of INT, without its line feed.
pub(super) fn int(line: &[u8]) -> Option<Value> {
    if let Some((value, rest)) = strtol(c_string(line))
        && rest.is_empty()
    {
        return Some(match (line.len(), value) {
            (2, 0) => Value::Bool(false),
            (2, 1) => Value::Bool(true),
            _ => Value::Int(value),
        });
    }
    Some(match python_int(line, 0)? {
        Number::Small(value) => Value::Int(value),
        Number::Large(text) => Value::Long(super::text::Text::number(&text)),
    })
}

/// The argument of LONG, without its line feed.
pub(super) fn long(line: &[u8]) -> Option<Value> {
    let line = line.strip_suffix(b"L").unwrap_or(line);
    Some(match python_int(line, 0)? {
        Number::Small(value) => Value::Int(value),
        Number::Large(text) => Value::Long(super::text::Text::number(&text)),
    })
}

/// What `PyLong_FromString` reads in base 10, or in base 0, where a prefix tells the base.
pub(super) fn python_int(line: &[u8], prefixed: u32) -> Option<Number> {
    let text = std::str::from_utf8(c_string(line)).ok()?;
    let text =
        text.trim_matches(|character: char| character.is_ascii() && is_space(character as u8));
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", text.get(1..)?),
        b'+' => ("", text.get(1..)?),
        _ => ("", text),
    };
    let (base, digits) = match digits.get(..2) {
        Some("0x" | "0X") if prefixed == 0 => (16, digits.get(2..)?),
        Some("0o" | "0O") if prefixed == 0 => (8, digits.get(2..)?),
        Some("0b" | "0B") if prefixed == 0 => (2, digits.get(2..)?),
        _ => (10, digits),
    };
    let digits = if base == 10 {
        digits
    } else {
        digits.strip_prefix('_').unwrap_or(digits)
    };
    let well_formed = !digits.is_empty()
        && !digits.starts_with('_')
        && !digits.ends_with('_')
        && !digits.contains("__")
        && digits
            .chars()
            .all(|digit| digit == '_' || digit.is_digit(base));
    if !well_formed {
        return None;
    }
    let digits: String = digits.chars().filter(|digit| *digit != '_').collect();
    // Octal as C writes it is gone from Python: behind a leading zero, only zero is a number.
    if prefixed == 0
        && base == 10
        && digits.starts_with('0')
        && digits.bytes().any(|digit| digit != b'0')
    {
        return None;
    }
    let signed = format!("{sign}{digits}");
    Some(match i64::from_str_radix(&signed, base) {
        Ok(value) => Number::Small(value),
        Err(_) if base == 16 => Number::Large(format!("{sign}0x{digits}")),
        Err(_) if base == 8 => Number::Large(format!("{sign}0o{digits}")),
        Err(_) if base == 2 => Number::Large(format!("{sign}0b{digits}")),
        Err(_) => Number::Large(format!("{sign}{}", digits.trim_start_matches('0'))),
    })
}

/// The argument of FLOAT, without its line feed. Blanks around it are Python's own reader's.
pub(super) fn float(line: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(c_string(line)).ok()?;
    let text =
        text.trim_matches(|character: char| character.is_ascii() && is_space(character as u8));
    let plain: String = text.chars().filter(|digit| *digit != '_').collect();
    plain.parse().ok()
}

/// The bytes of LONG1 and LONG4: little-endian two's complement.
pub(super) fn binary(bytes: &[u8]) -> Value {
    let Some(last) = bytes.last() else {
        return Value::Int(0);
    };
    let negative = *last >= 0x80;
    if bytes.len() <= 8 {
        let mut wide = [if negative { 0xff } else { 0 }; 8];
        for (to, from) in wide.iter_mut().zip(bytes) {
            *to = *from;
        }
        return Value::Int(i64::from_le_bytes(wide));
    }
    let mut text = String::from(if negative { "-0x" } else { "0x" });
    let mut carry = negative;
    let magnitude: Vec<u8> = bytes
        .iter()
        .map(|byte| {
            if !negative {
                return *byte;
            }
            let (value, next) = (!byte).overflowing_add(u8::from(carry));
            carry = next;
            value
        })
        .collect();
    for byte in magnitude.iter().rev().take(64) {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
    }
    if magnitude.len() > 64 {
        text.push('…');
    }
    Value::Long(super::text::Text::number(&text))
}
