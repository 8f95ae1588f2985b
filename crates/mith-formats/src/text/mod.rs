//! Whether a whole file is UTF-8 text.

#[cfg(test)]
mod tests;

use std::io;

use crate::{Input, json::Utf8Check};

const CHUNK: usize = 64 << 10;

/// Whether every byte belongs to UTF-8 text without control characters other than tab, line feed, carriage return and
/// form feed. Streams over the file; stops at the first byte that does not fit. An empty file is text.
///
/// # Errors
/// What the input said.
pub fn is_utf8_text(input: &dyn Input) -> io::Result<bool> {
    let mut buffer = vec![0; CHUNK];
    let mut check = Utf8Check::default();
    let mut at = 0;
    loop {
        let count = input.read_at(at, &mut buffer)?;
        let chunk = buffer.get(..count).unwrap_or_default();
        if chunk.is_empty() {
            // An input that ends before its size was not read to its end.
            return Ok(check.is_complete() && at == input.size());
        }
        if chunk.iter().copied().any(is_control) || !check.feed(chunk) {
            return Ok(false);
        }
        at += count as u64;
    }
}

/// Control characters that text does not hold.
pub(crate) const fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=0x08 | 0x0b | 0x0e..=0x1f | 0x7f)
}
