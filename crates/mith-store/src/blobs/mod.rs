//! `Blobs`: bytes by their SHA-256 under two prefixes, `quarantine` and `admitted`.
//!
//! What comes in lies in quarantine, which workers alone read. An admission promotes the bytes; what is promoted is
//! never removed, so a digest that an admitted revision names can always be opened. Nothing here knows a model.

mod disk;
mod hasher;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use mith_core::Digest;

use crate::error::Result;
use crate::store::StoreFuture;

pub use disk::DiskBlobs;

/// From this size on, Hub clients see every file as an LFS file.
pub const LFS_THRESHOLD: u64 = 10 * 1024 * 1024;

/// What was computed while the bytes of a blob were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobInfo {
    /// The SHA-256 of the bytes.
    pub sha256: Digest,
    /// How many there are.
    pub size: u64,
    /// The git blob id, 40 hex digits, of UTF-8 text below [`LFS_THRESHOLD`]; `None` for everything else, which Hub
    /// clients see as an LFS file.
    pub git_oid: Option<String>,
}

impl BlobInfo {
    /// What Hub clients get as `ETag`.
    pub fn oid(&self) -> String {
        self.git_oid.clone().unwrap_or_else(|| self.sha256.to_hex())
    }

    /// Whether Hub clients see it as an LFS file.
    pub fn is_lfs(&self) -> bool {
        self.git_oid.is_none()
    }
}

/// A blob that is open for reading.
#[derive(Debug)]
pub struct OpenBlob {
    /// The file, at its start. It stays readable whatever happens to the folder.
    pub file: std::fs::File,
    /// Its length in bytes.
    pub size: u64,
}

/// Proof that blobs lie under the admitted prefix. Only [`promote`] makes one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Promoted(BTreeSet<Digest>);

impl Promoted {
    /// Nothing was promoted, because nothing is to be admitted.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether this blob was.
    pub fn contains(&self, digest: &Digest) -> bool {
        self.0.contains(digest)
    }
}

/// Promotes all blobs of a revision. To do it twice does no harm.
pub async fn promote(blobs: &dyn Blobs, digests: &[Digest]) -> Result<Promoted> {
    let wanted: BTreeSet<Digest> = digests.iter().copied().collect();
    for digest in &wanted {
        blobs.promote(*digest).await?;
    }
    Ok(Promoted(wanted))
}

/// A blob on its way in. To drop it is to abort: nothing stays.
pub trait BlobWriter: Send {
    /// Takes the next bytes.
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> StoreFuture<'a, ()>;

    /// Ends the blob and puts it into quarantine, durably; nothing is there before. Refused when the length or the
    /// digest differs from what was announced.
    fn finish(self: Box<Self>, announced: Option<Digest>) -> StoreFuture<'static, BlobInfo>;
}

/// Where the bytes lie.
pub trait Blobs: Send + Sync {
    /// Starts a blob of exactly `size` bytes. Refused at once when there is clearly no room.
    fn begin(&self, size: u64) -> StoreFuture<'_, Box<dyn BlobWriter>>;

    /// Opens a blob that was admitted: the one way to the bytes that leads to clients.
    fn open_admitted(&self, digest: Digest) -> StoreFuture<'_, OpenBlob>;

    /// Opens a blob in quarantine; for workers alone.
    fn open_quarantined(&self, digest: Digest) -> StoreFuture<'_, OpenBlob>;

    /// Puts a blob of the quarantine under the admitted prefix too, durably. Called through [`promote`].
    fn promote(&self, digest: Digest) -> StoreFuture<'_, ()>;

    /// The blobs in quarantine that are older than this.
    fn quarantined(&self, older_than: Duration) -> StoreFuture<'_, Vec<Digest>>;

    /// Removes a blob from quarantine, unless it is younger than this; whether it is gone.
    fn remove_quarantined(&self, digest: Digest, older_than: Duration) -> StoreFuture<'_, bool>;
}
