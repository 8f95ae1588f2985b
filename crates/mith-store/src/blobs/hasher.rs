//! All that is computed over the bytes of a blob while they pass: SHA-256, git blob id, whether they are UTF-8 text.

use std::fmt::Write as _;

use mith_core::Digest;
use sha1::Sha1;
use sha2::Digest as _;
use sha2::Sha256;

use crate::blobs::{BlobInfo, LFS_THRESHOLD};

/// The state of the computation.
pub(super) struct BlobHasher {
    sha256: Sha256,
    /// Gone as soon as the bytes cannot be a regular file.
    git: Option<GitText>,
    received: u64,
}

/// The git blob id of what has been UTF-8 text so far.
struct GitText {
    sha1: Sha1,
    /// The start of a character whose rest has not come yet; at most 3 bytes.
    pending: Vec<u8>,
}

impl BlobHasher {
    /// Starts with the length that was announced, which is part of a git blob id.
    pub(super) fn new(announced: u64) -> Self {
        Self {
            sha256: Sha256::new(),
            git: (announced < LFS_THRESHOLD).then(|| GitText {
                sha1: Sha1::new_with_prefix(format!("blob {announced}\0")),
                pending: Vec::new(),
            }),
            received: 0,
        }
    }

    /// How many bytes have passed.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Takes the next bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.received = self.received.saturating_add(bytes.len() as u64);
        self.sha256.update(bytes);
        self.git = self.git.take().and_then(|git| git.update(bytes));
    }

    /// The result over all that has passed.
    pub(super) fn finish(self) -> BlobInfo {
        BlobInfo {
            sha256: Digest::from_bytes(self.sha256.finalize().into()),
            size: self.received,
            git_oid: self.git.and_then(GitText::finish),
        }
    }
}

impl GitText {
    /// Goes on while the bytes are text: valid UTF-8 without NUL, which git takes for binary.
    fn update(mut self, bytes: &[u8]) -> Option<Self> {
        self.sha1.update(bytes);
        let mut rest = bytes;
        while !self.pending.is_empty() {
            let Some((first, tail)) = rest.split_first() else {
                return Some(self);
            };
            self.pending.push(*first);
            rest = tail;
            match std::str::from_utf8(&self.pending) {
                Ok(_) => self.pending.clear(),
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return None,
            }
        }
        if rest.contains(&0) {
            return None;
        }
        match std::str::from_utf8(rest) {
            Ok(_) => Some(self),
            Err(error) if error.error_len().is_none() => {
                self.pending
                    .extend_from_slice(rest.get(error.valid_up_to()..)?);
                Some(self)
            }
            Err(_) => None,
        }
    }

    fn finish(self) -> Option<String> {
        if !self.pending.is_empty() {
            return None;
        }
        let mut hex = String::with_capacity(40);
        for byte in self.sha1.finalize() {
            write!(hex, "{byte:02x}").ok()?;
        }
        Some(hex)
    }
}
