//! Numbers and windows out of hostile bytes, without indexing and without trust in any length.

use std::io;

use crate::Input;

/// The bytes `at..at + LENGTH`, when they are there.
pub(crate) fn array_at<const LENGTH: usize>(bytes: &[u8], at: usize) -> Option<[u8; LENGTH]> {
    let end = at.checked_add(LENGTH)?;
    bytes.get(at..end)?.try_into().ok()
}

/// A little-endian 16-bit number.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

/// A little-endian 32-bit number.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

/// A little-endian 64-bit number.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

/// Keeps a window of an input in memory, so that many small reads near each other cost one read below.
pub(crate) struct Window<'input> {
    input: &'input dyn Input,
    size: usize,
    start: u64,
    held: Vec<u8>,
}

impl<'input> Window<'input> {
    /// A window that reads `size` bytes at a time.
    pub(crate) const fn new(input: &'input dyn Input, size: usize) -> Self {
        Self {
            input,
            size,
            start: 0,
            held: Vec::new(),
        }
    }

    /// Length of the input below.
    pub(crate) fn input_size(&self) -> u64 {
        self.input.size()
    }

    /// Up to `length` bytes from `offset`; shorter at the end of the input. `length` is our own number or a
    /// 16-bit claim, never larger.
    pub(crate) fn bytes(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let inside = offset
            .checked_sub(self.start)
            .and_then(|at| usize::try_from(at).ok())
            .filter(|at| {
                at.checked_add(length)
                    .is_some_and(|end| end <= self.held.len())
            });
        let at = if let Some(at) = inside {
            at
        } else {
            self.held = crate::input::read_vec(self.input, offset, self.size.max(length))?;
            self.start = offset;
            0
        };
        let end = at.saturating_add(length).min(self.held.len());
        Ok(self.held.get(at..end).unwrap_or_default())
    }
}
