//! Frames: which bytes the loader reads when a FRAME opcode lies about its length.
//!
//! `loads` and the linear part of Python's reader go on byte after byte. `load(file)` of the C reader takes a whole frame
//! into a buffer; when a read crosses its end, the rest of the buffer is dropped and reading goes on behind the frame. For a
//! file with `peek` (an open file, but not `BytesIO`) a frame that lies within the peeked bytes has no effect at all.

/// Reads below this length are tried by `peek` first.
const PREFETCH: u64 = 128 << 10;

/// How many open frame ends are remembered; honest streams have one.
const OPEN_FRAMES: usize = 64;

/// How the loader takes bytes from its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ahead {
    /// Byte after byte.
    Linear,
    /// From a file without `peek`: frames alone are read ahead.
    Exact,
    /// From a buffered file of this buffer size: peeked, then frames.
    Buffered(u64),
}

/// A stretch that the reader holds in its buffer while its file stands behind it.
#[derive(Debug, Clone, Copy)]
struct Owned {
    /// Where the stretch ends.
    end: u64,
    /// Where the file stands.
    resume: u64,
}

/// The state of read-ahead.
pub(super) struct Frames {
    ahead: Ahead,
    /// Linear: ends of frames that begin before here and end behind it.
    open: Vec<u64>,
    /// Linear: the offset of the first opcode at which readers would go apart.
    lie: Option<u64>,
    owned: Option<Owned>,
    /// Buffered: end of the bytes that were peeked.
    peeked: u64,
    /// Buffered: end of the bytes in the file's own buffer.
    filled: u64,
}

impl Frames {
    pub(super) const fn new(ahead: Ahead) -> Self {
        Self {
            ahead,
            open: Vec::new(),
            lie: None,
            owned: None,
            peeked: 0,
            filled: 0,
        }
    }

    /// How the loader takes bytes.
    pub(super) const fn ahead(&self) -> Ahead {
        self.ahead
    }

    /// Whether this is the linear reading.
    pub(super) fn is_linear(&self) -> bool {
        self.ahead == Ahead::Linear
    }

    /// Where readers went apart, seen in the linear reading.
    pub(super) const fn lie(&self) -> Option<u64> {
        self.lie
    }

    /// The next offset behind `position` at which a read must ask again; `u64::MAX` without one.
    pub(super) fn boundary(&self, position: u64) -> u64 {
        match self.ahead {
            Ahead::Linear => self
                .open
                .iter()
                .copied()
                .filter(|end| *end > position)
                .min(),
            Ahead::Exact => self.owned.map(|owned| owned.end),
            Ahead::Buffered(_) => Some(self.owned.map_or(self.peeked, |owned| owned.end)),
        }
        .map_or(u64::MAX, |end| end.max(position))
    }

    /// Prepares a read of `count` bytes at `position`, made by the opcode at `opcode`; returns where it really begins.
    pub(super) fn read(&mut self, opcode: u64, position: u64, count: u64, size: u64) -> u64 {
        let end = position.saturating_add(count);
        if self.is_linear() {
            self.open.retain(|open| *open > position);
            if self.open.iter().any(|open| *open < end) {
                self.lie = self.lie.or(Some(opcode));
                self.open.retain(|open| *open >= end);
            }
            return position;
        }
        let mut position = position;
        if let Some(owned) = self.owned {
            if end <= owned.end {
                return position;
            }
            self.owned = None;
            self.peeked = 0;
            position = owned.resume;
        }
        if let Ahead::Buffered(block) = self.ahead {
            self.peek(position, count, size, block);
        }
        position
    }

    /// Prepares reading the `count` bytes of a `bytes` or `bytearray`, made by the opcode at `opcode`. The C reader copies
    /// what it holds and takes the rest from the file, so nothing is dropped at the end of a frame. Returns where the bytes
    /// begin, or would begin if they lay in one piece.
    pub(super) fn read_into(&mut self, opcode: u64, position: u64, count: u64, size: u64) -> u64 {
        if self.is_linear() {
            return self.read(opcode, position, count, size);
        }
        let mut begin = position;
        let mut held = self.peeked;
        if let Some(owned) = self.owned {
            held = owned.end;
            if position.saturating_add(count) > owned.end {
                begin = owned.resume - owned.end.saturating_sub(position).min(owned.resume);
            }
        }
        if position.saturating_add(count) <= held {
            return position;
        }
        self.owned = None;
        self.peeked = 0;
        if let Ahead::Buffered(block) = self.ahead {
            let end = begin.saturating_add(count);
            let from = self.filled.max(begin);
            if end > from {
                self.filled = if end - from > block {
                    end
                } else {
                    from.saturating_add(block).min(size)
                };
            }
        }
        begin
    }

    /// A buffered file: what `peek` and `read` leave in which buffer.
    fn peek(&mut self, position: u64, count: u64, size: u64, block: u64) {
        let end = position.saturating_add(count);
        if end <= self.peeked {
            return;
        }
        if count < PREFETCH {
            if self.filled <= position {
                self.filled = position.saturating_add(block).min(size);
            }
            self.peeked = self.filled;
            if end <= self.peeked {
                return;
            }
        }
        let missing = end.saturating_sub(self.filled.max(position));
        let direct = missing - missing % block;
        let behind = self.filled.max(position).saturating_add(direct);
        self.filled = if missing == 0 {
            self.filled
        } else if missing > direct {
            behind.saturating_add(block).min(size)
        } else {
            behind
        };
        self.own(end);
    }

    fn own(&mut self, end: u64) {
        self.peeked = 0;
        self.owned = Some(Owned { end, resume: end });
    }

    /// Prepares reading a line: where to look for its end first, as an end offset; a line that does not end before it
    /// begins at the file instead.
    pub(super) fn line_limit(&self, position: u64) -> u64 {
        self.owned.map_or(u64::MAX, |owned| owned.end.max(position))
    }

    /// A line is not complete in the stretch that is held: returns where the file's `readline` begins.
    pub(super) fn line_from_file(&mut self, position: u64) -> u64 {
        match self.owned.take() {
            Some(owned) => {
                self.peeked = 0;
                owned.resume
            }
            None => position,
        }
    }

    /// A line was read from `start` to `end`.
    pub(super) fn line(&mut self, opcode: u64, start: u64, end: u64, size: u64) {
        match self.ahead {
            Ahead::Linear => {
                self.read(opcode, start, end - start, size);
            }
            Ahead::Exact => {}
            Ahead::Buffered(block) => {
                if self.owned.is_some() || end <= self.peeked {
                    return;
                }
                let mut filled = self.filled.max(start);
                let missing = end.saturating_sub(filled);
                filled = filled.saturating_add(missing.div_ceil(block).saturating_mul(block));
                self.filled = filled.min(size).max(end);
                self.own(end);
            }
        }
    }

    /// A FRAME of `length` bytes begins at `position`; returns where it really begins.
    pub(super) fn frame(&mut self, opcode: u64, position: u64, length: u64, size: u64) -> u64 {
        if length == 0 {
            return position;
        }
        let end = position.saturating_add(length);
        match self.ahead {
            Ahead::Linear => {
                self.open.retain(|open| *open > position);
                if self.open.iter().any(|open| *open < end) || self.open.len() >= OPEN_FRAMES {
                    self.lie = self.lie.or(Some(opcode));
                }
                if self.open.len() < OPEN_FRAMES {
                    self.open.push(end);
                }
                position
            }
            Ahead::Exact => {
                let held = self.owned.is_some_and(|owned| end <= owned.end);
                let position = self.read(opcode, position, length, size);
                if !held {
                    self.own(position.saturating_add(length));
                }
                position
            }
            Ahead::Buffered(_) => self.read(opcode, position, length, size),
        }
    }

    /// STOP was read up to `position`: where the next read of the same file begins.
    pub(super) fn after_stop(&mut self, opcode: u64, position: u64) -> u64 {
        let open = self
            .open
            .iter()
            .copied()
            .filter(|end| *end > position)
            .max();
        if let Some(end) = open {
            self.lie = self.lie.or(Some(opcode));
            return end;
        }
        self.owned.map_or(position, |owned| owned.resume)
    }

    /// `count` raw bytes are taken from the file itself, not from a frame; returns where they begin, and where reading
    /// opcodes goes on.
    pub(super) fn raw(&mut self, opcode: u64, position: u64, count: u64) -> (u64, u64) {
        if self.is_linear() {
            self.open.retain(|open| *open > position);
            if !self.open.is_empty() {
                self.lie = self.lie.or(Some(opcode));
                self.open.clear();
            }
            return (position, position.saturating_add(count));
        }
        match &mut self.owned {
            Some(owned) if owned.end > position => {
                let start = owned.resume;
                owned.resume = start.saturating_add(count);
                (start, position)
            }
            _ => {
                self.owned = None;
                self.peeked = 0;
                (position, position.saturating_add(count))
            }
        }
    }
}
