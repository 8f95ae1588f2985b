//! Attributes that change what an object does instead of what it holds.
//!
//! Owns: finding them in a state. Must never: judge the class that gets the state.

use mith_core::{Evidence, Finding, Location, Verdict};
use mith_formats::pickle::Value;

use super::text::{self, shown};
use super::{callee_of, ruling};
use crate::rules;

/// Attributes that Python itself calls or obeys; no writer puts them into a state.
const OBEYED: [&str; 12] = [
    "__setstate__",
    "__class__",
    "__reduce__",
    "__reduce_ex__",
    "__getattr__",
    "__getattribute__",
    "__call__",
    "__del__",
    "__init__",
    "__new__",
    "__setattr__",
    "__bases__",
];

/// Names with two underscores at both ends under which functions are honestly kept.
const KEPT: [&str; 6] = [
    "__wrapped__",
    "__orig_class__",
    "__origin__",
    "__args__",
    "__objclass__",
    "__func__",
];

/// Methods that functions of the known-good list call on what they are given; an attribute of the instance hides them.
const CALLED: &str = " _get_name _hook_for_profile _load_from_state_dict _patch_step_function _untyped _untyped_storage \
    add append as_subclass close copy detach extend extra_repr get item items keys numpy pop popitem read readinto readline \
    requires_grad_ reshape seek set_state tell tobytes tolist untyped update utcoffset values view write ";

/// What an attribute does.
enum Kind {
    /// Replaces what Python does with the object.
    Obeyed,
    /// Hides a method.
    Hides,
}

/// A state that replaces what an object does.
pub(super) fn in_state(at: &Location, target: &Value, state: &Value) -> Option<Finding> {
    let (key, kind) = found(state)?;
    let message = format!(
        "puts `{}` into the attributes of {}",
        shown(&key),
        text::value(target)
    );
    let evidence = Evidence {
        detail: Some(text::value(state)),
        ..Evidence::default()
    };
    let mut finding = rules::pickle_state_poisoning::RULE.finding(at.clone(), message, evidence);
    if matches!(kind, Kind::Hides) {
        finding.verdict = Verdict::Unknown;
    }
    Some(finding)
}

/// The gravest attribute of a state: a dict, a pair of dicts, or a call that makes a dict of pairs.
fn found(state: &Value) -> Option<(String, Kind)> {
    let parts: Vec<Value> = match state {
        Value::Dict(_) => vec![state.clone()],
        Value::Tuple(tuple) => tuple.items().to_vec(),
        Value::Call(call) => call.arguments().iter().flat_map(parts_of).collect(),
        _ => return None,
    };
    let mut hides = None;
    for part in &parts {
        let pairs = match part {
            Value::Dict(dict) => dict.items(),
            Value::Tuple(pair) if matches!(state, Value::Call(_)) => pair_of(pair.items()),
            Value::List(pair) if matches!(state, Value::Call(_)) => pair_of(&pair.items()),
            _ => continue,
        };
        for (key, value) in &pairs {
            let Some(key) = key.text() else { continue };
            match kind(&key, value) {
                Some(Kind::Obeyed) => return Some((key.into_owned(), Kind::Obeyed)),
                Some(Kind::Hides) => hides = Some((key.into_owned(), Kind::Hides)),
                None => {}
            }
        }
    }
    hides
}

/// What an argument of `OrderedDict` brings: itself when it is a dict, else its pairs.
fn parts_of(argument: &Value) -> Vec<Value> {
    match argument {
        Value::Dict(_) => vec![argument.clone()],
        Value::List(list) => list.items(),
        Value::Tuple(tuple) => tuple.items().to_vec(),
        _ => Vec::new(),
    }
}

fn pair_of(items: &[Value]) -> Vec<(Value, Value)> {
    match items {
        [key, value] => vec![(key.clone(), value.clone())],
        _ => Vec::new(),
    }
}

fn kind(key: &str, value: &Value) -> Option<Kind> {
    if OBEYED.contains(&key) {
        return (!value.holds().only_plain()).then_some(Kind::Obeyed);
    }
    if !is_function(value) {
        return None;
    }
    let is_special = key.starts_with("__") && key.ends_with("__") && !KEPT.contains(&key);
    (is_special
        || CALLED
            .split(' ')
            .any(|name| name == key && !name.is_empty()))
    .then_some(Kind::Hides)
}

/// Whether a value may be called: a name, or a function that is made of one.
fn is_function(value: &Value) -> bool {
    match value {
        Value::Global(_) => true,
        Value::Call(call) => {
            callee_of(call).is_some_and(|global| ruling(global).row.is_some_and(|row| row.resolver))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
