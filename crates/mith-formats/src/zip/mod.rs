//! A tolerant zip walker: what every kind of zip reader could see in the same bytes.
//!
//! Owns: the central directories (of every end record), the local headers that a stream reader meets, and local
//! headers that hide in gaps. Where those disagree it says so. Must never: read member data while listing, or
//! believe a size.

mod compare;
mod directory;
mod entry;
mod layout;
mod member;
mod read;
mod record;
#[cfg(test)]
mod tests;

pub use entry::{Directory, Entry, LocalHeader, Method, Views};
pub use member::{Member, MemberStream};

use std::ops::Range;

use crate::{Defect, Input, Limits};

/// Everything that any reader could find in a zip.
#[derive(Debug, Clone, Default)]
pub struct ZipArchive {
    /// Members: first those of central directories in directory order, then those that only local headers tell of.
    pub entries: Vec<Entry>,
    /// Central directories, the one that Python and miniz use first.
    pub directories: Vec<Directory>,
    /// Bytes before the first member, when there are any: another format, or another zip.
    pub prepended: Option<Range<u64>>,
    /// Bytes behind the last end record and its comment, when there are any.
    pub appended: Option<Range<u64>>,
    /// Bytes between the parts that belong to no header, member or directory, without alignment.
    pub gaps: Vec<Range<u64>>,
}

impl ZipArchive {
    /// Whether any zip structure was found at all.
    pub fn is_zip(&self) -> bool {
        !self.entries.is_empty() || !self.directories.is_empty()
    }

    /// The entries with exactly this name in the central directory or in the local header.
    pub fn named<'archive>(
        &'archive self,
        name: &'archive [u8],
    ) -> impl Iterator<Item = &'archive Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.name == name || entry.local_name() == name)
    }
}

/// Where the last end record is that leads to a central directory, or that closes an empty archive at the end of the
/// input. Cheap: for telling what a file could be.
pub fn likely_end(input: &dyn Input) -> Option<u64> {
    directory::likely_end(input)
}

/// Lists a zip. Costs directory reads and one small read per member, never member data.
///
/// Bytes without an end record and without a local header at offset 0 give an archive with `is_zip() == false`
/// and one `Malformed` defect.
pub fn read(input: &dyn Input, limits: &Limits) -> (ZipArchive, Vec<Defect>) {
    read::read(input, limits)
}
