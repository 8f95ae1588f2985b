//! What one artifact may cost, whatever its parts ask for: opcodes of all runs together, and loads inside the load once.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};

use mith_core::Digest;
use mith_formats::Limits;

use crate::globals::LoadFormat;

/// Opcodes for looking for pickles at places that nothing points to.
const SEARCH_OPCODES: u64 = 10_000_000;

/// How many bytes that are skipped cost as much as an opcode.
const BYTES_PER_OPCODE: u64 = 32;

/// How many different loads inside the load are looked into.
const INNER: usize = 10_000;

/// What is left for one artifact and everything inside it.
pub(crate) struct Effort {
    opcodes: Cell<u64>,
    search: Cell<u64>,
    inner: RefCell<HashSet<(Discriminant<LoadFormat>, Digest)>>,
}

/// What is known of a load inside the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was not looked into yet.
    New,
    /// The same bytes were looked into, and what was found is noted.
    Seen,
    /// There were too many.
    TooMany,
}

impl Effort {
    /// A full one. The same bytes are read at most under two loaders, so that everything may cost twice what one stream may.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            opcodes: Cell::new(limits.opcodes.saturating_mul(2)),
            search: Cell::new(limits.opcodes.min(SEARCH_OPCODES)),
            inner: RefCell::new(HashSet::new()),
        }
    }

    /// How many opcodes the next run may have, of `wanted`; 0 is none.
    pub(crate) fn opcodes(&self, wanted: u64, is_search: bool) -> u64 {
        let left = self.opcodes.get().min(wanted);
        if is_search {
            left.min(self.search.get())
        } else {
            left
        }
    }

    /// Pays for a run.
    pub(crate) fn pay(&self, opcodes: u64, bytes: u64, is_search: bool) {
        self.opcodes.set(self.opcodes.get().saturating_sub(opcodes));
        if is_search {
            let cost = opcodes.saturating_add(bytes / BYTES_PER_OPCODE);
            self.search
                .set(self.search.get().saturating_sub(cost.max(1)));
        }
    }

    /// Notes a load inside the load, and says whether it is worth a look.
    pub(crate) fn inner(&self, format: LoadFormat, digest: Digest) -> Known {
        let mut inner = self.inner.borrow_mut();
        let key = (discriminant(&format), digest);
        if inner.contains(&key) {
            Known::Seen
        } else if inner.len() >= INNER {
            Known::TooMany
        } else {
            inner.insert(key);
            Known::New
        }
    }
}

#[cfg(test)]
mod tests;
