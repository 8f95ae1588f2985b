//! Loaders of bytes that are only harmless where they are called: their bytes are then looked into.
//!
//! Owns: noticing that one is handed on as a value, or named and never called. Must never: judge a call of one.

use mith_core::{Evidence, Finding, Location, Verdict};
use mith_formats::pickle::{Call, Global, Store, Value};

use super::text::{self, named};
use super::{name_of, ruling};
use crate::globals::Tier;
use crate::rules;

/// How many imports of loaders may wait for their call; writers name one and call it many times.
const WAITING: usize = 256;

/// How many values of one pickle are searched for loaders.
const SEARCHED: u32 = 1_000_000;

/// The loaders that one pickle names.
#[derive(Default)]
pub(crate) struct Loaders {
    /// Offset and name of imports that were not called yet.
    waiting: Vec<(u64, String)>,
    /// Whether there were more than are kept.
    too_many: bool,
    /// Whether any was named: only then arguments are searched.
    any: bool,
    /// How many values were searched.
    searched: u32,
}

/// What a search found.
enum Found {
    /// A loader.
    Loader(String),
    /// A container that holds names and is not kept as a whole.
    Hidden,
}

/// Whether a name is harmless as a callee and nowhere else.
fn is_loader(global: &Global) -> bool {
    let ruling = ruling(global);
    ruling.tier == Tier::Nested
        && ruling
            .row
            .and_then(|row| row.load)
            .is_some_and(|load| load.alone == Verdict::Clean)
}

impl Loaders {
    /// Whether any was named.
    pub(crate) const fn is_any(&self) -> bool {
        self.any
    }

    /// Notes an import.
    pub(crate) fn named(&mut self, global: &Global) {
        if !is_loader(global) {
            return;
        }
        self.any = true;
        if self.waiting.iter().any(|(at, _)| *at == global.at) {
            return;
        }
        if self.waiting.len() < WAITING {
            self.waiting.push((global.at, named(global)));
        } else {
            self.too_many = true;
        }
    }

    /// Notes a call, and judges its arguments.
    pub(crate) fn called(&mut self, at: Location, call: &Call) -> Option<Finding> {
        if !self.any {
            return None;
        }
        if let Value::Global(callee) = &call.callee {
            self.waiting.retain(|(offset, _)| *offset != callee.at);
        }
        let found = self.search(&[&call.args, &call.kwargs])?;
        Some(finding(at, &found, || {
            format!("hands on to `{}`", text::call(call))
        }))
    }

    /// Judges a state.
    pub(crate) fn given(&mut self, at: Location, target: &Value, state: &Value) -> Option<Finding> {
        let found = self.any.then(|| self.search(&[target, state])).flatten()?;
        Some(finding(at, &found, || {
            format!("puts into {}", text::value(target))
        }))
    }

    /// Judges items that are stored.
    pub(crate) fn stored(&mut self, at: Location, store: &Store<'_>) -> Option<Finding> {
        let none = Value::None;
        let parts = [store.key.unwrap_or(&none), store.value.unwrap_or(&none)];
        let found = self.any.then(|| self.search(&parts)).flatten()?;
        Some(finding(at, &found, || {
            format!("stores into {}", text::value(store.target))
        }))
    }

    /// The imports that nothing called, with their offsets.
    pub(crate) fn left(&self, whole: &Location) -> Vec<Finding> {
        let more = self.too_many.then(|| {
            let message = "names more loaders of bytes than it calls";
            unknown(whole.clone(), message.to_owned(), None)
        });
        let waiting = self.waiting.iter().map(|(offset, import)| {
            let at = Location {
                offset: Some(*offset),
                ..whole.clone()
            };
            let message = format!("imports `{import}`, which loads bytes, and does not call it");
            unknown(at, message, Some(import.clone()))
        });
        waiting.chain(more).collect()
    }

    /// Looks for a loader in values and the containers that they are; objects were judged when they were made.
    fn search(&mut self, values: &[&Value]) -> Option<Found> {
        let mut queue: Vec<Value> = values.iter().map(|value| (*value).clone()).collect();
        while let Some(value) = queue.pop() {
            if value.holds().only_plain() {
                continue;
            }
            self.searched += 1;
            if self.searched > SEARCHED {
                self.searched = SEARCHED;
                return Some(Found::Hidden);
            }
            if let Some(global) = name_of(&value).filter(|global| is_loader(global)) {
                return Some(Found::Loader(named(global)));
            }
            let all_kept = push_items(&value, &mut queue);
            if !all_kept && may_hold_names(&value) {
                return Some(Found::Hidden);
            }
        }
        None
    }
}

/// Queues what a container holds; tells whether that is all of it.
fn push_items(value: &Value, queue: &mut Vec<Value>) -> bool {
    let before = queue.len();
    let len = match value {
        Value::Tuple(tuple) => {
            queue.extend(tuple.items().iter().cloned());
            tuple.len()
        }
        Value::List(list) | Value::Set(list) => {
            queue.extend(list.items());
            list.len()
        }
        Value::Dict(dict) => {
            for (key, value) in dict.items() {
                queue.extend([key, value]);
            }
            dict.len().saturating_mul(2)
        }
        Value::Opaque(..) => return false,
        _ => return true,
    };
    (queue.len() - before) as u64 >= len
}

/// Whether there may be a name among what is not kept.
fn may_hold_names(value: &Value) -> bool {
    use mith_formats::pickle::Holds;
    let holds = value.holds();
    holds.has(Holds::GLOBAL) || holds.has(Holds::UNKNOWN)
}

fn finding(at: Location, found: &Found, verb: impl Fn() -> String) -> Finding {
    match found {
        Found::Loader(import) => {
            let message = format!("{} `{import}`, which loads bytes when it is called", verb());
            let evidence = Evidence {
                import: Some(import.clone()),
                ..Evidence::default()
            };
            let mut finding = rules::pickle_nested_load::RULE.finding(at, message, evidence);
            finding.verdict = Verdict::Malicious;
            finding
        }
        Found::Hidden => {
            let message = format!(
                "{} names that are not followed, in a file that also names a loader of bytes",
                verb()
            );
            unknown(at, message, None)
        }
    }
}

fn unknown(at: Location, message: String, import: Option<String>) -> Finding {
    let evidence = Evidence {
        import,
        ..Evidence::default()
    };
    let mut finding = rules::pickle_nested_load::RULE.finding(at, message, evidence);
    finding.verdict = Verdict::Unknown;
    finding
}

#[cfg(test)]
mod tests;
