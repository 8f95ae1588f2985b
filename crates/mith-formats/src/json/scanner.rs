//! Characters and tokens of JSON out of an input, one buffer at a time.

use crate::{Defect, DefectKind, Input};

const BUFFER: u64 = 64 << 10;

/// A number longer than this is hostile: 64-bit numbers need 20 digits, doubles 25.
const LONGEST_NUMBER: usize = 1024;

pub(super) struct Scanner<'input> {
    input: &'input dyn Input,
    /// The input offset of `buffer[0]`.
    start: u64,
    end: u64,
    buffer: Vec<u8>,
    at: usize,
    /// The token that was read last.
    token: Vec<u8>,
    /// The token as text, when it needed repair.
    repaired: Option<String>,
    held: usize,
}

impl<'input> Scanner<'input> {
    pub(super) const fn new(input: &'input dyn Input, start: u64, end: u64, held: usize) -> Self {
        Self {
            input,
            start,
            end,
            buffer: Vec::new(),
            at: 0,
            token: Vec::new(),
            repaired: None,
            held,
        }
    }

    pub(super) const fn offset(&self) -> u64 {
        self.start.saturating_add(self.at as u64)
    }

    /// The last token as text.
    pub(super) fn text(&self) -> &str {
        match &self.repaired {
            Some(text) => text,
            None => std::str::from_utf8(&self.token).unwrap_or_default(),
        }
    }

    /// The byte at the current place; `None` at the end.
    fn peek(&mut self) -> Result<Option<u8>, Defect> {
        if let Some(byte) = self.buffer.get(self.at) {
            return Ok(Some(*byte));
        }
        self.start = self.offset();
        self.at = 0;
        let want = self.end.saturating_sub(self.start).min(BUFFER);
        self.buffer.resize(usize::try_from(want).unwrap_or(0), 0);
        let count = match self.buffer.as_mut_slice() {
            [] => 0,
            buffer => self
                .input
                .read_at(self.start, buffer)
                .map_err(|error| Defect::new(DefectKind::Io, self.start, error.to_string()))?,
        };
        self.buffer.truncate(count);
        Ok(self.buffer.first().copied())
    }

    pub(super) const fn bump(&mut self) {
        self.at += 1;
    }

    /// Skips white space and gives the byte behind it.
    pub(super) fn skip_space(&mut self) -> Result<Option<u8>, Defect> {
        while let Some(byte) = self.peek()? {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Ok(Some(byte));
            }
            self.bump();
        }
        Ok(None)
    }

    pub(super) fn unexpected(&mut self, wanted: &str) -> Defect {
        match self.peek() {
            Ok(Some(byte)) => {
                let shown = char::from(byte).escape_default();
                self.malformed(format!("expected {wanted}, found `{shown}`"))
            }
            Ok(None) => Defect::new(
                DefectKind::Truncated,
                self.offset(),
                "the JSON text ends in the middle",
            ),
            Err(defect) => defect,
        }
    }

    fn malformed(&self, message: impl Into<String>) -> Defect {
        Defect::new(DefectKind::Malformed, self.offset(), message)
    }

    pub(super) fn word(&mut self, word: &'static str) -> Result<(), Defect> {
        for wanted in word.bytes() {
            if self.peek()? != Some(wanted) {
                return Err(self.unexpected(word));
            }
            self.bump();
        }
        Ok(())
    }

    /// A number as JSON spells it, or one of Python's three words.
    pub(super) fn number(&mut self) -> Result<(), Defect> {
        self.token.clear();
        self.repaired = None;
        if self.peek()? == Some(b'-') {
            self.take(b'-');
        }
        match self.peek()? {
            Some(b'I') => return self.named_number("Infinity"),
            Some(b'N') if self.token.is_empty() => return self.named_number("NaN"),
            Some(b'0') => self.take(b'0'),
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(self.unexpected("a digit")),
        }
        if self.peek()? == Some(b'.') {
            self.take(b'.');
            self.digits()?;
        }
        if let Some(exponent @ (b'e' | b'E')) = self.peek()? {
            self.take(exponent);
            if let Some(sign @ (b'+' | b'-')) = self.peek()? {
                self.take(sign);
            }
            self.digits()?;
        }
        Ok(())
    }

    fn named_number(&mut self, word: &'static str) -> Result<(), Defect> {
        self.word(word)?;
        self.token.extend_from_slice(word.as_bytes());
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), Defect> {
        let before = self.token.len();
        while let Some(digit @ b'0'..=b'9') = self.peek()? {
            if self.token.len() >= LONGEST_NUMBER {
                return Err(Defect::new(
                    DefectKind::Budget,
                    self.offset(),
                    format!("a number has more than {LONGEST_NUMBER} digits"),
                ));
            }
            self.take(digit);
        }
        if self.token.len() == before {
            return Err(self.unexpected("a digit"));
        }
        Ok(())
    }

    fn take(&mut self, byte: u8) {
        self.token.push(byte);
        self.bump();
    }

    /// Reads a string from its opening quote to behind its closing one. False when it was too long to hold.
    pub(super) fn string(&mut self) -> Result<bool, Defect> {
        self.token.clear();
        self.repaired = None;
        self.bump();
        let mut complete = true;
        let mut check = Utf8Check::default();
        loop {
            let Some(byte) = self.peek()? else {
                return Err(self.unexpected("a closing quote"));
            };
            match byte {
                b'"' => {
                    self.bump();
                    break;
                }
                b'\\' => {
                    if !check.is_complete() {
                        return Err(self.malformed("a string is not UTF-8"));
                    }
                    self.bump();
                    self.escape(&mut complete)?;
                }
                0..=0x1f => return Err(self.unexpected("no control character in a string")),
                _ => complete &= self.plain(&mut check)?,
            }
        }
        if !check.is_complete() {
            return Err(self.malformed("a string is not UTF-8"));
        }
        if std::str::from_utf8(&self.token).is_err() {
            // Only a token that was cut, in the middle of a character, comes here.
            self.repaired = Some(String::from_utf8_lossy(&self.token).into_owned());
        }
        Ok(complete)
    }

    /// Takes a run of bytes that stand for themselves.
    fn plain(&mut self, check: &mut Utf8Check) -> Result<bool, Defect> {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
            .unwrap_or(rest.len());
        let run = rest.get(..length).unwrap_or_default();
        let fits = check.feed(run);
        let room = self.held.saturating_sub(self.token.len());
        self.token.extend_from_slice(run.get(..room).unwrap_or(run));
        self.at += length;
        if !fits {
            return Err(self.malformed("a string is not UTF-8"));
        }
        Ok(length <= room)
    }

    fn escape(&mut self, complete: &mut bool) -> Result<(), Defect> {
        let Some(byte) = self.peek()? else {
            return Err(self.unexpected("an escape"));
        };
        let plain = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.bump();
                let value = self.unicode()?;
                self.put(value, complete);
                return Ok(());
            }
            _ => return Err(self.unexpected("an escape")),
        };
        self.bump();
        self.put(plain, complete);
        Ok(())
    }

    fn put(&mut self, value: char, complete: &mut bool) {
        let mut utf8 = [0; 4];
        let utf8 = value.encode_utf8(&mut utf8);
        if self.token.len() + utf8.len() <= self.held {
            self.token.extend_from_slice(utf8.as_bytes());
        } else {
            *complete = false;
        }
    }

    /// The value behind `\u`, two of them for a surrogate pair. A lone surrogate, which Python accepts, is replaced.
    fn unicode(&mut self) -> Result<char, Defect> {
        let first = self.hex()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        // The pair needs the next six bytes; looking ahead stays inside what `ahead` can see.
        let Some(second) = self.ahead_low_surrogate()? else {
            return Ok(char::REPLACEMENT_CHARACTER);
        };
        let value = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        Ok(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Takes `\uDC00`…`\uDFFF` when that is what follows, and nothing otherwise.
    fn ahead_low_surrogate(&mut self) -> Result<Option<u32>, Defect> {
        let rest = match self.buffer.get(self.at..self.at + 6) {
            Some(rest) => rest.to_vec(),
            None => crate::input::read_vec(self.input, self.offset(), 6)
                .map_err(|error| Defect::new(DefectKind::Io, self.offset(), error.to_string()))?,
        };
        let value = match rest.as_slice() {
            [b'\\', b'u', digits @ ..] if digits.len() == 4 => std::str::from_utf8(digits)
                .ok()
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
                .and_then(|digits| u32::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        let low = value.filter(|value| (0xdc00..0xe000).contains(value));
        if low.is_some() && self.offset().saturating_add(6) <= self.end {
            for _ in 0..6 {
                self.peek()?;
                self.bump();
            }
            return Ok(low);
        }
        Ok(None)
    }

    fn hex(&mut self) -> Result<u32, Defect> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek()?.and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("four hexadecimal digits"));
            };
            value = value * 16 + digit;
            self.bump();
        }
        Ok(value)
    }
}

/// Checks UTF-8 piece by piece, also of text that is not held.
#[derive(Debug, Default)]
pub(crate) struct Utf8Check {
    carry: Vec<u8>,
}

impl Utf8Check {
    /// Takes the next piece; false when it cannot belong to UTF-8 text.
    pub(crate) fn feed(&mut self, mut piece: &[u8]) -> bool {
        while !self.carry.is_empty() {
            let Some((byte, rest)) = piece.split_first() else {
                return true;
            };
            self.carry.push(*byte);
            piece = rest;
            match std::str::from_utf8(&self.carry) {
                Ok(_) => self.carry.clear(),
                Err(error) if error.error_len().is_some() => return false,
                Err(_) => {}
            }
        }
        match std::str::from_utf8(piece) {
            Ok(_) => true,
            Err(error) if error.error_len().is_some() => false,
            Err(error) => {
                let rest = piece.get(error.valid_up_to()..).unwrap_or_default();
                self.carry.extend_from_slice(rest);
                true
            }
        }
    }

    /// Whether no character is open.
    pub(crate) const fn is_complete(&self) -> bool {
        self.carry.is_empty()
    }
}
