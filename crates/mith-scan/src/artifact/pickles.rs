//! The visitor that judges what one pickle does.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use mith_core::{Finding, Location, Verdict};
use mith_formats::pickle::{Call, Global, Store, Value, Visitor};

use super::Item;
use crate::findings::Findings;
use crate::globals::{Reason, Tier};
use crate::judge::{self, Inner};
use crate::rules;

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
    /// Imports whose names could be those of Python modules; what chance makes of text seldom is.
    pub(crate) plausible: u64,
    /// Whether joblib's array wrapper is imported.
    pub(crate) joblib: bool,
}

/// How many marks are kept for an explanation.
const MARKS: usize = 20_000;

/// What came of one pickle of a stream.
#[derive(Default)]
pub(crate) struct Part {
    /// What was found.
    pub(crate) findings: Findings,
    /// What was seen.
    pub(crate) seen: Seen,
    /// Loads inside the load, with their offsets.
    pub(crate) inner: Vec<(u64, Inner)>,
    /// Whether there were more of them than are kept.
    pub(crate) inner_left_off: bool,
}

/// A place that a rule objects to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Objection {
    /// Offset of the opcode.
    pub(crate) at: u64,
    /// How grave it is.
    pub(crate) verdict: Verdict,
    /// The rule.
    pub(crate) rule: &'static str,
}

/// Whether a name is made of identifiers and dots.
fn is_plausible(name: &str) -> bool {
    name.split('.').all(|part| {
        part.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && part
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

/// Judges the events of one stream.
pub(crate) struct Judge {
    item: Item,
    /// Whether types under `__torch__` belong to the archive, as in `TorchScript`.
    script: bool,
    /// Which pickle of the stream is running; the one who runs them counts.
    pub(crate) index: Rc<Cell<u32>>,
    /// One for each pickle in which anything happened, with its index.
    pub(crate) parts: Vec<(u32, Part)>,
    /// Places of objections, for an explanation.
    pub(crate) objections: Vec<Objection>,
    /// Torch's storages: key and bytes per element.
    pub(crate) storages: BTreeMap<Vec<u8>, Option<u64>>,
}

impl Judge {
    /// A judge of the pickles of `item`.
    pub(crate) fn new(item: &Item, script: bool) -> Self {
        Self {
            item: item.clone(),
            script,
            index: Rc::new(Cell::new(0)),
            parts: Vec::new(),
            objections: Vec::new(),
            storages: BTreeMap::new(),
        }
    }

    fn at(&self, offset: u64) -> Location {
        let index = self.index.get();
        Location {
            pickle: (index > 0).then_some(index),
            ..self.item.at(offset)
        }
    }

    /// The notes on the pickle that is running.
    fn part(&mut self) -> &mut Part {
        let index = self.index.get();
        let is_new = self.parts.last().is_none_or(|(last, _)| *last != index);
        if is_new {
            self.parts.push((index, Part::default()));
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last].1
    }

    fn add(&mut self, at: u64, finding: Finding) {
        if self.objections.len() < MARKS
            && let Some(rule) = rules::by_id(&finding.rule)
        {
            self.objections.push(Objection {
                at,
                verdict: finding.verdict,
                rule: rule.id,
            });
        }
        self.part().findings.add(finding);
    }

    /// What was seen in all pickles together.
    pub(crate) fn seen(&self) -> Seen {
        self.parts
            .iter()
            .fold(Seen::default(), |all, (_, part)| Seen {
                globals: all.globals + part.seen.globals,
                known: all.known + part.seen.known,
                calls: all.calls + part.seen.calls,
                plausible: all.plausible + part.seen.plausible,
                joblib: all.joblib || part.seen.joblib,
            })
    }

    /// Forgets a pickle that turned out to be none, unless it does harm.
    pub(crate) fn forget(&mut self, index: u32) {
        self.parts.retain(|(part, notes)| {
            *part != index || notes.findings.verdict() == Verdict::Malicious
        });
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
        self.part().seen.globals += 1;
        if is_plausible(&global.module) && is_plausible(&global.qualname) {
            self.part().seen.plausible += 1;
        }
        if &*global.qualname == "NumpyArrayWrapper" {
            self.part().seen.joblib = true;
        }
        if self.script && global.module.starts_with("__torch__") {
            self.part().seen.known += 1;
            return;
        }
        let ruling = judge::ruling(global);
        if !matches!(ruling.reason, Reason::Unlisted) {
            self.part().seen.known += 1;
        }
        if matches!(ruling.tier, Tier::Inert | Tier::Framework) {
            return;
        }
        if let Some(finding) = judge::on_import(self.at(at), global) {
            self.add(at, finding);
        }
    }

    fn hidden_global(&mut self, at: u64, module: &Value, name: &Value) {
        self.part().seen.globals += 1;
        self.part().seen.known += 1;
        let finding = judge::on_hidden_import(self.at(at), module, name);
        self.add(at, finding);
    }

    fn call(&mut self, at: u64, call: &Call) {
        self.part().seen.calls += 1;
        if self.is_own_type(&call.callee) {
            return;
        }
        let judgement = judge::on_call(self.at(at), call);
        if let Some(finding) = judgement.finding {
            self.add(at, finding);
        }
        if let Some(inner) = judgement.inner {
            let part = self.part();
            if part.inner.len() < INNER {
                part.inner.push((at, inner));
            } else {
                part.inner_left_off = true;
            }
        }
    }

    fn build(&mut self, at: u64, target: &Value, state: &Value) {
        if self.is_own_type(target) {
            return;
        }
        if let Some(finding) = judge::on_build(self.at(at), target, state) {
            self.add(at, finding);
        }
    }

    fn store(&mut self, at: u64, store: &Store<'_>) {
        if self.is_own_type(store.target) {
            return;
        }
        if let Some(finding) = judge::on_store(self.at(at), store) {
            self.add(at, finding);
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
        self.add(at, finding);
    }

    fn extension(&mut self, at: u64, code: i64, known: bool) {
        if let Some(finding) = judge::on_extension(self.at(at), code, known) {
            self.add(at, finding);
        }
    }
}

impl Judge {
    /// Whether something was found that makes the bytes malicious.
    pub(crate) fn is_malicious(&self) -> bool {
        self.parts
            .iter()
            .any(|(_, part)| part.findings.verdict() == Verdict::Malicious)
    }
}
