//! The pickle interpreter: what CPython's C unpickler would import, call and store, without doing any of it.
//!
//! Owns: reading every opcode exactly as `_pickle.c` does, and knowing as much about values as it takes to name what is
//! imported and called. Must never: judge a name (that is `mith-scan`), stop before CPython would, or keep memory for
//! every opcode. Where the C reader, Python's own reader and the loaders' encodings differ, the union is reported.

mod arguments;
mod calls;
mod codec;
mod compat;
mod edge;
mod escapes;
mod fold;
mod fold_format;
mod fold_text;
mod frames;
mod halt;
mod holds;
mod joblib;
pub mod listing;
mod machine;
mod memo;
mod names;
mod numbers;
mod objects;
pub mod opcode;
mod reader;
pub mod render;
mod run;
pub mod source;
mod stack;
#[cfg(test)]
mod tests;
mod text;
pub mod value;
pub mod visitor;

pub use run::{interpret, interpret_all};
pub use source::{PickleSource, StreamSource};
pub use value::{
    Blob, Call, CallKind, Dict, Global, Held, Holds, List, Origin, Persistent, Shape, Text, Tuple,
    Value, Why,
};
pub use visitor::{Reading, Silent, Store, StoreKind, Tee, Visitor};

use crate::limits::Defect;

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
    /// Extension codes that the host is known to have registered: code, module and name.
    pub extensions: Vec<(i64, String, String)>,
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
    /// Other offsets at which a loader that reads ahead would go on in the same file.
    pub other_ends: Vec<u64>,
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
