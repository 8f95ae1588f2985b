//! `DiskBlobs`: blobs as files in the data folder.
//!
//! `quarantine/ab/<sha256>`, `admitted/ab/<sha256>`, and `tmp/` for what is being written. A blob appears by a rename
//! after its bytes are durable, and its folder is made durable after the rename: at every moment it is wholly there or
//! not at all. File names are digests that we computed; no name from outside ever becomes a path.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use mith_core::Digest;
use tempfile::NamedTempFile;

use crate::blobs::hasher::BlobHasher;
use crate::blobs::{BlobInfo, BlobWriter, Blobs, OpenBlob};
use crate::error::{Result, StoreError};
use crate::folder::{FolderLock, make_private_folder, sync_folder};
use crate::store::StoreFuture;
use crate::task::blocking;

/// Bytes that a writer gathers before it goes to a thread that may block; the memory of one upload.
const BUFFER: usize = 1024 * 1024;
/// Room that is always left on the disk for the database, unless a hundredth of the disk is less.
const RESERVE: u64 = 64 * 1024 * 1024;

/// Blobs as files under `blobs/` of a data folder.
#[derive(Debug, Clone)]
pub struct DiskBlobs(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    /// Held while a blob is put into quarantine or removed from it, so that a removal never meets a fresh blob.
    quarantine: Mutex<()>,
    _lock: Arc<FolderLock>,
}

/// The two prefixes.
#[derive(Clone, Copy)]
enum Prefix {
    Quarantine,
    Admitted,
}

impl Prefix {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Admitted => "admitted",
        }
    }
}

impl DiskBlobs {
    /// Opens the folder of the blobs and removes what a killed server left half-written.
    pub(crate) fn open(root: &Path, lock: Arc<FolderLock>) -> Result<Self> {
        let temporary = root.join("tmp");
        if temporary.exists() {
            fs::remove_dir_all(&temporary)
                .map_err(|error| StoreError::io("remove", &temporary, error))?;
        }
        for folder in [
            root.to_owned(),
            temporary,
            root.join("quarantine"),
            root.join("admitted"),
        ] {
            make_private_folder(&folder)?;
        }
        sync_folder(root)?;
        Ok(Self(Arc::new(Shared {
            root: root.to_owned(),
            quarantine: Mutex::new(()),
            _lock: lock,
        })))
    }
}

impl Shared {
    fn path(&self, prefix: Prefix, digest: Digest) -> PathBuf {
        let hex = digest.to_hex();
        let shard = hex.get(..2).unwrap_or_default();
        self.root.join(prefix.as_str()).join(shard).join(&hex)
    }

    /// Makes the folder of a blob, durably.
    fn make_shard(&self, prefix: Prefix, path: &Path) -> Result<PathBuf> {
        let shard = path.parent().unwrap_or(&self.root);
        if !shard.is_dir() {
            make_private_folder(shard)?;
            sync_folder(&self.root.join(prefix.as_str()))?;
        }
        Ok(shard.to_owned())
    }

    fn open(&self, prefix: Prefix, digest: Digest) -> Result<OpenBlob> {
        let path = self.path(prefix, digest);
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::UnknownBlob { digest },
            _ => StoreError::io("open", &path, error),
        };
        let file = File::open(&path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        Ok(OpenBlob { file, size })
    }

    /// Starts a file in `tmp/`, unless there is clearly no room for what was announced.
    fn start(self: &Arc<Self>, size: u64) -> Result<Writing> {
        let folder = self.root.join("tmp");
        let space = rustix::fs::statvfs(&folder)
            .map_err(|error| StoreError::io("measure", &folder, error.into()))?;
        let reserve = RESERVE.min(space.f_blocks.saturating_mul(space.f_frsize) / 100);
        if space.f_bavail.saturating_mul(space.f_frsize) < size.saturating_add(reserve) {
            return Err(StoreError::DiskFull);
        }
        let file = NamedTempFile::with_prefix_in("upload-", &folder)
            .map_err(|error| StoreError::io("create a file in", &folder, error))?;
        Ok(Writing {
            shared: Arc::clone(self),
            file,
            hasher: BlobHasher::new(size),
            announced: size,
        })
    }

    fn promote(&self, digest: Digest) -> Result<()> {
        let target = self.path(Prefix::Admitted, digest);
        let shard = self.make_shard(Prefix::Admitted, &target)?;
        let source = self.path(Prefix::Quarantine, digest);
        match fs::hard_link(&source, &target) {
            Ok(()) => {}
            Err(_) if target.exists() => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::UnknownBlob { digest });
            }
            Err(error) => return Err(StoreError::io("promote", source, error)),
        }
        sync_folder(&shard)
    }

    fn quarantined(&self, older_than: Duration) -> Result<Vec<Digest>> {
        let root = self.root.join(Prefix::Quarantine.as_str());
        let mut found = Vec::new();
        for shard in read_folder(&root)? {
            for path in read_folder(&shard)? {
                let digest = path
                    .file_name()
                    .and_then(|name| name.to_str()?.parse().ok());
                if let Some(digest) = digest
                    && is_older(&path, older_than)?
                {
                    found.push(digest);
                }
            }
        }
        Ok(found)
    }

    fn remove_quarantined(&self, digest: Digest, older_than: Duration) -> Result<bool> {
        let path = self.path(Prefix::Quarantine, digest);
        let _guard = self
            .quarantine
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !path.exists() {
            return Ok(true);
        }
        if !is_older(&path, older_than)? {
            return Ok(false);
        }
        fs::remove_file(&path).map_err(|error| StoreError::io("remove", &path, error))?;
        Ok(true)
    }
}

/// The entries of a folder.
fn read_folder(path: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(path)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect()
        })
        .map_err(|error| StoreError::io("list", path, error))
}

/// Whether a file was last put longer ago than this. A clock that went backwards makes a file young, which is safe.
fn is_older(path: &Path, age: Duration) -> Result<bool> {
    let modified = fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .map_err(|error| StoreError::io("examine", path, error))?;
    Ok(SystemTime::now()
        .duration_since(modified)
        .is_ok_and(|elapsed| elapsed >= age))
}

/// A blob on its way in, as the threads that may block see it. To drop it removes the file.
struct Writing {
    shared: Arc<Shared>,
    file: NamedTempFile,
    hasher: BlobHasher,
    announced: u64,
}

impl Writing {
    fn absorb(&mut self, bytes: &[u8]) -> Result<()> {
        self.hasher.update(bytes);
        self.file
            .write_all(bytes)
            .map_err(|error| StoreError::io("write", self.file.path(), error))
    }

    fn finish(self, expected: Option<Digest>) -> Result<BlobInfo> {
        if self.hasher.received() != self.announced {
            return Err(StoreError::SizeMismatch {
                announced: self.announced,
                received: self.hasher.received(),
            });
        }
        let info = self.hasher.finish();
        if let Some(announced) = expected.filter(|digest| *digest != info.sha256) {
            return Err(StoreError::DigestMismatch {
                announced,
                found: info.sha256,
            });
        }
        let failed = |error| StoreError::io("sync", self.file.path(), error);
        // The age of a blob counts from now, however long its bytes took to come.
        self.file
            .as_file()
            .set_modified(SystemTime::now())
            .map_err(failed)?;
        self.file.as_file().sync_all().map_err(failed)?;
        let target = self.shared.path(Prefix::Quarantine, info.sha256);
        let shard = self.shared.make_shard(Prefix::Quarantine, &target)?;
        {
            let _guard = self
                .shared
                .quarantine
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            // The same bytes again replace themselves, and are young again.
            self.file
                .persist(&target)
                .map_err(|error| StoreError::io("rename to", &target, error.error))?;
        }
        sync_folder(&shard)?;
        Ok(info)
    }
}

/// [`Writing`] behind a buffer, for tasks that must not block.
struct DiskWriter {
    /// Gone after a failure and while a call runs; a call that was dropped half-way leaves nothing to go on with.
    writing: Option<Writing>,
    buffer: Vec<u8>,
    received: u64,
}

impl DiskWriter {
    async fn flush(&mut self) -> Result<()> {
        let mut writing = self.writing.take().ok_or(StoreError::TaskLost)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let (writing, buffer) = blocking(move || {
            writing.absorb(&buffer)?;
            buffer.clear();
            Ok((writing, buffer))
        })
        .await?;
        self.writing = Some(writing);
        self.buffer = buffer;
        Ok(())
    }
}

impl BlobWriter for DiskWriter {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let announced = self
                .writing
                .as_ref()
                .map(|writing| writing.announced)
                .ok_or(StoreError::TaskLost)?;
            self.received = self.received.saturating_add(bytes.len() as u64);
            if self.received > announced {
                self.writing = None;
                return Err(StoreError::SizeMismatch {
                    announced,
                    received: self.received,
                });
            }
            for chunk in bytes.chunks(BUFFER) {
                self.buffer.extend_from_slice(chunk);
                if self.buffer.len() >= BUFFER {
                    self.flush().await?;
                }
            }
            Ok(())
        })
    }

    fn finish(mut self: Box<Self>, announced: Option<Digest>) -> StoreFuture<'static, BlobInfo> {
        Box::pin(async move {
            let mut writing = self.writing.take().ok_or(StoreError::TaskLost)?;
            let buffer = std::mem::take(&mut self.buffer);
            blocking(move || {
                writing.absorb(&buffer)?;
                writing.finish(announced)
            })
            .await
        })
    }
}

impl Blobs for DiskBlobs {
    fn begin(&self, size: u64) -> StoreFuture<'_, Box<dyn BlobWriter>> {
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            let writing = blocking(move || shared.start(size)).await?;
            let writer: Box<dyn BlobWriter> = Box::new(DiskWriter {
                writing: Some(writing),
                buffer: Vec::new(),
                received: 0,
            });
            Ok(writer)
        })
    }

    fn open_admitted(&self, digest: Digest) -> StoreFuture<'_, OpenBlob> {
        let shared = Arc::clone(&self.0);
        Box::pin(blocking(move || shared.open(Prefix::Admitted, digest)))
    }

    fn open_quarantined(&self, digest: Digest) -> StoreFuture<'_, OpenBlob> {
        let shared = Arc::clone(&self.0);
        Box::pin(blocking(move || shared.open(Prefix::Quarantine, digest)))
    }

    fn promote(&self, digest: Digest) -> StoreFuture<'_, ()> {
        let shared = Arc::clone(&self.0);
        Box::pin(blocking(move || shared.promote(digest)))
    }

    fn quarantined(&self, older_than: Duration) -> StoreFuture<'_, Vec<Digest>> {
        let shared = Arc::clone(&self.0);
        Box::pin(blocking(move || shared.quarantined(older_than)))
    }

    fn remove_quarantined(&self, digest: Digest, older_than: Duration) -> StoreFuture<'_, bool> {
        let shared = Arc::clone(&self.0);
        Box::pin(blocking(move || {
            shared.remove_quarantined(digest, older_than)
        }))
    }
}
