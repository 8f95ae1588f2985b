//! States and stores: is the target an object that the file itself made, and may it be given that?

use mith_core::{Evidence, Finding, Location, Verdict};
use mith_formats::pickle::{Call, Global, Holds, Store, StoreKind, Value};

use super::text::{self, named};
use super::{behaviour, callee_of, name_of, ruling};
use crate::globals::{Row, State, Tier};
use crate::rules;

/// Judges a `BUILD`.
pub(crate) fn on_build(at: Location, target: &Value, state: &Value) -> Option<Finding> {
    if let Some(finding) = behaviour::in_state(&at, target, state) {
        return Some(finding);
    }
    if let Some(global) = name_of(target) {
        let message = format!("gives a state to `{}`, which it imported", named(global));
        return Some(poisoning(at, message, state));
    }
    match target {
        Value::Call(call) => match class_of(call) {
            Some(class) => again(&at, call, state)
                .or_else(|| on_instance(at.clone(), class, call, state))
                .or_else(|| hidden(at, class, call, state)),
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
    let global = callee_of(call)?;
    match ruling(global).row.and_then(|row| row.instance_of) {
        None => Some(global),
        Some(index) => match call.arguments().get(usize::from(index)) {
            Some(Value::Global(class)) => Some(class),
            _ => None,
        },
    }
}

/// A second state: the attributes of the first one decide what is done with it.
fn again(at: &Location, call: &Call, state: &Value) -> Option<Finding> {
    let first = call.state()?;
    (!first.holds().only_plain()).then(|| {
        let message = format!("gives `{}` a state for the second time", text::call(call));
        unexpected(at.clone(), message, state)
    })
}

/// A dict of attributes of which not all are kept; classes of frameworks have many.
fn hidden(at: Location, class: &Global, call: &Call, state: &Value) -> Option<Finding> {
    let row = ruling(class)
        .row
        .filter(|row| row.tier == Tier::Inert && row.state == State::Dict)?;
    let is_hidden = match state {
        Value::Dict(dict) => (dict.items().len() as u64) < dict.len() && !dict.holds().only_plain(),
        Value::Opaque(_, holds) => !holds.only_plain(),
        _ => false,
    };
    is_hidden.then(|| {
        let message = format!(
            "gives `{}`, which {}, more attributes than are followed",
            text::call(call),
            row.why
        );
        unexpected(at, message, state)
    })
}

fn on_instance(at: Location, class: &Global, call: &Call, state: &Value) -> Option<Finding> {
    let ruling = ruling(class);
    let row = ruling
        .row
        .filter(|_| matches!(ruling.tier, Tier::Inert | Tier::Framework))?;
    let fits = match row.state {
        State::Any => !matches!(state, Value::Call(call) if is_mapping(call)),
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

/// `None`, or a dict of attributes; a pair is the state of slots, which calls setters, and a dict that is made by a call
/// may hold what is not followed.
const fn is_attributes(state: &Value) -> bool {
    matches!(
        state,
        Value::None | Value::Dict(_) | Value::Opaque(mith_formats::pickle::Shape::Dict, _)
    )
}

/// Whether a call makes a dict.
fn is_mapping(call: &Call) -> bool {
    call.global().is_some_and(|global| {
        matches!(
            (&*global.module, &*global.qualname),
            ("builtins" | "__builtin__", "dict")
                | (
                    "collections" | "_collections",
                    "OrderedDict" | "defaultdict" | "Counter"
                )
        )
    })
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

/// Judges items stored into something that is not a plain container.
pub(crate) fn on_store(at: Location, store: &Store<'_>) -> Option<Finding> {
    let verb = match store.kind {
        StoreKind::SetItem => "stores items into",
        StoreKind::Append => "appends to",
        StoreKind::AddItem => "adds to",
    };
    let target = text::value(store.target);
    let what = store.value.unwrap_or(&Value::None);
    if name_of(store.target).is_some() {
        let message = format!("{verb} `{target}`, which it imported");
        return Some(poisoning(at, message, what));
    }
    match store.target {
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
