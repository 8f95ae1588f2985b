//! A file as an input: positional reads, no shared cursor, so that threads can share it.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use mith_formats::Input;

/// An open regular file.
pub(crate) struct FileInput {
    file: File,
    size: u64,
    stamp: Stamp,
}

/// What changes when a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    inode: u64,
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }
}

/// `O_NONBLOCK`: opening a fifo that took a file's place must not wait for a writer.
const NONBLOCK: i32 = 0o4000;

impl FileInput {
    /// Opens a regular file.
    ///
    /// # Errors
    /// What the operating system said, and `InvalidInput` for what is no regular file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options()
            .read(true)
            .custom_flags(NONBLOCK)
            .open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        Ok(Self {
            size: metadata.len(),
            stamp: Stamp::from(&metadata),
            file,
        })
    }

    /// Whether the file is still as it was when it was opened.
    ///
    /// # Errors
    /// What the operating system said.
    pub(crate) fn is_unchanged(&self) -> io::Result<bool> {
        Ok(Stamp::from(&self.file.metadata()?) == self.stamp)
    }
}

impl Input for FileInput {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = buffer.len().min(rest);
        let Some(part) = buffer.get_mut(..length).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        loop {
            match self.file.read_at(part, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}
