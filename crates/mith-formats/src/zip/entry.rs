//! What the walker tells about one member and one central directory.

use std::ops::Range;

/// How a member is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Stored: the bytes are the member.
    Stored,
    /// Deflated.
    Deflated,
    /// Anything else, by its number; not read here.
    Other(u16),
}

impl Method {
    /// The method of a number in a header.
    pub const fn from_number(number: u16) -> Self {
        match number {
            0 => Self::Stored,
            8 => Self::Deflated,
            other => Self::Other(other),
        }
    }

    /// The number in a header.
    pub const fn number(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflated => 8,
            Self::Other(number) => number,
        }
    }
}

/// Which readers see a member. A member that some readers see and others do not is a disagreement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Views {
    /// In the central directory that Python's `zipfile` uses, and the last of its name there.
    pub python: bool,
    /// In the central directory that torch's miniz uses. Its lookup ignores case and searches a sorted index, so any
    /// of several duplicates may be the one it opens: all of them are marked.
    pub miniz: bool,
    /// In some central directory.
    pub central: bool,
    /// Met by a reader that walks local headers from the start of the file.
    pub stream: bool,
    /// Found by searching bytes that nothing points to.
    pub carved: bool,
}

/// The header in front of a member's data, as far as it says something of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalHeader {
    /// The name, when it differs from the one in the central directory.
    pub other_name: Option<Vec<u8>>,
    /// General purpose flags.
    pub flags: u16,
    /// Compression method.
    pub method: Method,
    /// CRC-32 claim; 0 with a data descriptor.
    pub crc32: u32,
    /// Compressed size claim (zip64 applied); 0 with a data descriptor.
    pub compressed_size: u64,
    /// Uncompressed size claim (zip64 applied); 0 with a data descriptor.
    pub size: u64,
}

/// One member, as one record tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The raw name: of the central record, or of the local header when there is no central record.
    pub name: Vec<u8>,
    /// Compression method of the record that the name is from.
    pub method: Method,
    /// General purpose flags of the record that the name is from.
    pub flags: u16,
    /// CRC-32 that the data should have; `None` when no header claims one (a carved header with a descriptor).
    pub crc32: Option<u32>,
    /// Compressed size claim, and how many bytes `data` has when the input holds them.
    pub compressed_size: u64,
    /// Uncompressed size claim; `None` when no header claims one.
    pub size: Option<u64>,
    /// Where the local header should be, as an offset into the input.
    pub header_offset: u64,
    /// The local header, when one is there.
    pub local: Option<LocalHeader>,
    /// Where the data is in the input, cut to the input.
    pub data: Range<u64>,
    /// Index into [`super::ZipArchive::directories`] of the directory it is from.
    pub directory: Option<usize>,
    /// Which readers see it.
    pub views: Views,
    /// Its bytes are also those of another entry, so reading all entries would read them more than once: reading it
    /// is charged to the budget even when it is stored.
    pub overlaps: bool,
}

impl Entry {
    /// The name in the local header: what a stream reader calls the member.
    pub fn local_name(&self) -> &[u8] {
        self.local
            .as_ref()
            .and_then(|local| local.other_name.as_deref())
            .unwrap_or(&self.name)
    }

    /// The name for people and for paths in reports; bytes that are not UTF-8 are replaced.
    pub fn display_name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }

    /// Whether it stands for a folder: the name ends with a slash.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with(b"/")
    }

    /// Whether the record that readers of the central directory believe says that it is encrypted.
    pub const fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }
}

/// One central directory, found through one end record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Offset of the end record (`PK\5\6`).
    pub end_record: u64,
    /// Where the directory's records are, as they were walked.
    pub records: Range<u64>,
    /// How many records the end record claims.
    pub claimed_entries: u64,
    /// What is added to every offset: not 0 when bytes were put before (or, lying, taken from) the archive.
    pub base: i64,
    /// Whether a zip64 end record was used.
    pub zip64: bool,
    /// The comment, cut to the input.
    pub comment: Range<u64>,
}
