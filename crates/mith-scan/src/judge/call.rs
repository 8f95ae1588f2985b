//! Calls: is the callee known, do the arguments fit, and are there bytes that the call loads?

use mith_core::{Evidence, Finding, Location, Verdict};
use mith_formats::pickle::{Call, Value};

use super::text::{self, named};
use super::{behaviour, callee_of, ruling};
use crate::globals::{Load, LoadFormat, Reason, Row, Ruling, Tier, rule_on};
use crate::rules;

/// Bytes that a call loads.
pub(crate) struct Inner {
    /// What they are read as.
    pub(crate) load: Load,
    /// Where they are.
    pub(crate) content: Content,
    /// The import that loads them.
    pub(crate) import: String,
}

/// Where the bytes of a nested load are.
pub(crate) enum Content {
    /// Held by the value.
    Held(Value),
    /// In the stream.
    At {
        /// First byte.
        offset: u64,
        /// Number of bytes.
        len: u32,
    },
}

/// What the rules say of a call.
#[derive(Default)]
pub(crate) struct CallJudgement {
    /// The finding, if any.
    pub(crate) finding: Option<Finding>,
    /// Bytes to look into.
    pub(crate) inner: Option<Inner>,
}

impl From<Finding> for CallJudgement {
    fn from(finding: Finding) -> Self {
        Self {
            finding: Some(finding),
            inner: None,
        }
    }
}

/// Judges one call.
pub(crate) fn on_call(at: Location, call: &Call) -> CallJudgement {
    if let Some(global) = callee_of(call) {
        let ruling = ruling(global);
        let import = named(global);
        return on_named_call(at, call, &ruling, import);
    }
    if let Value::Call(inner) = &call.callee {
        return on_computed_callee(at, call, inner).into();
    }
    let message = "calls something that is not a name in the file";
    rules::pickle_unknown_callee::RULE
        .finding(at, message, evidence(call, None))
        .into()
}

fn evidence(call: &Call, import: Option<String>) -> Evidence {
    Evidence {
        import,
        call: Some(text::call(call)),
        ..Evidence::default()
    }
}

fn on_named_call(at: Location, call: &Call, ruling: &Ruling, import: String) -> CallJudgement {
    let shown = text::call(call);
    match ruling.tier {
        Tier::Gadget => {
            let link = match ruling.reason {
                Reason::WalksInto => "a name that",
                _ => "which",
            };
            let message = format!("calls `{shown}` when it is loaded, {link} {}", ruling.why);
            rules::pickle_known_gadget::RULE
                .finding(at, message, evidence(call, Some(import)))
                .into()
        }
        Tier::Caution if is_dangerous(call, ruling) => {
            let message = format!("calls `{shown}` when it is loaded, which {}", ruling.why);
            rules::pickle_known_gadget::RULE
                .finding(at, message, evidence(call, Some(import)))
                .into()
        }
        Tier::Caution | Tier::Unknown => {
            let message = format!("calls `{shown}` when it is loaded, which {}", ruling.why);
            rules::pickle_unknown_import::RULE
                .finding(at, message, evidence(call, Some(import)))
                .into()
        }
        Tier::Nested => on_nested(at, call, ruling, import),
        Tier::Inert | Tier::Framework => CallJudgement {
            finding: ruling.row.and_then(|row| on_listed(at, call, row, import)),
            inner: None,
        },
    }
}

/// Calls another function of torch with a tuple of arguments and gives attributes to what that returns.
const REBUILD_TYPE: &str = "_rebuild_from_type_v2";

/// Whether the inner call that `_rebuild_from_type_v2(function, type, arguments, state)` makes has a listed shape.
fn inner_call_fits(call: &Call) -> bool {
    let [Value::Global(function), _, Value::Tuple(arguments), ..] = call.arguments() else {
        return false;
    };
    ruling(function).row.is_some_and(|row| {
        row.shapes.iter().any(|shape| {
            !shape.new && shape.fits_arguments(arguments.items(), Some(arguments.len()))
        })
    })
}

/// A listed constructor: one of its shapes has to fit, and the class it makes an instance of has to be one.
fn on_listed(at: Location, call: &Call, row: &Row, import: String) -> Option<Finding> {
    let rebuilds = row.names.contains(&REBUILD_TYPE);
    if (rebuilds || row.names.contains(&"_rebuild_parameter_with_state"))
        && let Some(state) = call.arguments().get(3)
        && let Some(finding) = behaviour::in_state(&at, &call.callee, state)
    {
        return Some(finding);
    }
    let fits =
        row.shapes.iter().any(|shape| shape.fits(call)) && (!rebuilds || inner_call_fits(call));
    let class_is_data = row.instance_of.is_none_or(|index| {
        match call.arguments().get(usize::from(index)) {
            Some(Value::Global(class)) => {
                let class = ruling(class);
                // An unlisted class is reported by its import.
                matches!(class.tier, Tier::Inert | Tier::Framework | Tier::Unknown)
            }
            _ => false,
        }
    });
    (!fits || !class_is_data).then(|| {
        let message = format!(
            "calls `{}` with arguments that are not on the known-good list",
            text::call(call)
        );
        rules::pickle_unexpected_arguments::RULE.finding(at, message, evidence(call, Some(import)))
    })
}

/// A callee that is itself the result of a call.
fn on_computed_callee(at: Location, call: &Call, inner: &Call) -> Finding {
    let resolves = match &inner.callee {
        Value::Global(global) => {
            let ruling = ruling(global);
            ruling.resolves() || ruling.reason == Reason::Namesake
        }
        Value::Call(_) => true,
        _ => false,
    };
    let message = format!(
        "calls `{}`, something that it computes itself",
        text::call(call)
    );
    let mut finding = rules::pickle_unknown_callee::RULE.finding(at, message, evidence(call, None));
    if resolves {
        finding.verdict = Verdict::Malicious;
        finding.severity = mith_core::Severity::Critical;
    }
    finding
}

/// Whether a function that does what it is told is told something dangerous.
fn is_dangerous(call: &Call, ruling: &Ruling) -> bool {
    if ruling.reason == Reason::Namesake {
        return true;
    }
    call.arguments().iter().any(|argument| match argument {
        Value::Text(text) => names_danger(&text.to_str()),
        Value::Global(global) => {
            matches!(super::ruling(global).tier, Tier::Gadget | Tier::Caution)
        }
        Value::Call(inner) => inner
            .global()
            .is_some_and(|global| super::ruling(global).resolves()),
        _ => false,
    })
}

/// Whether an attribute name, with dots or without, leads to something known.
fn names_danger(name: &str) -> bool {
    let dotted = format!("_.{name}");
    name.len() < 256 && matches!(rule_on("_", &dotted).tier, Tier::Gadget | Tier::Caution)
}

/// A load inside the load: constant bytes are handed on, anything else cannot be looked into.
fn on_nested(at: Location, call: &Call, ruling: &Ruling, import: String) -> CallJudgement {
    let Some(load) = ruling.row.and_then(|row| row.load) else {
        return CallJudgement::default();
    };
    let argument = call.arguments().get(usize::from(load.argument));
    let content = argument.and_then(|value| constant(value, load.format));
    let verdict = if content.is_some() {
        load.alone
    } else {
        Verdict::Malicious
    };
    let finding = (verdict != Verdict::Clean).then(|| {
        let message = format!(
            "calls `{}` when it is loaded, which {}",
            text::call(call),
            ruling.why
        );
        let mut finding = rules::pickle_nested_load::RULE.finding(
            at,
            message,
            evidence(call, Some(import.clone())),
        );
        finding.verdict = verdict;
        finding
    });
    CallJudgement {
        finding,
        inner: content.map(|content| Inner {
            load,
            content,
            import,
        }),
    }
}

/// The bytes of an argument, also out of an `io.BytesIO`.
fn constant(value: &Value, format: LoadFormat) -> Option<Content> {
    match value {
        Value::Bytes(_) => Some(Content::Held(value.clone())),
        Value::BytesAt { len, offset } => Some(Content::At {
            offset: *offset,
            len: *len,
        }),
        // Python 2 has no other bytes; for loaders of files it is a path.
        Value::Text(text) if text.is_python2() && format == LoadFormat::Pickle => {
            Some(Content::Held(value.clone()))
        }
        Value::Call(call) => {
            let is_buffer = call.global().is_some_and(|global| {
                matches!(&*global.module, "io" | "_io") && &*global.qualname == "BytesIO"
            });
            let first = call.arguments().first().filter(|_| is_buffer)?;
            match first {
                Value::Call(_) => None,
                other => constant(other, format),
            }
        }
        _ => None,
    }
}
