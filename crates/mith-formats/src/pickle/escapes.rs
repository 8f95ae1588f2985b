//! Escapes in text opcodes, as CPython decodes them.

/// The quoted argument of STRING, decoded; nothing when CPython refuses it.
pub(super) fn quoted(line: &[u8]) -> Option<Vec<u8>> {
    let (first, rest) = line.split_first()?;
    let (last, inner) = rest.split_last()?;
    if first != last || !matches!(first, b'\'' | b'"') {
        return None;
    }
    bytes(inner)
}

/// What `PyBytes_DecodeEscape` makes of the text.
pub(super) fn bytes(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            decoded.push(*byte);
            continue;
        }
        let (escape, after) = rest.split_first()?;
        rest = after;
        match escape {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => decoded.push(*escape),
            b'b' => decoded.push(0x08),
            b'f' => decoded.push(0x0c),
            b't' => decoded.push(b'\t'),
            b'n' => decoded.push(b'\n'),
            b'r' => decoded.push(b'\r'),
            b'v' => decoded.push(0x0b),
            b'a' => decoded.push(0x07),
            b'0'..=b'7' => {
                let mut value = u32::from(escape - b'0');
                for _ in 0..2 {
                    let Some((digit @ b'0'..=b'7', after)) = rest.split_first() else {
                        break;
                    };
                    value = value * 8 + u32::from(digit - b'0');
                    rest = after;
                }
                decoded.push(u8::try_from(value & 0xff).unwrap_or_default());
            }
            b'x' => {
                let value = hexadecimal(rest.get(..2)?)?;
                rest = rest.get(2..)?;
                decoded.push(u8::try_from(value).ok()?);
            }
            other => decoded.extend([b'\\', *other]),
        }
    }
    Some(decoded)
}

/// What the `raw_unicode_escape` codec makes of the text, as UTF-8 with surrogates as three bytes.
pub(super) fn raw_unicode(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        let digits = match (byte, after.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            (b'\\', Some(second)) => {
                // A backslash protects the character behind it.
                push(&mut decoded, u32::from(*byte))?;
                push(&mut decoded, u32::from(*second))?;
                rest = after.get(1..)?;
                continue;
            }
            _ => {
                push(&mut decoded, u32::from(*byte))?;
                rest = after;
                continue;
            }
        };
        push(&mut decoded, hexadecimal(after.get(1..=digits)?)?)?;
        rest = after.get(1 + digits..)?;
    }
    Some(decoded)
}

/// What the `unicode_escape` codec makes of the text.
pub(super) fn unicode(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            push(&mut decoded, u32::from(*byte))?;
            continue;
        }
        let digits = match rest.first()? {
            b'u' => 4,
            b'U' => 8,
            b'x' => 2,
            b'N' => return None,
            b'0'..=b'7' => {
                let count = rest
                    .iter()
                    .take(3)
                    .take_while(|byte| matches!(byte, b'0'..=b'7'))
                    .count();
                let value = rest
                    .iter()
                    .take(count)
                    .fold(0, |value, digit| value * 8 + u32::from(digit - b'0'));
                push(&mut decoded, value)?;
                rest = rest.get(count..)?;
                continue;
            }
            other => {
                decoded.extend(bytes(&[b'\\', *other])?);
                rest = rest.get(1..)?;
                continue;
            }
        };
        push(&mut decoded, hexadecimal(rest.get(1..=digits)?)?)?;
        rest = rest.get(1 + digits..)?;
    }
    Some(decoded)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |value, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        value.checked_mul(16)?.checked_add(digit)
    })
}

/// Appends a code point; a lone surrogate as its three bytes.
fn push(to: &mut Vec<u8>, point: u32) -> Option<()> {
    if let Some(character) = char::from_u32(point) {
        to.extend(character.encode_utf8(&mut [0; 4]).bytes());
        return Some(());
    }
    let byte = |value: u32| u8::try_from(value & 0xff).ok();
    if !(0xd800..0xe000).contains(&point) {
        return None;
    }
    to.extend([
        0xed,
        byte(0x80 | ((point >> 6) & 0x3f))?,
        byte(0x80 | (point & 0x3f))?,
    ]);
    Some(())
}

/// Whether this is UTF-8, but for lone surrogates, which the C reader lets pass.
pub(super) fn is_utf8_with_surrogates(content: &[u8]) -> bool {
    let mut rest = content;
    loop {
        let Err(error) = std::str::from_utf8(rest) else {
            return true;
        };
        let bad = rest.get(error.valid_up_to()..).unwrap_or_default();
        let [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] = bad else {
            return false;
        };
        rest = after;
    }
}
