//! From a module and a qualified name to a ruling.

use super::{
    FUNCTION_NAMES, FUNCTION_WHY, METHOD_NAMES, METHOD_WHY, MODULE_NAMES, MODULE_WHY, MODULES,
    ROWS, Row, SEGMENT_NAMES, SEGMENT_WHY, Tier, WHOLE_MODULES,
};

/// More segments than this make a name that nobody writes.
const MAX_SEGMENTS: usize = 32;

/// What the tables say of a name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ruling {
    /// What is known.
    pub(crate) tier: Tier,
    /// The row, when the name itself is listed.
    pub(crate) row: Option<&'static Row>,
    /// Continues the sentence "`module.name` …".
    pub(crate) why: &'static str,
    /// How the ruling was reached.
    pub(crate) reason: Reason,
}

/// How a ruling was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The name is listed.
    Listed,
    /// Its whole module is.
    WholeModule,
    /// The dotted name walks into something listed.
    WalksInto,
    /// It carries the name of something listed.
    Namesake,
    /// Nothing is known.
    Unlisted,
}

impl Ruling {
    const UNLISTED: Self = Self {
        tier: Tier::Unknown,
        row: None,
        why: "is not on the list of imports that are known to be harmless",
        reason: Reason::Unlisted,
    };

    const fn of(row: &'static Row, reason: Reason) -> Self {
        Self {
            tier: row.tier,
            row: Some(row),
            why: row.why,
            reason,
        }
    }

    const fn by_name(tier: Tier, why: &'static str, reason: Reason) -> Self {
        Self {
            tier,
            row: None,
            why,
            reason,
        }
    }

    /// Whether what a call returns is of the file's choice.
    pub(crate) fn resolves(&self) -> bool {
        matches!(self.tier, Tier::Gadget) || self.row.is_some_and(|row| row.resolver)
    }
}

/// Judges `module.qualname`; an empty `qualname` stands for the module itself.
pub(crate) fn rule_on(module: &str, qualname: &str) -> Ruling {
    if let Some(row) = exact(module, qualname) {
        return Ruling::of(row, Reason::Listed);
    }
    if let Some(ruling) = whole(module) {
        return ruling;
    }
    if qualname.is_empty() {
        return Ruling::UNLISTED;
    }
    if let Some((class, method)) = qualname.split_once('.') {
        return dotted(module, class, method, qualname);
    }
    if contains(MODULE_NAMES, qualname) {
        return Ruling::by_name(Tier::Gadget, MODULE_WHY, Reason::WalksInto);
    }
    if contains(FUNCTION_NAMES, qualname) {
        return Ruling::by_name(Tier::Caution, FUNCTION_WHY, Reason::Namesake);
    }
    Ruling::UNLISTED
}

/// A name with dots that is not listed: what does it walk through, and where does it end?
fn dotted(module: &str, class: &str, method: &str, qualname: &str) -> Ruling {
    let segments: Vec<&str> = qualname.split('.').take(MAX_SEGMENTS + 1).collect();
    if segments.len() > MAX_SEGMENTS {
        return Ruling::by_name(Tier::Gadget, SEGMENT_WHY, Reason::WalksInto);
    }
    if segments
        .iter()
        .any(|segment| contains(SEGMENT_NAMES, segment))
    {
        return Ruling::by_name(Tier::Gadget, SEGMENT_WHY, Reason::WalksInto);
    }
    for start in 0..segments.len() {
        for end in start + 1..segments.len() {
            let inner = segments.get(start..end).unwrap_or_default().join(".");
            let inner = inner.trim_start_matches('_');
            let name = segments.get(end..).unwrap_or_default().join(".");
            if let Some(row) = exact(inner, &name).filter(|row| row.tier == Tier::Gadget) {
                return Ruling::of(row, Reason::WalksInto);
            }
        }
    }
    // A listed class keeps its own ruling where the method is one that it inherits from a gadget class.
    if exact(module, class).is_some_and(|row| row.tier == Tier::Gadget) {
        return Ruling::by_name(Tier::Gadget, SEGMENT_WHY, Reason::WalksInto);
    }
    let last = method.rsplit('.').next().unwrap_or(method);
    if contains(METHOD_NAMES, last) || contains(FUNCTION_NAMES, last) {
        return Ruling::by_name(Tier::Caution, METHOD_WHY, Reason::Namesake);
    }
    Ruling::UNLISTED
}

fn exact(module: &str, name: &str) -> Option<&'static Row> {
    let at = MODULES
        .binary_search_by(|(listed, _)| (*listed).cmp(module))
        .ok()?;
    let (_, rows) = MODULES.get(at)?;
    rows.iter()
        .filter_map(|row| ROWS.get(usize::from(*row)))
        .find(|row| row.names.binary_search(&name).is_ok())
}

/// The row that takes the whole module or the nearest package above it.
fn whole(module: &str) -> Option<Ruling> {
    let mut package = module;
    loop {
        if let Ok(at) = WHOLE_MODULES.binary_search_by(|(listed, _)| (*listed).cmp(package)) {
            let (_, row) = WHOLE_MODULES.get(at)?;
            let row = ROWS.get(usize::from(*row))?;
            return Some(Ruling::of(row, Reason::WholeModule));
        }
        package = package.rsplit_once('.')?.0;
    }
}

fn contains(names: &[&str], name: &str) -> bool {
    names.binary_search(&name).is_ok()
}
