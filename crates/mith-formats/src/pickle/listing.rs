//! A pickle as a list of statements, for people: what is imported, called, built and stored, in order.

use std::collections::BTreeMap;

use super::Outcome;
use super::render::{escape, render_call_with, render_global, render_with};
use super::value::{Call, Global, Origin, Value};
use super::visitor::{Reading, Store, StoreKind, Visitor};

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// Imports a name.
    Import,
    /// Calls something.
    Call,
    /// Gives state to an object.
    Build,
    /// Stores into something that is not a plain container.
    Store,
    /// Uses an extension code.
    Extension,
    /// What the pickle returns.
    Result,
    /// A remark of the reader: a defect, or a change of the reading.
    Remark,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Offset of the opcode in the stream.
    pub at: u64,
    /// What it does.
    pub kind: StatementKind,
    /// Python-like text on one line, safe to print.
    pub text: String,
    /// Set by [`Listing::mark`].
    pub dangerous: bool,
}

/// Collects statements, up to a number of lines.
pub struct Listing {
    lines: Vec<Statement>,
    most: usize,
    width: usize,
    omitted: u64,
    names: BTreeMap<u64, usize>,
    framed: bool,
}

impl Listing {
    /// A listing of at most `most` lines of about `width` characters.
    pub const fn new(most: usize, width: usize) -> Self {
        Self {
            lines: Vec::new(),
            most,
            width,
            omitted: 0,
            names: BTreeMap::new(),
            framed: false,
        }
    }

    /// Adds what came of the pickle: its result and its defects.
    pub fn finish(&mut self, outcome: &Outcome) {
        if outcome.stopped {
            let text = format!("return {}", self.text(&outcome.result));
            self.add(outcome.end.saturating_sub(1), StatementKind::Result, text);
        }
        for defect in &outcome.defects {
            let text = format!("# {}", escape(&defect.message, '\0', self.width));
            self.add(defect.offset, StatementKind::Remark, text);
        }
        self.names.clear();
    }

    /// Marks the statements at these offsets as dangerous.
    pub fn mark(&mut self, offsets: &[u64]) {
        for line in &mut self.lines {
            line.dangerous |= offsets.contains(&line.at) && line.kind != StatementKind::Remark;
        }
    }

    /// The statements, in the order in which they are carried out.
    pub fn lines(&self) -> &[Statement] {
        &self.lines
    }

    /// How many statements were left out because there were too many.
    pub const fn omitted(&self) -> u64 {
        self.omitted
    }

    fn add(&mut self, at: u64, kind: StatementKind, text: String) {
        if self.lines.len() >= self.most {
            self.omitted += 1;
            return;
        }
        self.lines.push(Statement {
            at,
            kind,
            text,
            dangerous: false,
        });
    }

    fn name(&self, call: &Call) -> Option<String> {
        self.names.get(&call.id).map(|number| format!("v{number}"))
    }

    fn text(&self, value: &Value) -> String {
        render_with(value, self.width, &|call| self.name(call))
    }
}

impl Visitor for Listing {
    fn global(&mut self, at: u64, global: &Global) {
        let name = render_global(global);
        let text = match global.origin {
            Origin::Module => format!("import {name}"),
            Origin::Attribute => format!("# reaches {name} by attribute access"),
            Origin::Global | Origin::Inst | Origin::StackGlobal | Origin::Extension => format!(
                "from {} import {}",
                escape(&global.module, '\0', self.width),
                escape(&global.qualname, '\0', self.width)
            ),
        };
        self.add(at, StatementKind::Import, text);
    }

    fn hidden_global(&mut self, at: u64, module: &Value, name: &Value) {
        let text = format!("from <{}> import <{}>", self.text(module), self.text(name));
        self.add(at, StatementKind::Import, text);
    }

    fn call(&mut self, at: u64, call: &Call) {
        if self.lines.len() >= self.most {
            self.omitted += 1;
            return;
        }
        let made = render_call_with(call, self.width, &|call| self.name(call));
        let number = self.names.len() + 1;
        self.names.insert(call.id, number);
        self.add(at, StatementKind::Call, format!("v{number} = {made}"));
    }

    fn build(&mut self, at: u64, target: &Value, state: &Value) {
        let text = format!("{}.__setstate__({})", self.text(target), self.text(state));
        self.add(at, StatementKind::Build, text);
    }

    fn store(&mut self, at: u64, store: &Store<'_>) {
        let target = self.text(store.target);
        let value = store
            .value
            .map(|value| self.text(value))
            .unwrap_or_default();
        let more = if store.count > 1 {
            format!("  # and {} more", store.count - 1)
        } else {
            String::new()
        };
        let text = match store.kind {
            StoreKind::SetItem => {
                let key = store.key.map(|key| self.text(key)).unwrap_or_default();
                format!("{target}[{key}] = {value}{more}")
            }
            StoreKind::Append => format!("{target}.append({value}){more}"),
            StoreKind::AddItem => format!("{target}.add({value}){more}"),
        };
        self.add(at, StatementKind::Store, text);
    }

    fn extension(&mut self, at: u64, code: i64, known: bool) {
        let remark = if known {
            ""
        } else {
            "  # not registered by this pickle"
        };
        self.add(
            at,
            StatementKind::Extension,
            format!("extension({code}){remark}"),
        );
    }

    fn reading(&mut self, reading: Reading) {
        self.framed = reading == Reading::Framed;
        let text = if self.framed {
            "# as a file is read: what is left of a frame is passed over"
        } else {
            "# byte after byte"
        };
        let at = self.lines.last().map_or(0, |line| line.at);
        self.add(at, StatementKind::Remark, text.to_owned());
    }
}
