//! The visitor that judges what one pickle does.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use mith_core::{Finding, Location, Verdict};
use mith_formats::pickle::{Call, Global, Store, Value, Visitor};

use super::Item;
use crate::findings::Findings;
use crate::globals::{Reason, Tier};
use crate::judge::{self, Inner, Loaders};
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

/// How many places of plausible imports and of calls are kept.
const ACTIVE: usize = 100_000;

/// How many objections are put into words; what follows calls and stores beyond them is not judged, and says so.
const WORDED: u32 = 100_000;

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
    /// Loaders of bytes, which may be called and nothing else.
    pub(crate) loaders: Loaders,
    /// Names that were objected to, so that the same objection a million times is only counted.
    repeats: HashMap<RepeatKey, Repeat>,
}

/// Module, name, and whether it is called.
type RepeatKey = (Rc<str>, Rc<str>, bool);

/// What came of the first time.
#[derive(Debug, Clone, Copy)]
struct Repeat {
    /// Where the finding is, unless it was left off.
    place: Option<usize>,
    verdict: Verdict,
    rule: Option<&'static str>,
    /// Whether the tables know the name.
    known: bool,
    plausible: bool,
}

/// How many such names are kept.
const REPEATS: usize = 4096;

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

/// Whether a name is made of identifiers and dots; a file of code may have a hyphen in its name.
fn is_plausible(name: &str) -> bool {
    name.split('.').all(|part| {
        part.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && part
                .chars()
                .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
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
    /// Places of imports whose names are plausible, and of calls.
    pub(crate) active: Vec<u64>,
    /// Whether there were more of them.
    pub(crate) active_left_off: bool,
    /// Objections that were put into words.
    worded: u32,
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
            active: Vec::new(),
            active_left_off: false,
            worded: 0,
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

    fn add(&mut self, at: u64, finding: Finding) -> Option<usize> {
        if self.objections.len() < MARKS
            && let Some(rule) = rules::by_id(&finding.rule)
        {
            self.object(at, finding.verdict, Some(rule.id));
        }
        self.worded = self.worded.saturating_add(1);
        self.part().findings.add(finding)
    }

    /// Whether there were so many objections that one more is only counted, as something that was not judged.
    fn is_exhausted(&mut self) -> bool {
        let exhausted = self.worded >= WORDED;
        if exhausted {
            self.part().findings.leave_off(Verdict::Unreadable);
        }
        exhausted
    }

    fn object(&mut self, at: u64, verdict: Verdict, rule: Option<&'static str>) {
        if let Some(rule) = rule.filter(|_| self.objections.len() < MARKS) {
            self.objections.push(Objection { at, verdict, rule });
        }
    }

    /// Counts a name that was objected to before in the same way; false when it was not.
    fn repeat(&mut self, at: u64, global: &Global, is_call: bool) -> bool {
        let key = (
            Rc::clone(&global.module),
            Rc::clone(&global.qualname),
            is_call,
        );
        let part = self.part();
        let Some(repeat) = part.repeats.get(&key).copied() else {
            return false;
        };
        if !is_call {
            part.seen.known += u64::from(repeat.known);
            part.seen.plausible += u64::from(repeat.plausible);
        }
        match repeat.place {
            Some(place) => part.findings.again(place, is_call),
            None => part.findings.leave_off(repeat.verdict),
        }
        self.object(at, repeat.verdict, repeat.rule);
        if repeat.plausible || is_call {
            self.active(at);
        }
        true
    }

    /// Adds a finding that every event of the same name would give again.
    fn add_repeatable(&mut self, at: u64, global: &Global, finding: Finding, plain: Repeat) {
        let is_call = finding.evidence.call.is_some();
        let verdict = finding.verdict;
        let rule = rules::by_id(&finding.rule).map(|rule| rule.id);
        let place = self.add(at, finding);
        let part = self.part();
        if part.repeats.len() < REPEATS {
            let key = (
                Rc::clone(&global.module),
                Rc::clone(&global.qualname),
                is_call,
            );
            let repeat = Repeat {
                place,
                verdict,
                rule,
                ..plain
            };
            part.repeats.insert(key, repeat);
        }
    }

    /// Notes a place at which something was imported or called that chance seldom makes.
    fn active(&mut self, at: u64) {
        if self.active.len() < ACTIVE {
            self.active.push(at);
        } else {
            self.active_left_off = true;
        }
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
        self.part().loaders.named(global);
        self.part().seen.globals += 1;
        if self.repeat(at, global, false) {
            return;
        }
        let plausible = is_plausible(&global.module) && is_plausible(&global.qualname);
        if plausible {
            self.part().seen.plausible += 1;
            self.active(at);
        }
        if &*global.qualname == "NumpyArrayWrapper" {
            self.part().seen.joblib = true;
        }
        if self.script && global.module.starts_with("__torch__") {
            self.part().seen.known += 1;
            return;
        }
        let ruling = judge::ruling(global);
        let known = !matches!(ruling.reason, Reason::Unlisted);
        self.part().seen.known += u64::from(known);
        if matches!(ruling.tier, Tier::Inert | Tier::Framework) {
            return;
        }
        if ruling.tier == Tier::Unknown && self.part().findings.is_full(Verdict::Unknown) {
            self.part().findings.leave_off(Verdict::Unknown);
            return;
        }
        if let Some(finding) = judge::on_import(self.at(at), global) {
            let plain = Repeat {
                place: None,
                verdict: finding.verdict,
                rule: None,
                known,
                plausible,
            };
            self.add_repeatable(at, global, finding, plain);
        }
    }

    fn hidden_global(&mut self, at: u64, module: &Value, name: &Value) {
        self.part().seen.globals += 1;
        self.part().seen.known += 1;
        let finding = judge::on_hidden_import(self.at(at), module, name);
        self.add(at, finding);
    }

    fn call(&mut self, at: u64, call: &Call) {
        self.loaders(at, |loaders, place| loaders.called(place, call));
        self.part().seen.calls += 1;
        if self.is_own_type(&call.callee) {
            return;
        }
        if let Some(global) = call.global()
            && self.repeat(at, global, true)
        {
            return;
        }
        self.active(at);
        if self.is_exhausted() {
            return;
        }
        let judgement = judge::on_call(self.at(at), call);
        if let Some(finding) = judgement.finding {
            // What is said of these does not depend on the arguments.
            match call.global() {
                Some(global)
                    if judgement.inner.is_none()
                        && matches!(judge::ruling(global).tier, Tier::Gadget | Tier::Unknown) =>
                {
                    let plain = Repeat {
                        place: None,
                        verdict: finding.verdict,
                        rule: None,
                        known: false,
                        plausible: false,
                    };
                    self.add_repeatable(at, global, finding, plain);
                }
                _ => {
                    self.add(at, finding);
                }
            }
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
        self.loaders(at, |loaders, place| loaders.given(place, target, state));
        if self.is_own_type(target) || self.is_exhausted() {
            return;
        }
        if let Some(finding) = judge::on_build(self.at(at), target, state) {
            self.add(at, finding);
        }
    }

    fn store(&mut self, at: u64, store: &Store<'_>) {
        self.loaders(at, |loaders, place| loaders.stored(place, store));
        if self.is_own_type(store.target) || self.is_exhausted() {
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
        if self.is_exhausted() {
            return;
        }
        if let Some(finding) = judge::on_persistent(self.at(at), id) {
            self.add(at, finding);
        }
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

impl Judge {
    /// Judges what is done with loaders of bytes, where there are any.
    fn loaders(&mut self, at: u64, judge: impl FnOnce(&mut Loaders, Location) -> Option<Finding>) {
        if !self.part().loaders.is_any() {
            return;
        }
        let place = self.at(at);
        if let Some(finding) = judge(&mut self.part().loaders, place) {
            self.add(at, finding);
        }
    }
}
