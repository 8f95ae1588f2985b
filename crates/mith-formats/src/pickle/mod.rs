//! The pickle interpreter: what CPython's C unpickler would import, call and store, without doing any of it.
//!
//! Owns: reading every opcode exactly as `_pickle.c` does, and knowing as much about values as it takes to name what is
//! imported and called. Must never: judge a name (that is `mith-scan`), stop before CPython would, or keep memory for
//! every opcode. Where the C reader, Python's own reader and the loaders' encodings differ, the union is reported.

pub mod source;
mod text;
pub mod value;
pub mod visitor;

pub use source::{PickleSource, StreamSource};
pub use value::{
    Blob, Call, CallKind, Dict, Global, Held, Holds, List, Origin, Persistent, Shape, Text, Tuple,
    Value, Why,
};
pub use visitor::{Reading, Silent, Store, StoreKind, Visitor};

use crate::limits::{Defect, Limits};

/// Which loader reads the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Loader {
    /// `pickle`, `torch`, `numpy`, `pandas`, `dill`: nothing but opcodes.
    #[default]
    Plain,
    /// `joblib`: raw array bytes follow the `BUILD` of an array wrapper.
    Joblib,
}

/// How to interpret.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which loader reads the stream.
    pub loader: Loader,
}

/// Bytes inside a stream that are data, not opcodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSpan {
    /// Where they begin.
    pub start: u64,
    /// Where they end.
    pub end: u64,
}

/// What came of one pickle.
pub struct Outcome {
    /// Offset of its first opcode.
    pub start: u64,
    /// Offset behind the last byte that was read as part of it.
    pub end: u64,
    /// The highest protocol that a PROTO opcode named; 0 without one.
    pub protocol: u8,
    /// Whether STOP was reached.
    pub stopped: bool,
    /// What STOP returns; [`Value::Unknown`] without a STOP.
    pub result: Value,
    /// Opcodes that were interpreted.
    pub opcodes: u64,
    /// What was wrong, in order of discovery.
    pub defects: Vec<Defect>,
    /// Raw arrays between the opcodes.
    pub arrays: Vec<DataSpan>,
}

/// Interprets the one pickle that begins at `start`.
pub fn interpret(
    source: &dyn PickleSource,
    start: u64,
    options: &Options,
    limits: &Limits,
    visitor: &mut dyn Visitor,
) -> Outcome {
    let _ = (source, options, limits, visitor);
    Outcome {
        start,
        end: start,
        protocol: 0,
        stopped: false,
        result: Value::Unknown(Why::Computed),
        opcodes: 0,
        defects: Vec::new(),
        arrays: Vec::new(),
    }
}

/// Interprets the pickles of a stream from `start`, each beginning right behind the STOP of the one before, until one does
/// not stop or the stream ends. Gives each outcome to `done`, which returns whether to go on; returns where it ended.
pub fn interpret_all(
    source: &dyn PickleSource,
    start: u64,
    options: &Options,
    limits: &Limits,
    visitor: &mut dyn Visitor,
    done: &mut dyn FnMut(Outcome) -> bool,
) -> u64 {
    let mut at = start;
    loop {
        let outcome = interpret(source, at, options, limits, visitor);
        let (end, stopped) = (outcome.end, outcome.stopped && outcome.end > at);
        let go_on = done(outcome) && stopped;
        at = end;
        if !go_on || !matches!(source.read_at(at, &mut [0]), Ok(1..)) {
            return at;
        }
    }
}
