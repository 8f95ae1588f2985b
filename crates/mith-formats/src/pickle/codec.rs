//! Codecs that are used to hide names.

use super::escapes;
use super::fold_text::Constant;

/// The name of a codec as Python compares it.
fn normal(encoding: &str) -> String {
    let name: String = encoding
        .chars()
        .map(|character| match character {
            '-' | ' ' | '_' => '_',
            other => other.to_ascii_lowercase(),
        })
        .collect();
    match name.as_str() {
        "utf8" | "u8" | "utf_8" | "utf" | "cp65001" => "utf_8".into(),
        "latin1" | "latin_1" | "latin" | "l1" | "iso_8859_1" | "iso8859_1" | "8859" | "cp819"
        | "iso8859" => "latin_1".into(),
        "us_ascii" | "ascii" | "646" => "ascii".into(),
        "rot13" | "rot_13" => "rot_13".into(),
        "hex" | "hex_codec" => "hex".into(),
        "base64" | "base_64" | "base64_codec" => "base64".into(),
        "utf16" | "u16" | "utf_16" => "utf_16".into(),
        "utf_16le" | "utf_16_le" | "unicodelittleunmarked" => "utf_16_le".into(),
        "utf_16be" | "utf_16_be" | "unicodebigunmarked" => "utf_16_be".into(),
        "unicode_escape" | "unicodeescape" => "unicode_escape".into(),
        "raw_unicode_escape" | "rawunicodeescape" => "raw_unicode_escape".into(),
        _ => name,
    }
}

/// `codecs.encode(value, encoding)`.
pub(super) fn encode(value: &Constant, encoding: &str) -> Option<Constant> {
    match (value, normal(encoding).as_str()) {
        (Constant::Text(text), "rot_13") => Some(Constant::Text(rot13(text))),
        (Constant::Text(text), "utf_8") => Some(Constant::Bytes(text.as_bytes().to_vec())),
        (Constant::Text(text), "ascii") => text
            .is_ascii()
            .then(|| Constant::Bytes(text.as_bytes().to_vec())),
        (Constant::Text(text), "latin_1") => text
            .chars()
            .map(|character| u8::try_from(u32::from(character)).ok())
            .collect::<Option<Vec<u8>>>()
            .map(Constant::Bytes),
        (Constant::Text(text), "utf_16") => {
            let mut encoded = vec![0xff, 0xfe];
            encoded.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            Some(Constant::Bytes(encoded))
        }
        (Constant::Text(text), "utf_16_le") => Some(Constant::Bytes(
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        )),
        (Constant::Text(text), "utf_16_be") => Some(Constant::Bytes(
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        )),
        (Constant::Text(text), "unicode_escape" | "raw_unicode_escape") => {
            let plain = text
                .chars()
                .all(|character| matches!(character, ' '..='~') && character != '\\');
            plain.then(|| Constant::Bytes(text.as_bytes().to_vec()))
        }
        (Constant::Bytes(bytes), "hex") => Some(Constant::Bytes(
            bytes
                .iter()
                .flat_map(|byte| [byte >> 4, byte & 15])
                .filter_map(digit)
                .collect(),
        )),
        _ => None,
    }
}

fn digit(nibble: u8) -> Option<u8> {
    char::from_digit(u32::from(nibble), 16).and_then(|digit| u8::try_from(digit).ok())
}

/// `codecs.decode(value, encoding)`.
pub(super) fn decode(value: &Constant, encoding: &str) -> Option<Constant> {
    let encoding = normal(encoding);
    if let (Constant::Text(text), "rot_13") = (value, encoding.as_str()) {
        return Some(Constant::Text(rot13(text)));
    }
    let bytes = match (value, encoding.as_str()) {
        (Constant::Bytes(bytes), _) => bytes.as_slice(),
        (Constant::Text(text), "unicode_escape" | "raw_unicode_escape" | "hex" | "base64") => {
            text.as_bytes()
        }
        _ => return None,
    };
    let text = match encoding.as_str() {
        "hex" => return hex(bytes).map(Constant::Bytes),
        "base64" => return base64(bytes, false).map(Constant::Bytes),
        "utf_8" => std::str::from_utf8(bytes).ok()?.to_owned(),
        "ascii" => bytes
            .is_ascii()
            .then(|| String::from_utf8_lossy(bytes).into_owned())?,
        "latin_1" => bytes.iter().copied().map(char::from).collect(),
        "utf_16" => match bytes {
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
            _ => utf16(bytes, u16::from_le_bytes)?,
        },
        "utf_16_le" => utf16(bytes, u16::from_le_bytes)?,
        "utf_16_be" => utf16(bytes, u16::from_be_bytes)?,
        "unicode_escape" => String::from_utf8(escapes::unicode(bytes)?).ok()?,
        "raw_unicode_escape" => String::from_utf8(escapes::raw_unicode(bytes)?).ok()?,
        _ => return None,
    };
    Some(Constant::Text(text))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok()
}

fn rot13(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            'a'..='m' | 'A'..='M' => char::from_u32(u32::from(character) + 13).unwrap_or(character),
            'n'..='z' | 'N'..='Z' => char::from_u32(u32::from(character) - 13).unwrap_or(character),
            other => other,
        })
        .collect()
}

/// Hexadecimal digits as bytes.
pub(super) fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|[high, low]| {
            let value = char::from(*high).to_digit(16)? * 16 + char::from(*low).to_digit(16)?;
            u8::try_from(value).ok()
        })
        .collect()
}

/// Base64 as `binascii` reads it: what is not a digit is passed over, and padding ends it.
pub(super) fn base64(text: &[u8], url_safe: bool) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let (mut bits, mut place, mut padding) = (0_u32, 0_u32, 0_u32);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'-' if url_safe => 62,
            b'_' if url_safe => 63,
            b'=' if place >= 2 => {
                padding += 1;
                if place + padding >= 4 {
                    return Some(decoded);
                }
                continue;
            }
            _ => continue,
        };
        padding = 0;
        bits = ((bits << 6) | u32::from(digit)) & 0x00ff_ffff;
        if place > 0 {
            decoded.push(u8::try_from((bits >> (6 - 2 * place)) & 0xff).ok()?);
        }
        place = (place + 1) % 4;
    }
    (place == 0).then_some(decoded)
}
