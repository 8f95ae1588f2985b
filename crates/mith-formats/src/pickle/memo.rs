//! The memo: 16 bytes an entry for indices as picklers give them, a sparse map for the rest.

use std::collections::BTreeMap;

use super::value::Value;

/// Slots of one chunk. Chunks are never moved, so growing copies nothing.
const CHUNK: usize = 1024;

/// How far behind the number of entries an index may be to get a slot in a chunk.
const SLACK: u64 = 4096;

/// A chunk of slots.
type Chunk = Box<[Option<Value>]>;

/// Values under indices.
#[derive(Default)]
pub(super) struct Memo {
    chunks: Vec<Option<Chunk>>,
    sparse: BTreeMap<u64, Value>,
    /// Indices above 64 bits, which Python's own reader accepts, as decimal text.
    huge: BTreeMap<Box<str>, Value>,
    len: u64,
}

impl Memo {
    /// Entries, which is also the index that MEMOIZE uses.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// Stores a value.
    #[inline]
    pub(super) fn put(&mut self, index: u64, value: Value) {
        if let Some(slot) = self.slot(index) {
            let fresh = slot.replace(value).is_none();
            self.len += u64::from(fresh);
            return;
        }
        self.put_slowly(index, value);
    }

    fn slot(&mut self, index: u64) -> Option<&mut Option<Value>> {
        let index = usize::try_from(index).ok()?;
        self.chunks
            .get_mut(index / CHUNK)?
            .as_mut()?
            .get_mut(index % CHUNK)
    }

    #[cold]
    fn put_slowly(&mut self, index: u64, value: Value) {
        let chunk = usize::try_from(index).ok().map(|index| index / CHUNK);
        let near = index <= self.len.saturating_mul(2).saturating_add(SLACK);
        let Some(chunk) = chunk.filter(|_| near) else {
            let fresh = self.sparse.insert(index, value).is_none();
            self.len += u64::from(fresh);
            return;
        };
        if self.chunks.len() <= chunk {
            self.chunks.resize_with(chunk + 1, || None);
        }
        let mut slots: Chunk = vec![None; CHUNK].into_boxed_slice();
        self.move_in(chunk, &mut slots);
        if let Some(place) = self.chunks.get_mut(chunk) {
            *place = Some(slots);
        }
        if let Some(slot) = self.slot(index) {
            let fresh = slot.replace(value).is_none();
            self.len += u64::from(fresh);
        }
    }

    /// Entries of the sparse map that belong to a new chunk.
    fn move_in(&mut self, chunk: usize, slots: &mut Chunk) {
        if self.sparse.is_empty() {
            return;
        }
        let first = (chunk * CHUNK) as u64;
        let keys: Vec<u64> = self
            .sparse
            .range(first..first + CHUNK as u64)
            .map(|(index, _)| *index)
            .collect();
        for key in keys {
            let slot = usize::try_from(key - first)
                .ok()
                .and_then(|index| slots.get_mut(index));
            if let Some(slot) = slot {
                *slot = self.sparse.remove(&key);
            }
        }
    }

    /// What is stored under an index.
    #[inline]
    pub(super) fn get(&self, index: u64) -> Option<&Value> {
        let place = usize::try_from(index).ok();
        let slot = place.and_then(|index| {
            let chunk = self.chunks.get(index / CHUNK)?.as_ref()?;
            chunk.get(index % CHUNK)?.as_ref()
        });
        slot.or_else(|| self.sparse.get(&index))
    }

    /// Stores under an index of more than 64 bits.
    pub(super) fn put_huge(&mut self, index: &str, value: Value) {
        let fresh = self.huge.insert(index.into(), value).is_none();
        self.len += u64::from(fresh);
    }

    /// What is stored under an index of more than 64 bits.
    pub(super) fn get_huge(&self, index: &str) -> Option<&Value> {
        self.huge.get(index)
    }
}
