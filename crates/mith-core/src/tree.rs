//! The tree digest: one value that binds the names, sizes and bytes of a whole model.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::{Digest, DigestError, ModelPath};

/// One artifact of a model as the tree digest sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeEntry {
    /// Where the artifact lies in the model.
    pub path: ModelPath,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size: u64,
}

/// SHA-256 over the sorted (path, digest, size) list of a model; the identity of a model everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TreeDigest(Digest);

impl TreeDigest {
    /// The digest inside.
    pub const fn digest(&self) -> &Digest {
        &self.0
    }
}

impl fmt::Display for TreeDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for TreeDigest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Computes the tree digest of a model.
///
/// The entries are sorted by the code points of their paths. What is hashed is the line `mith.tree/1` and, for each
/// entry, `<64 hex> <size> <path>` with a line feed; a [`ModelPath`] holds no control character, so no two different
/// lists give the same text.
pub fn tree_digest(entries: &[TreeEntry]) -> TreeDigest {
    let mut sorted: Vec<&TreeEntry> = entries.iter().collect();
    sorted.sort_by(|left, right| left.path.as_str().cmp(right.path.as_str()));
    let mut hasher = sha2::Sha256::new();
    hasher.update(b"mith.tree/1\n");
    for entry in sorted {
        hasher.update(format!("{} {} {}\n", entry.sha256, entry.size, entry.path).as_bytes());
    }
    TreeDigest(Digest::from_bytes(hasher.finalize().into()))
}
