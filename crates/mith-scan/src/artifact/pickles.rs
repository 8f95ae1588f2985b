//! The visitor that judges what one pickle does.

use std::collections::BTreeMap;

use mith_core::{Location, Verdict};
use mith_formats::pickle::{Call, Global, Store, Value, Visitor};

use super::Item;
use crate::findings::Findings;
use crate::globals::{Reason, Tier};
use crate::judge::{self, Inner};

/// How many loads inside the load are kept to be looked into; more are `unreadable`.
const INNER: usize = 256;

/// How many storages are remembered; those beyond cannot be placed.
const STORAGES: usize = 100_000;

/// What was seen in a pickle, for telling whether the bytes are one at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Imports.
    pub(crate) globals: u64,
    /// Imports that the tables know.
    pub(crate) known: u64,
    /// Calls.
    pub(crate) calls: u64,
    /// Whether joblib's array wrapper is imported.
    pub(crate) joblib: bool,
}

/// Judges the events of one stream.
pub(crate) struct Judge {
    item: Item,
    /// Whether types under `__torch__` belong to the archive, as in `TorchScript`.
    script: bool,
    /// Which pickle of the stream is running.
    pub(crate) index: u32,
    /// What was found.
    pub(crate) findings: Findings,
    /// What was seen.
    pub(crate) seen: Seen,
    /// Loads inside the load, with their offsets.
    pub(crate) inner: Vec<(u64, Inner)>,
    /// Whether there were more of them than are kept.
    pub(crate) inner_left_off: bool,
    /// Torch's storages: key and bytes per element.
    pub(crate) storages: BTreeMap<Vec<u8>, Option<u64>>,
}

impl Judge {
    /// A judge of the pickles of `item`.
    pub(crate) fn new(item: &Item, script: bool) -> Self {
        Self {
            item: item.clone(),
            script,
            index: 0,
            findings: Findings::default(),
            seen: Seen::default(),
            inner: Vec::new(),
            inner_left_off: false,
            storages: BTreeMap::new(),
        }
    }

    fn at(&self, offset: u64) -> Location {
        Location {
            pickle: (self.index > 0).then_some(self.index),
            ..self.item.at(offset)
        }
    }

    /// Whether a value is a type of the archive, or an object of one.
    fn is_own_type(&self, value: &Value) -> bool {
        let global = match value {
            Value::Global(global) => global,
            Value::Call(call) => match call.global() {
                Some(global) => global,
                None => return false,
            },
            _ => return false,
        };
        self.script && (global.module.starts_with("__torch__") || &*global.module == "__torch__")
    }
}

impl Visitor for Judge {
    fn global(&mut self, at: u64, global: &Global) {
        self.seen.globals += 1;
        if &*global.qualname == "NumpyArrayWrapper" {
            self.seen.joblib = true;
        }
        if self.script && global.module.starts_with("__torch__") {
            self.seen.known += 1;
            return;
        }
        let ruling = judge::ruling(global);
        if !matches!(ruling.reason, Reason::Unlisted) {
            self.seen.known += 1;
        }
        if matches!(ruling.tier, Tier::Inert | Tier::Framework) {
            return;
        }
        if let Some(finding) = judge::on_import(self.at(at), global) {
            self.findings.add(finding);
        }
    }

    fn hidden_global(&mut self, at: u64, module: &Value, name: &Value) {
        self.seen.globals += 1;
        self.seen.known += 1;
        let finding = judge::on_hidden_import(self.at(at), module, name);
        self.findings.add(finding);
    }

    fn call(&mut self, at: u64, call: &Call) {
        self.seen.calls += 1;
        if self.is_own_type(&call.callee) {
            return;
        }
        let judgement = judge::on_call(self.at(at), call);
        if let Some(finding) = judgement.finding {
            self.findings.add(finding);
        }
        if let Some(inner) = judgement.inner {
            if self.inner.len() < INNER {
                self.inner.push((at, inner));
            } else {
                self.inner_left_off = true;
            }
        }
    }

    fn build(&mut self, at: u64, target: &Value, state: &Value) {
        if self.is_own_type(target) {
            return;
        }
        if let Some(finding) = judge::on_build(self.at(at), target, state) {
            self.findings.add(finding);
        }
    }

    fn store(&mut self, at: u64, store: &Store<'_>) {
        if self.is_own_type(store.target) {
            return;
        }
        if let Some(finding) = judge::on_store(self.at(at), store) {
            self.findings.add(finding);
        }
    }

    fn persistent(&mut self, at: u64, id: &Value) {
        if let Some((key, size)) = judge::storage(id) {
            if self.storages.len() < STORAGES {
                self.storages.insert(key, size);
            }
            return;
        }
        let finding = judge::on_persistent(self.at(at), id);
        self.findings.add(finding);
    }

    fn extension(&mut self, at: u64, code: i64, known: bool) {
        if let Some(finding) = judge::on_extension(self.at(at), code, known) {
            self.findings.add(finding);
        }
    }
}

impl Judge {
    /// Whether something was found that makes the bytes malicious.
    pub(crate) fn is_malicious(&self) -> bool {
        self.findings.verdict() == Verdict::Malicious
    }
}
