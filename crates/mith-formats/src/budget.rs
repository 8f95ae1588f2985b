//! The one budget of inflated bytes that all members of an artifact share.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Limits;

/// Bytes that may still be inflated, shared by every member of one artifact and by the containers inside it.
///
/// A zip bomb of many members is bounded by the sum, not member by member.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU64,
}

impl Budget {
    /// A full budget of [`Limits::inflated_bytes`].
    pub const fn new(limits: &Limits) -> Self {
        Self {
            left: AtomicU64::new(limits.inflated_bytes),
        }
    }

    /// Takes `bytes`; false when fewer were left, and then nothing is left any more.
    pub fn take(&self, bytes: u64) -> bool {
        let before = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                Some(left.saturating_sub(bytes))
            })
            .unwrap_or(0);
        before >= bytes
    }

    /// How many bytes are left.
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }
}
