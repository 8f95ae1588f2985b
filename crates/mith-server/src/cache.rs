//! Small admitted blobs in memory, by digest, with a bound on their bytes.
//!
//! Only bytes that came through [`mith_store::Blobs::open_admitted`] get in, and nothing is served from here that the
//! store has not just resolved to an admitted revision.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;
use mith_core::Digest;

/// Blobs up to this size are kept.
pub(crate) const SMALL: u64 = 64 << 10;

/// The cache.
pub(crate) struct BlobCache {
    bound: usize,
    held: RwLock<Held>,
}

#[derive(Default)]
struct Held {
    blobs: HashMap<Digest, Bytes>,
    bytes: usize,
}

impl BlobCache {
    /// An empty cache of at most `bound` bytes.
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            bound,
            held: RwLock::default(),
        }
    }

    /// The bytes, when they are here.
    pub(crate) fn get(&self, digest: &Digest) -> Option<Bytes> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.blobs.get(digest).cloned()
    }

    /// Keeps bytes. When there is no room all others go: simpler than an order of use, and refilled within a moment.
    pub(crate) fn put(&self, digest: Digest, bytes: Bytes) {
        if bytes.len() as u64 > SMALL || bytes.len() > self.bound {
            return;
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.bytes + bytes.len() > self.bound {
            *held = Held::default();
        }
        let length = bytes.len();
        if held.blobs.insert(digest, bytes).is_none() {
            held.bytes += length;
        }
    }
}

#[cfg(test)]
mod tests;
