//! Abstract values: what the interpreter knows about an object that the loader would have built.
//!
//! A [`Value`] is 16 bytes and cheap to clone. Contents are bounded (see [`KEPT`]), edges never form a cycle (an edge that
//! could is weak), and dropping a value of any depth needs no stack.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use super::edge::{Charge, Edge};
pub use super::holds::Holds;
pub use super::text::{Blob, Held, Text};

/// How many entries of a container are kept; the rest is known by its count and its [`Holds`] alone.
pub const KEPT: usize = 64;

/// What the interpreter knows about one Python object.
#[derive(Clone, Default)]
pub enum Value {
    /// `None`.
    #[default]
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A larger integer, as text (decimal, or hexadecimal when the stream held it in binary).
    Long(Rc<Text>),
    /// A float.
    Float(f64),
    /// A string whose content is held.
    Text(Rc<Text>),
    /// A string that is only known by its place in the source.
    TextAt {
        /// Bytes of its content in the stream.
        len: u32,
        /// Where the content begins.
        offset: u64,
    },
    /// A `bytes` or `bytearray` whose content is held.
    Bytes(Rc<Blob>),
    /// A `bytes` or `bytearray` that is only known by its place in the source.
    BytesAt {
        /// Bytes of its content in the stream; `u32::MAX` stands for that many or more.
        len: u32,
        /// Where the content begins.
        offset: u64,
    },
    /// A tuple.
    Tuple(Rc<Tuple>),
    /// A list.
    List(Rc<List>),
    /// A dict.
    Dict(Rc<Dict>),
    /// A set or frozenset.
    Set(Rc<List>),
    /// An imported name, or a module, or an attribute of one.
    Global(Rc<Global>),
    /// The result of a call, that is: an object.
    Call(Rc<Call>),
    /// What `persistent_load` returns for an id.
    Persistent(Rc<Persistent>),
    /// An out-of-band buffer.
    Buffer,
    /// A container or object whose content was not kept.
    Opaque(Shape, Holds),
    /// Nothing is known.
    Unknown(Why),
}

/// Why a value is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// It is computed by code that is not folded.
    Computed,
    /// The memo has no entry under the index that was asked for.
    Memo,
    /// An entry of a container, or of a long run of constants, that was not kept.
    NotKept,
    /// An extension code that nothing in the stream registers.
    Extension,
    /// A name that could not be resolved to text.
    Name,
}

/// The shape of a value whose content was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A tuple.
    Tuple,
    /// A list.
    List,
    /// A dict.
    Dict,
    /// A set or frozenset.
    Set,
    /// An object made by a call.
    Object,
    /// A string.
    Text,
    /// A byte string.
    Bytes,
}

/// How a name came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// `GLOBAL`.
    Global,
    /// `INST`.
    Inst,
    /// `STACK_GLOBAL`.
    StackGlobal,
    /// An extension code, registered by the stream itself.
    Extension,
    /// `importlib.import_module`, `__import__` or `sys.modules[…]`: `qualname` is empty or what was reached from there.
    Module,
    /// Attribute access by a folded call (`getattr`, `operator.attrgetter`, `__dict__[…]`) on a known global.
    Attribute,
}

/// A name that the loader resolves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Global {
    /// Module after the name mapping from Python 2 (protocols below 3).
    pub module: Rc<str>,
    /// Qualified name after the mapping; empty for a module itself. May hold dots.
    pub qualname: Rc<str>,
    /// Module and name as written, where the mapping changed them.
    pub raw: Option<(Rc<str>, Rc<str>)>,
    /// Offset of the opcode.
    pub at: u64,
    /// Protocol in force: dots in the name are walked from 4 on.
    pub protocol: u8,
    /// How it came to be known.
    pub origin: Origin,
    /// Set when attribute access by a call led here, now or on the way.
    pub through_getattr: bool,
}

impl Global {
    /// Whether this is exactly `module.qualname` after the mapping.
    pub fn is(&self, module: &str, qualname: &str) -> bool {
        *self.module == *module && *self.qualname == *qualname
    }
}

/// How a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// `REDUCE`: `callee(*args)`.
    Reduce,
    /// `INST`: `module.name(*args)`.
    Inst,
    /// `OBJ`: `callee(*args)` with everything since the mark.
    Obj,
    /// `NEWOBJ`: `callee.__new__(callee, *args)`.
    NewObj,
    /// `NEWOBJ_EX`: the same with keyword arguments.
    NewObjEx,
    /// A call that another call makes at once: `functools.partial(f, …)(…)`, `operator.methodcaller(…)(…)`.
    Inner,
}

/// A call that the loader makes, and the object it gives.
pub struct Call {
    /// Offset of the opcode.
    pub at: u64,
    /// What is called.
    pub callee: Value,
    /// The positional arguments: a [`Value::Tuple`], or something else when the stream gives something else.
    pub args: Value,
    /// The keyword arguments of `NEWOBJ_EX`, or of a partial.
    pub kwargs: Value,
    /// How.
    pub kind: CallKind,
    pub(super) id: u64,
    pub(super) oldest: u64,
    pub(super) state: RefCell<Edge>,
    pub(super) built: Cell<bool>,
    pub(super) touched: Cell<bool>,
    pub(super) charge: Charge,
}

impl Call {
    /// The positional arguments that are kept; empty when they are not a tuple.
    pub fn arguments(&self) -> &[Value] {
        match &self.args {
            Value::Tuple(tuple) => tuple.items(),
            _ => &[],
        }
    }

    /// How many positional arguments there are, if that is known.
    pub fn arity(&self) -> Option<u64> {
        match &self.args {
            Value::Tuple(tuple) => Some(tuple.len()),
            _ => None,
        }
    }

    /// The callee, when it is a name.
    pub fn global(&self) -> Option<&Global> {
        match &self.callee {
            Value::Global(global) => Some(global),
            _ => None,
        }
    }

    /// The state that the last `BUILD` gave to this object.
    pub fn state(&self) -> Option<Value> {
        self.built.get().then(|| self.state.borrow().value())
    }
}

/// An object outside the stream.
pub struct Persistent {
    /// Offset of the opcode.
    pub at: u64,
    /// Its id.
    pub id: Value,
    pub(super) oldest: u64,
    pub(super) _charge: Charge,
}

/// A tuple: its first [`KEPT`] items, their number and what else it holds.
pub struct Tuple {
    pub(super) items: Vec<Value>,
    pub(super) len: u64,
    pub(super) holds: Holds,
    /// The smallest id of a mutable value inside; keeps edges free of cycles.
    pub(super) oldest: u64,
    pub(super) _charge: Charge,
}

impl Tuple {
    /// The items that are kept: all of them up to [`KEPT`].
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    /// How many items there are.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether it is `()`.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What is inside, also in the items that are not kept.
    pub const fn holds(&self) -> Holds {
        self.holds
    }
}

/// A list or set: its first [`KEPT`] entries, their number and what else it holds.
pub struct List {
    pub(super) id: u64,
    pub(super) inner: RefCell<ListInner>,
    pub(super) frozen: bool,
    /// Set for an iterator that folding made: it gives its entries once.
    pub(super) once: bool,
    /// Set when code that is not followed may have changed it: the entries are then history, not content.
    pub(super) touched: Cell<bool>,
}

pub(super) struct ListInner {
    pub(super) items: Vec<Edge>,
    pub(super) len: u64,
    pub(super) holds: Holds,
    pub(super) charge: Charge,
}

impl ListInner {
    pub(super) const fn new(charge: Charge) -> Self {
        Self {
            items: Vec::new(),
            len: 0,
            holds: Holds::PLAIN,
            charge,
        }
    }
}

impl List {
    /// The entries that are kept.
    pub fn items(&self) -> Vec<Value> {
        self.inner.borrow().items.iter().map(Edge::value).collect()
    }

    /// The entry at `index`, if it is kept.
    pub fn get(&self, index: usize) -> Option<Value> {
        self.inner.borrow().items.get(index).map(Edge::value)
    }

    /// How many entries were added.
    pub fn len(&self) -> u64 {
        self.inner.borrow().len
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is inside, also in the entries that are not kept.
    pub fn holds(&self) -> Holds {
        // A container that is just being put into itself adds nothing to what it holds.
        self.inner
            .try_borrow()
            .map_or(Holds::PLAIN, |inner| inner.holds)
    }

    /// Whether this is a `frozenset`.
    pub const fn is_frozen(&self) -> bool {
        self.frozen
    }
}

/// A dict: its first [`KEPT`] entries, the number of assignments and what else it holds.
pub struct Dict {
    pub(super) id: u64,
    pub(super) inner: RefCell<DictInner>,
    pub(super) touched: Cell<bool>,
}

pub(super) struct DictInner {
    pub(super) items: Vec<(Edge, Edge)>,
    pub(super) len: u64,
    pub(super) holds: Holds,
    pub(super) charge: Charge,
}

impl DictInner {
    pub(super) const fn new(charge: Charge) -> Self {
        Self {
            items: Vec::new(),
            len: 0,
            holds: Holds::PLAIN,
            charge,
        }
    }
}

impl Dict {
    /// The entries that are kept.
    pub fn items(&self) -> Vec<(Value, Value)> {
        let inner: Ref<'_, DictInner> = self.inner.borrow();
        inner
            .items
            .iter()
            .map(|(key, value)| (key.value(), value.value()))
            .collect()
    }

    /// What was last stored under a string key, if it is kept.
    pub fn get(&self, key: &str) -> Option<Value> {
        let inner = self.inner.borrow();
        inner.items.iter().rev().find_map(|(stored, value)| {
            let Edge::Strong(Value::Text(text)) = stored else {
                return None;
            };
            (*text.to_str() == *key).then(|| value.value())
        })
    }

    /// How many assignments were made; the number of entries is at most that.
    pub fn len(&self) -> u64 {
        self.inner.borrow().len
    }

    /// Whether nothing was stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is inside, also in the entries that are not kept.
    pub fn holds(&self) -> Holds {
        // A container that is just being put into itself adds nothing to what it holds.
        self.inner
            .try_borrow()
            .map_or(Holds::PLAIN, |inner| inner.holds)
    }
}

impl Value {
    /// A string that is not from the stream: made by folding.
    pub fn from_text(content: &str) -> Self {
        Self::Text(Rc::new(Text::folded(content)))
    }

    /// The content of a string, if it is held.
    pub fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(text.to_str()),
            _ => None,
        }
    }

    /// The content of a byte string, if it is held.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(blob) => Some(blob.content()),
            _ => None,
        }
    }

    /// The integer, of `Int` and `Bool`.
    pub const fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Bool(flag) => Some(*flag as i64),
            _ => None,
        }
    }

    /// Whether this is a constant without content of its own (nothing on the heap).
    pub const fn is_atom(&self) -> bool {
        matches!(
            self,
            Self::None
                | Self::Bool(_)
                | Self::Int(_)
                | Self::Float(_)
                | Self::TextAt { .. }
                | Self::BytesAt { .. }
        )
    }

    /// What this value is, or holds, beyond constants.
    pub fn holds(&self) -> Holds {
        match self {
            Self::None
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Long(_)
            | Self::Float(_)
            | Self::Text(_)
            | Self::TextAt { .. }
            | Self::Bytes(_)
            | Self::BytesAt { .. }
            | Self::Buffer => Holds::PLAIN,
            Self::Tuple(tuple) => tuple.holds,
            Self::List(list) | Self::Set(list) => list.holds(),
            Self::Dict(dict) => dict.holds(),
            Self::Global(_) => Holds::GLOBAL,
            Self::Call(_) => Holds::CALL,
            Self::Persistent(_) => Holds::PERSISTENT,
            Self::Opaque(_, holds) => *holds,
            Self::Unknown(_) => Holds::UNKNOWN,
        }
    }

    /// The smallest id of a mutable value that this one is or holds.
    pub(super) fn oldest(&self) -> u64 {
        match self {
            Self::Tuple(tuple) => tuple.oldest,
            Self::List(list) | Self::Set(list) => list.id,
            Self::Dict(dict) => dict.id,
            Self::Call(call) => call.oldest,
            Self::Persistent(persistent) => persistent.oldest,
            _ => u64::MAX,
        }
    }
}

const _: () = assert!(size_of::<Value>() == 16, "the memo relies on small values");
const _: () = assert!(
    size_of::<Option<Value>>() == 16,
    "an empty memo slot costs no more"
);
