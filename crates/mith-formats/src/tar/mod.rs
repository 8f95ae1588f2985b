//! A tolerant tar walker: ustar, pax and GNU headers.
//!
//! Owns: names, kinds, sizes and data ranges of members. Must never: follow a link, or take garbage for a tar.

mod header;
#[cfg(test)]
mod tests;
mod walk;

use std::ops::Range;

use crate::{Defect, Input, Limits, Section};

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TarKind {
    /// A regular file.
    File,
    /// A hard link to [`TarMember::link`].
    HardLink,
    /// A symbolic link to [`TarMember::link`].
    SymbolicLink,
    /// A folder.
    Folder,
    /// A device or a fifo.
    Device,
    /// A sparse file, whose data is not laid out plainly; not read here.
    Sparse,
    /// Anything else, by its type flag.
    Other(u8),
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TarMember {
    /// The raw name, with long names and pax records applied.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: TarKind,
    /// Target of a link.
    pub link: Option<Vec<u8>>,
    /// Claimed size.
    pub size: u64,
    /// Where its (last) header is.
    pub header_offset: u64,
    /// Where the data is, cut to the input.
    pub data: Range<u64>,
}

impl TarMember {
    /// The data as a window.
    pub fn open<'input>(&self, input: &'input dyn Input) -> Section<'input> {
        Section::new(input, self.data.start, self.data.end - self.data.start)
    }

    /// The name for people and for paths in reports.
    pub fn display_name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }
}

/// What a tar holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TarArchive {
    /// Members in file order.
    pub members: Vec<TarMember>,
    /// Where the archive ends: behind the closing zero blocks, or where reading stopped.
    pub end: u64,
}

/// Lists a tar. Bytes without a valid first header give no members and one `Malformed` defect.
pub fn read(input: &dyn Input, limits: &Limits) -> (TarArchive, Vec<Defect>) {
    let mut walker = walk::Walker::new(input, limits);
    walker.run();
    walker.finish()
}

/// Whether these 512 bytes are a header, by its checksum.
pub fn is_header(block: &[u8]) -> bool {
    header::Header::parse(block).is_some()
}
