//! The data folder of one server: `mith.db`, `blobs/`, and `lock`, which keeps a second server out.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FlockOperation, flock};

use crate::blobs::DiskBlobs;
use crate::error::{Result, StoreError};
use crate::options::StoreOptions;
use crate::sqlite::SqliteStore;
use crate::task::blocking;

/// An open data folder: the store and the blobs of one server, with nothing to configure.
///
/// The folder stays locked until the store and the blobs are gone, so neither outlives the right to write.
#[derive(Debug)]
pub struct DataFolder {
    /// The metadata.
    pub store: Arc<SqliteStore>,
    /// The bytes.
    pub blobs: Arc<DiskBlobs>,
}

impl DataFolder {
    /// Opens a folder, making it when there is none: takes the lock, removes what a killed server left half-written,
    /// brings the schema up to date, forgets uploads that have expired.
    pub async fn open(folder: &Path, options: StoreOptions) -> Result<Self> {
        let at = folder.to_owned();
        let (blobs, lock) = blocking(move || {
            make_private_folder(&at)?;
            let lock = Arc::new(FolderLock::take(&at)?);
            make_private_file(&at.join("mith.db"))?;
            Ok((DiskBlobs::open(&at.join("blobs"), Arc::clone(&lock))?, lock))
        })
        .await?;
        let store = SqliteStore::open(&folder.join("mith.db"), options, lock).await?;
        Ok(Self {
            store: Arc::new(store),
            blobs: Arc::new(blobs),
        })
    }

    /// Ends the store in order: changes that run come to their end, and the log of the database is folded into it.
    /// A process that is killed instead loses nothing; the next start only has a little more to read.
    pub async fn close(self) {
        self.store.close().await;
    }
}

/// The lock of a data folder; the kernel lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    fn take(folder: &Path) -> Result<Self> {
        let path = folder.join("lock");
        let file = make_private_file(&path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _file: file }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(StoreError::FolderInUse {
                folder: folder.to_owned(),
            }),
            Err(error) => Err(StoreError::io("lock", path, error.into())),
        }
    }
}

/// Makes a folder that only its owner can enter; one that exists loses what others may do in it.
pub(crate) fn make_private_folder(path: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| StoreError::io("create", path, error))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
        .map_err(|error| StoreError::io("protect", path, error))
}

/// Makes, or opens, a file that only its owner can read.
fn make_private_file(path: &Path) -> Result<File> {
    let failed = |action| move |error| StoreError::io(action, path, error);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(failed("open"))?;
    file.set_permissions(fs::Permissions::from_mode(0o600))
        .map_err(failed("protect"))?;
    Ok(file)
}

/// Makes the entries of a folder durable: without this a rename may be undone by a power cut.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| StoreError::io("sync", PathBuf::from(path), error))
}
