//! What the rules say of the events of a pickle: an import, a call, a state, a store.
//!
//! Owns: the decision for one event, and the bytes of loads inside the load. Must never: read input, or keep state
//! between files.

mod call;
mod store;
mod text;

pub(crate) use call::{Inner, on_call};
pub(crate) use store::{on_build, on_store};
pub(crate) use text::{named, shown};

use mith_core::{Evidence, Finding, Location, Verdict};
use mith_formats::pickle::{Global, Persistent, Value};

use crate::globals::{Reason, Ruling, Tier, rule_on};
use crate::rules;

/// The ruling on a name; types of `TorchScript` are no Python imports where `script` says that it is one.
pub(crate) fn ruling(global: &Global) -> Ruling {
    rule_on(&global.module, &global.qualname)
}

/// What the rules say of an import by itself.
pub(crate) fn on_import(at: Location, global: &Global) -> Option<Finding> {
    let ruling = ruling(global);
    let import = named(global);
    let evidence = Evidence {
        import: Some(import.clone()),
        detail: global.raw.as_ref().map(|(module, name)| {
            shown(&format!(
                "written as `{module}.{name}`, which Python 3 maps"
            ))
        }),
        ..Evidence::default()
    };
    let mut finding = match (ruling.tier, ruling.reason) {
        (Tier::Inert | Tier::Framework, _) => return None,
        (Tier::Nested, _) => return nested_name(at, &ruling, import, evidence),
        (Tier::Gadget, Reason::WalksInto) => rules::pickle_known_gadget::RULE.finding(
            at,
            format!("imports `{import}`, a name that {}", ruling.why),
            evidence,
        ),
        (Tier::Gadget, _) => rules::pickle_known_gadget::RULE.finding(
            at,
            format!("imports `{import}`, which {}", ruling.why),
            evidence,
        ),
        (Tier::Unknown | Tier::Caution, _) => rules::pickle_unknown_import::RULE.finding(
            at,
            format!("imports `{import}`, which {}", ruling.why),
            evidence,
        ),
    };
    if global.qualname.is_empty() && finding.verdict == Verdict::Unknown {
        finding.message = format!("imports the module `{import}`, which is on no list");
    }
    Some(finding)
}

/// A loader that is only named: harmless when its bytes would be looked into and nothing else can come of it.
fn nested_name(
    at: Location,
    ruling: &Ruling,
    import: String,
    evidence: Evidence,
) -> Option<Finding> {
    let alone = ruling.row.and_then(|row| row.load).map(|load| load.alone)?;
    (alone != Verdict::Clean).then(|| {
        let mut finding = rules::pickle_nested_load::RULE.finding(
            at,
            format!("imports `{import}`, which {}", ruling.why),
            evidence,
        );
        finding.verdict = Verdict::Unknown;
        finding
    })
}

/// What the rules say of an import whose name is computed in a way that is not followed.
pub(crate) fn on_hidden_import(at: Location, module: &Value, name: &Value) -> Finding {
    let detail = format!("module {}, name {}", text::value(module), text::value(name));
    rules::pickle_hidden_import::RULE.finding(
        at,
        "imports a name that is computed in the file",
        Evidence {
            detail: Some(shown(&detail)),
            ..Evidence::default()
        },
    )
}

/// What the rules say of a persistent id: torch's storages are known by their shape.
pub(crate) fn on_persistent(at: Location, id: &Value) -> Option<Finding> {
    if is_storage(id) {
        return None;
    }
    let detail = text::value(id);
    Some(rules::pickle_persistent_id::RULE.finding(
        at,
        "asks its loader for an object that is not in the file",
        Evidence {
            detail: Some(detail),
            ..Evidence::default()
        },
    ))
}

/// `('storage', class, key, location, numel)` of a checkpoint, with a view in the legacy stream.
fn is_storage(id: &Value) -> bool {
    let Value::Tuple(tuple) = id else {
        return false;
    };
    let [tag, class, key, _location, numel, view @ ..] = tuple.items() else {
        return false;
    };
    let is_class = match class {
        Value::Global(global) => {
            matches!(&*global.module, "torch" | "torch.cuda" | "torch.storage")
                && ruling(global).tier == Tier::Framework
        }
        // A class that was imported long before may have been forgotten; its import was judged.
        _ => false,
    };
    tag.text().as_deref() == Some("storage")
        && is_class
        && matches!(key, Value::Text(_) | Value::TextAt { .. } | Value::Int(_))
        && numel.int().is_some_and(|count| count >= 0)
        && view.len() <= 1
}

/// What the rules say of an extension code.
pub(crate) fn on_extension(at: Location, code: i64, known: bool) -> Option<Finding> {
    (!known).then(|| {
        rules::pickle_extension::RULE.finding(
            at,
            format!("uses extension code {code}, whose import stands in no file"),
            Evidence::default(),
        )
    })
}

/// The object that a persistent id stands for, when it is a storage.
pub(crate) fn is_storage_object(persistent: &Persistent) -> bool {
    is_storage(&persistent.id)
}
