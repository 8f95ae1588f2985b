//! States and stores: is the target an object that the file itself made, and may it be given that?

use mith_core::{Evidence, Finding, Location, Verdict};
use mith_formats::pickle::{Call, Dict, Global, Holds, Store, StoreKind, Tuple, Value};

use super::ruling;
use super::text::{self, named, shown};
use crate::globals::{Row, State, Tier};
use crate::rules;

/// Attributes that change what an object does instead of what it holds.
const BEHAVIOUR: [&str; 12] = [
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

/// Judges a `BUILD`.
pub(crate) fn on_build(at: Location, target: &Value, state: &Value) -> Option<Finding> {
    if let Some(finding) = behaviour_in(&at, target, state) {
        return Some(finding);
    }
    match target {
        Value::Global(global) => Some(poisoning(
            at,
            format!("gives a state to `{}`, which it imported", named(global)),
            state,
        )),
        Value::Call(call) => match class_of(call) {
            Some(class) => on_instance(at, class, call, state),
            // What the call makes is unknown, and that was reported.
            None => None,
        },
        _ => Some(unexpected(
            at,
            format!("gives a state to {}, which takes none", text::value(target)),
            state,
        )),
    }
}

/// The class of which a call makes an instance.
fn class_of(call: &Call) -> Option<&Global> {
    let global = call.global()?;
    match ruling(global).row.and_then(|row| row.instance_of) {
        None => Some(global),
        Some(index) => match call.arguments().get(usize::from(index)) {
            Some(Value::Global(class)) => Some(class),
            _ => None,
        },
    }
}

fn on_instance(at: Location, class: &Global, call: &Call, state: &Value) -> Option<Finding> {
    let ruling = ruling(class);
    let row = ruling
        .row
        .filter(|_| matches!(ruling.tier, Tier::Inert | Tier::Framework))?;
    let fits = match row.state {
        State::Any => true,
        State::Dict => is_attributes(state),
        State::None => matches!(state, Value::None),
    };
    (!fits).then(|| {
        let message = format!(
            "gives `{}` a state that is not on the known-good list",
            text::call(call)
        );
        let mut finding = unexpected(at, message, state);
        finding.evidence.import = Some(named(class));
        finding
    })
}

/// `None`, or a dict of attributes; a pair is the state of slots, which calls setters.
fn is_attributes(state: &Value) -> bool {
    matches!(
        state,
        Value::None | Value::Dict(_) | Value::Opaque(mith_formats::pickle::Shape::Dict, _)
    ) || matches!(state, Value::Call(call) if call.global().is_some_and(|global| ruling(global).row.is_some_and(|row| row.items)))
}

fn unexpected(at: Location, message: String, state: &Value) -> Finding {
    rules::pickle_unexpected_arguments::RULE.finding(at, message, detail(state))
}

fn poisoning(at: Location, message: String, value: &Value) -> Finding {
    rules::pickle_state_poisoning::RULE.finding(at, message, detail(value))
}

fn detail(value: &Value) -> Evidence {
    Evidence {
        detail: Some(text::value(value)),
        ..Evidence::default()
    }
}

/// A state that replaces what an object does.
fn behaviour_in(at: &Location, target: &Value, state: &Value) -> Option<Finding> {
    let found = match state {
        Value::Dict(dict) => behaviour_key(dict),
        Value::Tuple(tuple) => behaviour_key_in_pair(tuple),
        _ => None,
    }?;
    let message = format!(
        "puts `{}` into the attributes of {}",
        shown(&found),
        text::value(target)
    );
    Some(poisoning(at.clone(), message, state))
}

fn behaviour_key_in_pair(tuple: &Tuple) -> Option<String> {
    tuple.items().iter().find_map(|item| match item {
        Value::Dict(dict) => behaviour_key(dict),
        _ => None,
    })
}

fn behaviour_key(dict: &Dict) -> Option<String> {
    dict.items().iter().find_map(|(key, value)| {
        let key = key.text()?;
        (BEHAVIOUR.contains(&&*key) && !value.holds().only_plain()).then(|| key.into_owned())
    })
}

/// Judges items stored into something that is not a plain container.
pub(crate) fn on_store(at: Location, store: &Store<'_>) -> Option<Finding> {
    let verb = match store.kind {
        StoreKind::SetItem => "stores items into",
        StoreKind::Append => "appends to",
        StoreKind::AddItem => "adds to",
    };
    let target = text::value(store.target);
    let what = store.value.unwrap_or(&Value::None);
    match store.target {
        Value::Global(_) => Some(poisoning(
            at,
            format!("{verb} `{target}`, which it imported"),
            what,
        )),
        Value::Call(call) => {
            let class = class_of(call)?;
            let ruling = ruling(class);
            let row = ruling.row?;
            match ruling.tier {
                Tier::Inert | Tier::Framework if takes_items(row) => None,
                Tier::Inert | Tier::Framework if is_rebuilt(class) => {
                    Some(poisoning(at, format!("{verb} the tensor `{target}`"), what))
                }
                Tier::Inert | Tier::Framework => {
                    let mut finding =
                        poisoning(at, format!("{verb} `{target}`, which takes none"), what);
                    finding.verdict = Verdict::Unknown;
                    Some(finding)
                }
                Tier::Nested | Tier::Unknown | Tier::Caution | Tier::Gadget => None,
            }
        }
        Value::Opaque(_, holds) if !holds.has(Holds::UNKNOWN) => None,
        _ => Some(unexpected(
            at,
            format!("{verb} {target}, which is not known"),
            what,
        )),
    }
}

const fn takes_items(row: &Row) -> bool {
    row.items
}

fn is_rebuilt(class: &Global) -> bool {
    class.module.starts_with("torch") && class.qualname.starts_with("_rebuild")
}
