//! Budgets of a read and the defects that a reader met.

/// Budgets that bound time and memory on hostile input. A budget that ran out is a defect, never silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Opcodes of one pickle stream.
    pub opcodes: u64,
    /// Values on the pickle stack, with runs of plain values counted once.
    pub stack: usize,
    /// Entries of the pickle memo.
    pub memo: usize,
    /// Bytes of text and constants kept in memory at a time.
    pub held_bytes: usize,
    /// Members of an archive.
    pub members: usize,
    /// Bytes that all members of one artifact may inflate to.
    pub inflated_bytes: u64,
    /// How many times larger than its compressed form a member over 1 MiB may be.
    pub ratio: u64,
    /// Containers in containers, and loads in loads.
    pub depth: u32,
    /// Bytes of a text header that is parsed whole (safetensors: the format's own limit is 100 MB).
    pub header_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            opcodes: 200_000_000,
            stack: 4_000_000,
            memo: 10_000_000,
            held_bytes: 64 << 20,
            members: 100_000,
            inflated_bytes: 4 << 30,
            ratio: 1_100,
            depth: 8,
            header_bytes: 100_000_000,
        }
    }
}

/// Which kind of doubt a defect raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefectKind {
    /// Not what the format says: a bad opcode, a short header.
    Malformed,
    /// The input ends in the middle.
    Truncated,
    /// A budget of [`Limits`] ran out; what follows was not read.
    Budget,
    /// Two readers of the same bytes see different things: local header and central directory, duplicates.
    Disagreement,
    /// A valid feature that is not read here: encryption, an unknown compression.
    Unsupported,
    /// The input could not be read from below.
    Io,
}

/// Something that was wrong with the bytes, at a place. Readers return it with what they could read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// Which kind of doubt it raises.
    pub kind: DefectKind,
    /// Byte offset in the input that was given to the reader.
    pub offset: u64,
    /// One sentence without a final full stop, naming what was expected.
    pub message: String,
}

impl Defect {
    /// Makes a defect.
    pub fn new(kind: DefectKind, offset: u64, message: impl Into<String>) -> Self {
        Self {
            kind,
            offset,
            message: message.into(),
        }
    }
}
