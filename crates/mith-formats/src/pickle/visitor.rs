//! What the interpreter tells while it runs. Nothing is accumulated per opcode; a rule keeps what it needs.

use super::value::{Call, Global, Value};

/// Which reading of the bytes an event belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reading {
    /// Byte after byte, as `loads` and Python's own unpickler read.
    Linear,
    /// As `load(file)` reads when a FRAME lies about its length: what is left of a frame is dropped and the reader goes on
    /// behind it.
    Framed,
}

/// What is done to a value that is not a plain container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreKind {
    /// `target[key] = value`.
    SetItem,
    /// `target.append(value)` or `target.extend(…)`.
    Append,
    /// `target.add(value)`.
    AddItem,
}

/// A store into something that is not a plain list, dict or set.
pub struct Store<'event> {
    /// What is written to.
    pub target: &'event Value,
    /// How.
    pub kind: StoreKind,
    /// The key of the first item of a `SETITEM(S)`.
    pub key: Option<&'event Value>,
    /// The first value written.
    pub value: Option<&'event Value>,
    /// How many items are written.
    pub count: u64,
}

/// Hooks of an interpretation; all default to nothing. `at` is the offset of the opcode.
pub trait Visitor {
    /// A name that `find_class` is asked for, or that folded calls reach. The same name may come more than once.
    fn global(&mut self, at: u64, global: &Global) {
        let _ = (at, global);
    }

    /// `find_class` is asked for a name that is computed in a way that is not followed.
    fn hidden_global(&mut self, at: u64, module: &Value, name: &Value) {
        let _ = (at, module, name);
    }

    /// A call that the loader makes.
    fn call(&mut self, at: u64, call: &Call) {
        let _ = (at, call);
    }

    /// `BUILD`: `target.__setstate__(state)` or `target.__dict__.update(state)`.
    fn build(&mut self, at: u64, target: &Value, state: &Value) {
        let _ = (at, target, state);
    }

    /// Items stored into something that is not a plain container.
    fn store(&mut self, at: u64, store: &Store<'_>) {
        let _ = (at, store);
    }

    /// `persistent_load(id)` is called.
    fn persistent(&mut self, at: u64, id: &Value) {
        let _ = (at, id);
    }

    /// An extension code is used; `known` says whether the stream itself registered it.
    fn extension(&mut self, at: u64, code: i64, known: bool) {
        let _ = (at, code, known);
    }

    /// Events from here on belong to this reading; called only when a stream is read in more than one way.
    fn reading(&mut self, reading: Reading) {
        let _ = reading;
    }
}

/// A visitor that looks away.
pub struct Silent;

impl Visitor for Silent {}

/// Two visitors that see the same events, the first one first.
pub struct Tee<'visitors>(
    /// Sees each event first.
    pub &'visitors mut dyn Visitor,
    /// Sees each event second.
    pub &'visitors mut dyn Visitor,
);

impl Visitor for Tee<'_> {
    fn global(&mut self, at: u64, global: &Global) {
        self.0.global(at, global);
        self.1.global(at, global);
    }

    fn hidden_global(&mut self, at: u64, module: &Value, name: &Value) {
        self.0.hidden_global(at, module, name);
        self.1.hidden_global(at, module, name);
    }

    fn call(&mut self, at: u64, call: &Call) {
        self.0.call(at, call);
        self.1.call(at, call);
    }

    fn build(&mut self, at: u64, target: &Value, state: &Value) {
        self.0.build(at, target, state);
        self.1.build(at, target, state);
    }

    fn store(&mut self, at: u64, store: &Store<'_>) {
        self.0.store(at, store);
        self.1.store(at, store);
    }

    fn persistent(&mut self, at: u64, id: &Value) {
        self.0.persistent(at, id);
        self.1.persistent(at, id);
    }

    fn extension(&mut self, at: u64, code: i64, known: bool) {
        self.0.extension(at, code, known);
        self.1.extension(at, code, known);
    }

    fn reading(&mut self, reading: Reading) {
        self.0.reading(reading);
        self.1.reading(reading);
    }
}
