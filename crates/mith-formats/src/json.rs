//! Streaming JSON: events in file order, no tree, bounded depth and memory.
//!
//! Accepts what Python's `json` accepts (`NaN`, `Infinity`, `-Infinity` are numbers), because that is what loads the
//! files of models; anything else is a `Malformed` defect.

use crate::{Defect, Input, Limits};

/// Nesting beyond this is a `Budget` defect. Python's own reader gives up near 1000.
pub const MAX_DEPTH: usize = 1024;

/// A string of the document, unescaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'parser> {
    /// The text; lone surrogates are replaced. Cut when `complete` is false.
    pub value: &'parser str,
    /// Where its opening quote is.
    pub offset: u64,
    /// False when it is longer than [`Limits::held_bytes`].
    pub complete: bool,
}

/// One step through the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'parser> {
    /// `{`
    ObjectStart,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// A key; its value follows.
    Key(Text<'parser>),
    /// A string.
    String(Text<'parser>),
    /// A number as it is spelled.
    Number(&'parser str),
    /// `true` or `false`
    Bool(bool),
    /// `null`
    Null,
}

/// Walks one JSON document.
pub struct Parser<'input> {
    input: &'input dyn Input,
    limits: Limits,
}

impl<'input> Parser<'input> {
    /// A parser of the whole input.
    pub fn new(input: &'input dyn Input, limits: &Limits) -> Self {
        Self {
            input,
            limits: limits.clone(),
        }
    }

    /// The next event; `None` at the end of a complete document.
    ///
    /// # Errors
    /// A defect at the first place that is no JSON; the parser stays there.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, Defect> {
        let _ = (self.input.size(), self.limits.held_bytes);
        Ok(None)
    }

    /// How deep the parser is nested: 1 inside the outermost container.
    pub fn depth(&self) -> usize {
        0
    }

    /// The byte behind the last event.
    pub fn offset(&self) -> u64 {
        0
    }
}

/// Whether the whole input is one JSON document; the defect says where it is not.
///
/// # Errors
/// The first defect.
pub fn check(input: &dyn Input, limits: &Limits) -> Result<(), Defect> {
    let mut parser = Parser::new(input, limits);
    while parser.next_event()?.is_some() {}
    Ok(())
}
