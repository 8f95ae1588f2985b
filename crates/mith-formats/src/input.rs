//! How readers see bytes: random access without owning a file, and sequential sections of it.

use std::io::{self, Read};

/// Random access to the bytes of one artifact. The caller owns the file; readers only ask for ranges.
pub trait Input: Send + Sync {
    /// Length in bytes, fixed for the time of the scan.
    fn size(&self) -> u64;

    /// Fills as much of `buffer` as the input holds from `offset`; 0 means the end.
    ///
    /// # Errors
    /// What the operating system said; the reader turns it into a defect, never into silence.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

impl Input for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|start| self.get(start..))
            .unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }
}

impl Input for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.as_slice().read_at(offset, buffer)
    }
}

impl<I: Input + ?Sized> Input for &I {
    fn size(&self) -> u64 {
        (**self).size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buffer)
    }
}

impl<I: Input + ?Sized> Input for std::sync::Arc<I> {
    fn size(&self) -> u64 {
        (**self).size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buffer)
    }
}

/// A window of an input, itself an input: a stored zip member, the tail behind a torch magic number.
#[derive(Clone, Copy)]
pub struct Section<'input> {
    input: &'input dyn Input,
    start: u64,
    size: u64,
}

impl<'input> Section<'input> {
    /// The bytes `start..start + size`, cut to what the input holds.
    pub fn new(input: &'input dyn Input, start: u64, size: u64) -> Self {
        let start = start.min(input.size());
        Self {
            input,
            start,
            size: size.min(input.size() - start),
        }
    }

    /// Where the window begins in the input below it.
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// Reads the window from its beginning to its end, as a stream.
    pub const fn stream(&self) -> SectionStream<'input> {
        SectionStream {
            section: *self,
            position: 0,
        }
    }
}

impl Input for Section<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.size.saturating_sub(offset);
        let count = usize::try_from(rest)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        match buffer.get_mut(..count) {
            Some(part) if count > 0 => self.input.read_at(self.start + offset, part),
            _ => Ok(0),
        }
    }
}

/// A sequential reader of a [`Section`].
pub struct SectionStream<'input> {
    section: Section<'input>,
    position: u64,
}

impl Read for SectionStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.section.read_at(self.position, buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

/// Reads up to `limit` bytes from `offset`; shorter at the end of the input.
///
/// # Errors
/// What the input said.
pub fn read_vec(input: &dyn Input, offset: u64, limit: usize) -> io::Result<Vec<u8>> {
    let available = usize::try_from(input.size().saturating_sub(offset)).unwrap_or(usize::MAX);
    let mut buffer = vec![0; available.min(limit)];
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match input.read_at(offset + filled as u64, rest)? {
            0 => break,
            count => filled += count,
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}
