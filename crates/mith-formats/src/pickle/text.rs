//! Content of strings and byte strings that is held in memory.

use std::borrow::Cow;
use std::rc::Rc;

use super::edge::Charge;

/// What kind of string the stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Held {
    /// A `str`: content is UTF-8, in which lone surrogates may appear as their three bytes.
    Unicode,
    /// A `str` of Python 2 (STRING, BINSTRING): the loader's encoding decides what it becomes; content is the raw bytes.
    Python2,
    /// `bytes`.
    Bytes,
    /// `bytearray`.
    ByteArray,
}

/// A string.
pub struct Text {
    content: Box<[u8]>,
    kind: Held,
    /// Where its content begins in the stream; `u64::MAX` for one that folding made.
    pub at: u64,
    _charge: Charge,
}

impl Text {
    pub(super) fn new(content: Box<[u8]>, kind: Held, at: u64, charge: Charge) -> Self {
        Self {
            content,
            kind,
            at,
            _charge: charge,
        }
    }

    pub(super) fn folded(content: &str) -> Self {
        Self::new(
            content.as_bytes().into(),
            Held::Unicode,
            u64::MAX,
            Charge::free(),
        )
    }

    /// A number too large for 64 bits, as text.
    pub(super) fn number(text: &str) -> Rc<Self> {
        Rc::new(Self::folded(text))
    }

    /// The content as text; what is not UTF-8 is replaced.
    pub fn to_str(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.content)
    }

    /// The content as text when a Python 2 string is read as Latin-1 and that differs from [`Self::to_str`].
    pub fn latin1(&self) -> Option<String> {
        (self.kind == Held::Python2 && !self.content.is_ascii())
            .then(|| self.content.iter().copied().map(char::from).collect())
    }

    /// The raw content.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Whether this is a `str` of Python 2.
    pub fn is_python2(&self) -> bool {
        self.kind == Held::Python2
    }
}

/// A byte string.
pub struct Blob {
    content: Box<[u8]>,
    kind: Held,
    /// Where its content begins in the stream; `u64::MAX` for one that folding made.
    pub at: u64,
    _charge: Charge,
}

impl Blob {
    pub(super) fn new(content: Box<[u8]>, kind: Held, at: u64, charge: Charge) -> Self {
        Self {
            content,
            kind,
            at,
            _charge: charge,
        }
    }

    /// The content.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Whether this is a `bytearray`.
    pub fn is_mutable(&self) -> bool {
        self.kind == Held::ByteArray
    }
}
