//! A cache that never holds an answer older than the last change.
//!
//! A reader takes a ticket before it asks the database and hands it in with the answer. A change that came in between
//! has made the ticket worthless, so an answer from before the change is never kept. The changer invalidates after its
//! commit and before it reports success: whoever has seen the change done never gets the old answer.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The right to insert an answer, as long as nothing changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(u64);

/// See the module.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    inner: RwLock<Inner<K, V>>,
    /// The weight at which everything is thrown away; what is in use comes back at once.
    capacity: usize,
}

#[derive(Debug)]
struct Inner<K, V> {
    generation: u64,
    weight: usize,
    entries: HashMap<K, (usize, V)>,
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            inner: RwLock::new(Inner {
                generation: 0,
                weight: 0,
                entries: HashMap::new(),
            }),
            capacity,
        }
    }

    pub(crate) fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.read().entries.get(key).map(|(_, value)| value.clone())
    }

    /// To be taken before the database is asked.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket(self.read().generation)
    }

    /// Keeps an answer, unless something changed since the ticket.
    pub(crate) fn insert(&self, ticket: Ticket, key: K, weight: usize, value: V) {
        let mut inner = self.write();
        if inner.generation != ticket.0 || weight > self.capacity {
            return;
        }
        if inner.weight.saturating_add(weight) > self.capacity {
            inner.entries.clear();
            inner.weight = 0;
        }
        let replaced = inner
            .entries
            .insert(key, (weight, value))
            .map_or(0, |(weight, _)| weight);
        inner.weight = inner.weight.saturating_add(weight).saturating_sub(replaced);
    }

    /// Forgets the entries whose key matches, and makes every open ticket worthless.
    pub(crate) fn invalidate(&self, matches: impl Fn(&K) -> bool) {
        let mut inner = self.write();
        inner.generation = inner.generation.wrapping_add(1);
        let mut removed = 0;
        inner.entries.retain(|key, (weight, _)| {
            let stays = !matches(key);
            if !stays {
                removed += *weight;
            }
            stays
        });
        inner.weight = inner.weight.saturating_sub(removed);
    }

    // A panic cannot leave the map half-changed, so a poisoned lock is as good as any.
    fn read(&self) -> RwLockReadGuard<'_, Inner<K, V>> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner<K, V>> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
