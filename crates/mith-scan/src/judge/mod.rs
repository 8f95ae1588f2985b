//! What the rules say of the events of a pickle: an import, a call, a state, a store.
//!
//! Owns: the decision for one event, and the bytes of loads inside the load. Must never: read input, or keep state
//! between files.

mod behaviour;
mod call;
mod loaders;
mod store;
mod text;

pub(crate) use call::{Content, Inner, on_call};
pub(crate) use loaders::Loaders;
pub(crate) use store::{on_build, on_store};
pub(crate) use text::{named, shown};

use mith_core::{Evidence, Finding, Location, Verdict};
use mith_formats::pickle::{Call, Global, Value};

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
        (Tier::Nested, _) => return nested_name(at, &ruling, &import, evidence),
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
fn nested_name(at: Location, ruling: &Ruling, import: &str, evidence: Evidence) -> Option<Finding> {
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

/// What the rules say of a persistent id that is no storage.
pub(crate) fn on_persistent(at: Location, id: &Value) -> Option<Finding> {
    let is_class = class_with_source(id).is_some_and(|class| {
        // An unlisted class is reported by its import.
        matches!(
            ruling(class).tier,
            Tier::Inert | Tier::Framework | Tier::Unknown
        )
    });
    (!is_class).then(|| {
        rules::pickle_persistent_id::RULE.finding(
            at,
            "asks its loader for an object that is not in the file",
            Evidence {
                detail: Some(text::value(id)),
                ..Evidence::default()
            },
        )
    })
}

/// The class in `('module', class, source file, source)`: torch's legacy files write a class of layers so, and the loader
/// hands back the class, after it compared the sources.
fn class_with_source(id: &Value) -> Option<&Global> {
    let Value::Tuple(tuple) = id else {
        return None;
    };
    match tuple.items() {
        [tag, Value::Global(class), _file, _source] if tag.text().as_deref() == Some("module") => {
            Some(class)
        }
        _ => None,
    }
}

/// The name that a value stands for: an import, or a class that a persistent id names.
fn name_of(value: &Value) -> Option<&Global> {
    match value {
        Value::Global(global) => Some(global),
        Value::Persistent(persistent) => class_with_source(&persistent.id),
        _ => None,
    }
}

/// The name that is called.
fn callee_of(call: &Call) -> Option<&Global> {
    name_of(&call.callee)
}

/// The key of a torch storage and its bytes per element, from
/// `('storage', class, key, location, numel)` with a view more in the legacy stream.
pub(crate) fn storage(id: &Value) -> Option<(Vec<u8>, Option<u64>)> {
    let Value::Tuple(tuple) = id else {
        return None;
    };
    let [tag, class, key, _location, numel, view @ ..] = tuple.items() else {
        return None;
    };
    let Value::Global(class) = class else {
        return None;
    };
    let is_storage = matches!(&*class.module, "torch" | "torch.cuda" | "torch.storage")
        && matches!(ruling(class).tier, Tier::Framework | Tier::Inert)
        && tag.text().as_deref() == Some("storage")
        && numel.int().is_some_and(|count| count >= 0)
        && view.len() <= 1;
    if !is_storage {
        return None;
    }
    let key = match key {
        Value::Text(text) => text.content().to_vec(),
        Value::Int(number) => number.to_string().into_bytes(),
        _ => return None,
    };
    Some((key, element_size(&class.qualname)))
}

/// Bytes per element of a storage class.
pub(crate) fn element_size(class: &str) -> Option<u64> {
    Some(match class {
        "DoubleStorage" | "LongStorage" | "ComplexFloatStorage" => 8,
        "ComplexDoubleStorage" => 16,
        "FloatStorage" | "IntStorage" | "QInt32Storage" => 4,
        "HalfStorage" | "ShortStorage" | "BFloat16Storage" => 2,
        "CharStorage" | "ByteStorage" | "BoolStorage" | "QInt8Storage" | "QUInt8Storage"
        | "UntypedStorage" => 1,
        _ => return None,
    })
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

#[cfg(test)]
mod tests;
