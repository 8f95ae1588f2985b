//! JSON on stdout: one object and a line feed.

use std::io::{self, Write};

use serde::Serialize;

/// Writes any of our contract objects.
///
/// # Errors
/// What the writer said.
pub fn write(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
