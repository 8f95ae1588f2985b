//! The window over the bytes of a stream: one slice that the interpreter reads from, moved forward as needed.

use std::io;
use std::ops::Range;

use super::frames::{Ahead, Frames};
use super::halt::Halt;
use super::source::PickleSource;
use crate::limits::{Defect, DefectKind};

/// Bytes of the window.
const WINDOW: usize = 64 << 10;

/// Content up to this length is looked at; longer content is known by its place alone.
pub(super) const HOLD: u64 = 32 << 10;

/// The content of an argument.
pub(super) enum Payload {
    /// In the window, until the next read.
    Window(Range<usize>),
    /// Too long to be looked at.
    At {
        /// Where it begins.
        offset: u64,
        /// Its length.
        len: u64,
    },
}

/// A line, without its end.
pub(super) struct Line {
    /// The content.
    pub(super) content: Payload,
    /// Where it begins.
    pub(super) start: u64,
}

/// Reads a stream through a window.
pub(super) struct Reader<'source> {
    source: &'source dyn PickleSource,
    buffer: Vec<u8>,
    /// Offset of the first byte of the window.
    base: u64,
    /// The next byte.
    at: usize,
    /// Bytes of the window that may be read without asking.
    limit: usize,
    /// Bytes of the window.
    filled: usize,
    size: u64,
    pub(super) frames: Frames,
    /// Offset of the opcode that is being read.
    pub(super) opcode: u64,
    /// What is wrong without ending the reading.
    pub(super) defects: Vec<Defect>,
}

impl<'source> Reader<'source> {
    pub(super) fn new(source: &'source dyn PickleSource, start: u64, ahead: Ahead) -> Self {
        let size = source.size().unwrap_or(u64::MAX);
        let window = usize::try_from(size.saturating_sub(start)).unwrap_or(WINDOW);
        Self {
            source,
            buffer: vec![0; window.clamp(1, WINDOW)],
            base: start,
            at: 0,
            limit: 0,
            filled: 0,
            size,
            frames: Frames::new(ahead),
            opcode: start,
            defects: Vec::new(),
        }
    }

    /// Begins another pickle where the last one ended.
    pub(super) fn restart(&mut self) {
        self.frames = Frames::new(self.frames.ahead());
        self.limit = self.at;
    }

    /// Whether there is another byte, or a reason to say that it cannot be read.
    pub(super) fn has_more(&mut self) -> bool {
        match self.fill(1) {
            Ok(()) => true,
            Err(halt) => halt.0.kind != DefectKind::Truncated,
        }
    }

    /// Offset of the next byte.
    #[inline]
    pub(super) const fn position(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Reads an opcode and remembers where it stands.
    #[inline]
    pub(super) fn opcode(&mut self) -> Result<u8, Halt> {
        if self.at < self.limit
            && let Some(byte) = self.buffer.get(self.at)
        {
            self.opcode = self.position();
            self.at += 1;
            return Ok(*byte);
        }
        self.opcode = self.position();
        let position = self.frames.read(self.opcode, self.position(), 1, self.size);
        self.seek(position);
        self.opcode = position;
        self.fill(1)?;
        let byte = self.buffer.get(self.at).copied();
        self.at += 1;
        byte.ok_or_else(|| self.ends())
    }

    /// Reads an argument of fixed length.
    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Halt> {
        let window = self.buffer.get(self.at..self.limit);
        if let Some(chunk) = window.and_then(|window| window.first_chunk::<N>()) {
            self.at += N;
            return Ok(*chunk);
        }
        self.slow_array()
    }

    #[cold]
    fn slow_array<const N: usize>(&mut self) -> Result<[u8; N], Halt> {
        self.admit(N as u64);
        self.fill(N)?;
        let window = self.buffer.get(self.at..self.filled);
        let chunk = window.and_then(|window| window.first_chunk::<N>()).copied();
        self.at += N;
        chunk.ok_or_else(|| self.ends())
    }

    /// The bytes of a range that a read gave.
    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.buffer.get(range).unwrap_or_default()
    }

    fn ends(&self) -> Halt {
        Halt::truncated(self.position(), "the stream ends before the pickle does")
    }

    fn seek(&mut self, position: u64) {
        let inside = position
            .checked_sub(self.base)
            .and_then(|distance| usize::try_from(distance).ok())
            .filter(|distance| *distance <= self.filled);
        if let Some(at) = inside {
            self.at = at;
        } else {
            self.base = position;
            self.at = 0;
            self.filled = 0;
        }
        self.limit = self.at;
    }

    /// Asks the frames for a read of `count` bytes.
    fn admit(&mut self, count: u64) {
        let position = self
            .frames
            .read(self.opcode, self.position(), count, self.size);
        if position != self.position() {
            self.seek(position);
        }
    }

    /// Brings `count` bytes into the window.
    fn fill(&mut self, count: usize) -> Result<(), Halt> {
        if self.filled.saturating_sub(self.at) < count {
            self.load(count)?;
        }
        let boundary = self
            .frames
            .boundary(self.position())
            .saturating_sub(self.base);
        self.limit = usize::try_from(boundary)
            .unwrap_or(usize::MAX)
            .min(self.filled);
        Ok(())
    }

    /// Moves the window so that it begins here, and fills it.
    fn load(&mut self, count: usize) -> Result<(), Halt> {
        self.buffer
            .copy_within(self.at.min(self.filled)..self.filled, 0);
        self.base += self.at as u64;
        self.filled = self.filled.saturating_sub(self.at);
        self.at = 0;
        while self.filled < count {
            let filled = self.filled;
            let Some(rest) = self
                .buffer
                .get_mut(filled..)
                .filter(|rest| !rest.is_empty())
            else {
                return Err(self.ends());
            };
            match self.source.read_at(self.base + filled as u64, rest) {
                Ok(0) => {
                    return Err(Halt::truncated(
                        self.base + filled as u64,
                        "the stream ends before the pickle does",
                    ));
                }
                Ok(read) => self.filled += read.min(rest.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let message = format!("the stream cannot be read: {error}");
                    return Err(Halt::new(
                        DefectKind::Io,
                        self.base + filled as u64,
                        message,
                    ));
                }
            }
        }
        Ok(())
    }

    /// Reads an argument of `len` bytes.
    pub(super) fn payload(&mut self, len: u64) -> Result<Payload, Halt> {
        self.admit(len);
        self.take(len)
    }

    /// Reads the `len` bytes of a `bytes` or `bytearray`, which may begin in a frame and end behind it.
    pub(super) fn payload_into(&mut self, len: u64) -> Result<Payload, Halt> {
        let position = self
            .frames
            .read_into(self.opcode, self.position(), len, self.size);
        if position != self.position() {
            self.seek(position);
        }
        self.take(len)
    }

    /// Takes the next `len` bytes.
    fn take(&mut self, len: u64) -> Result<Payload, Halt> {
        if let Some(count) = usize::try_from(len).ok().filter(|_| len <= HOLD) {
            self.fill(count)?;
            let range = self.at..self.at + count;
            self.at += count;
            return Ok(Payload::Window(range));
        }
        let offset = self.position();
        self.skip_to(offset.saturating_add(len))?;
        Ok(Payload::At { offset, len })
    }

    /// Moves to `end`, which has to be within the stream.
    fn skip_to(&mut self, end: u64) -> Result<(), Halt> {
        let here = self.base + self.filled as u64;
        let exists = if self.source.size().is_some() {
            end <= self.size
        } else {
            end <= here || matches!(self.source.read_at(end - 1, &mut [0]), Ok(1..))
        };
        if !exists {
            let message = "an argument is longer than what is left of the stream";
            return Err(Halt::truncated(self.opcode, message));
        }
        self.seek(end);
        Ok(())
    }

    /// Reads a line. At the end of the stream its last byte is cut as if it were the line feed, as Python's reader does.
    pub(super) fn line(&mut self) -> Result<Line, Halt> {
        let held = self
            .frames
            .line_limit(self.position())
            .saturating_sub(self.position());
        let mut found = self.find_line_feed(held)?;
        if found.is_none() && held != u64::MAX - self.position() && !self.frames.is_linear() {
            let from = self.frames.line_from_file(self.position());
            self.seek(from);
            found = self.find_line_feed(u64::MAX)?;
        }
        let start = self.position();
        let Some(length) = found else {
            return self.last_line(start);
        };
        self.frames
            .line(self.opcode, start, start + length + 1, self.size);
        if let Some(count) = usize::try_from(length)
            .ok()
            .filter(|count| self.at + count < self.filled)
        {
            let content = Payload::Window(self.at..self.at + count);
            self.at += count + 1;
            self.fill(0)?;
            return Ok(Line { content, start });
        }
        self.seek(start + length + 1);
        Ok(Line {
            content: Payload::At {
                offset: start,
                len: length,
            },
            start,
        })
    }

    /// How far the next line feed is, looking at no more than `held` bytes.
    fn find_line_feed(&mut self, held: u64) -> Result<Option<u64>, Halt> {
        let mut wanted = 256;
        loop {
            let short = match self.fill(wanted) {
                Ok(()) => false,
                Err(halt) if halt.0.kind == DefectKind::Truncated => true,
                Err(halt) => return Err(halt),
            };
            let window = self.buffer.get(self.at..self.filled).unwrap_or_default();
            let cut = usize::try_from(held)
                .unwrap_or(usize::MAX)
                .min(window.len());
            let seen = window.get(..cut).unwrap_or_default();
            if let Some(found) = seen.iter().position(|byte| *byte == b'\n') {
                return Ok(Some(found as u64));
            }
            if short || cut < window.len() || held <= cut as u64 {
                return Ok(None);
            }
            if window.len() >= self.buffer.len() {
                return self.find_far_line_feed(held);
            }
            wanted = (window.len() * 2).min(self.buffer.len());
        }
    }

    /// The same for a line that is longer than the window, without keeping it.
    fn find_far_line_feed(&mut self, held: u64) -> Result<Option<u64>, Halt> {
        let start = self.position();
        let mut chunk = vec![0; WINDOW];
        let mut offset = self.base + self.filled as u64;
        while offset - start < held {
            let read = self.source.read_at(offset, &mut chunk).map_err(|error| {
                let message = format!("the stream cannot be read: {error}");
                Halt::new(DefectKind::Io, offset, message)
            })?;
            let seen = chunk.get(..read).unwrap_or_default();
            if let Some(found) = seen.iter().position(|byte| *byte == b'\n') {
                let distance = offset - start + found as u64;
                return Ok((distance < held).then_some(distance));
            }
            if read == 0 {
                break;
            }
            offset += read as u64;
        }
        Ok(None)
    }

    /// The stream ends without a line feed.
    fn last_line(&mut self, start: u64) -> Result<Line, Halt> {
        let left = self.filled.saturating_sub(self.at);
        let whole = self.size == u64::MAX || start + left as u64 >= self.size;
        if left == 0 || !whole || left >= WINDOW {
            return Err(Halt::truncated(
                start,
                "a line does not end before the stream does",
            ));
        }
        let message = "the stream ends in a line";
        self.defects
            .push(Defect::new(DefectKind::Truncated, start, message));
        self.frames
            .line(self.opcode, start, start + left as u64, self.size);
        let content = Payload::Window(self.at..self.filled - 1);
        self.at = self.filled;
        self.limit = self.filled;
        Ok(Line { content, start })
    }

    /// Enters a frame of `length` bytes.
    pub(super) fn frame(&mut self, length: u64) -> Result<(), Halt> {
        let position = self
            .frames
            .frame(self.opcode, self.position(), length, self.size);
        if position != self.position() {
            self.seek(position);
        }
        if self.size != u64::MAX && position.saturating_add(length) > self.size {
            let message = format!("FRAME claims {length} bytes, more than the stream has left");
            if !self.frames.is_linear() {
                return Err(Halt::truncated(self.opcode, message));
            }
            self.defects
                .push(Defect::new(DefectKind::Truncated, self.opcode, message));
        }
        self.limit = self.at;
        Ok(())
    }

    /// Takes `count` raw bytes from the file below the frames; returns where they begin.
    pub(super) fn raw(&mut self, count: u64) -> Result<u64, Halt> {
        let (start, resume) = self.frames.raw(self.opcode, self.position(), count);
        if self.size != u64::MAX && start.saturating_add(count) > self.size {
            let message = "an array claims more bytes than the stream has left";
            return Err(Halt::truncated(start, message));
        }
        if resume > self.position() {
            self.skip_to(resume)?;
        }
        Ok(start)
    }

    /// Reads one raw byte below the frames.
    pub(super) fn raw_byte(&mut self) -> Result<u8, Halt> {
        if self.frames.is_linear() {
            self.frames.raw(self.opcode, self.position(), 0);
            self.limit = self.at;
            return self.array::<1>().map(|[byte]| byte);
        }
        let start = self.raw(1)?;
        let mut byte = [0];
        if let Some(index) = start
            .checked_sub(self.base)
            .and_then(|far| usize::try_from(far).ok())
            && index < self.filled
        {
            return self.buffer.get(index).copied().ok_or_else(|| self.ends());
        }
        match self.source.read_at(start, &mut byte) {
            Ok(1..) => Ok(byte[0]),
            _ => Err(Halt::truncated(start, "the stream ends before an array")),
        }
    }
}
