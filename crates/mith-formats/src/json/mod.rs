//! Streaming JSON: events in file order, no tree, bounded depth and memory.
//!
//! Accepts what Python's `json` accepts (`NaN`, `Infinity`, `-Infinity` are numbers), because that is what loads the
//! files of models; anything else is a `Malformed` defect.

mod scanner;
#[cfg(test)]
mod tests;

use crate::{Defect, DefectKind, Input, Limits};
use scanner::Scanner;
pub(crate) use scanner::Utf8Check;

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

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A value.
    Value,
    /// A value or `]`.
    FirstElement,
    /// A key or `}`.
    FirstKey,
    /// A key.
    Key,
    /// A comma or the end of the container, or the end of the document at depth 0.
    After,
    /// Nothing: the document is complete.
    Done,
}

/// Walks one JSON document.
pub struct Parser<'input> {
    scanner: Scanner<'input>,
    state: State,
    /// One flag per open container: true is an object.
    open: Vec<bool>,
    failed: Option<Defect>,
}

impl<'input> Parser<'input> {
    /// A parser of the whole input.
    pub fn new(input: &'input dyn Input, limits: &Limits) -> Self {
        Self::within(input, 0, input.size(), limits)
    }

    /// A parser of the bytes `start..end` of the input; offsets in events and defects are those of the input.
    pub fn within(input: &'input dyn Input, start: u64, end: u64, limits: &Limits) -> Self {
        Self {
            scanner: Scanner::new(input, start, end, limits.held_bytes),
            state: State::Value,
            open: Vec::new(),
            failed: None,
        }
    }

    /// The next event; `None` at the end of a complete document.
    ///
    /// # Errors
    /// A defect at the first place that is no JSON; the parser stays there.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, Defect> {
        if let Some(defect) = &self.failed {
            return Err(defect.clone());
        }
        match self.advance() {
            Ok(step) => Ok(step.map(|step| self.event(step))),
            Err(defect) => {
                self.failed = Some(defect.clone());
                Err(defect)
            }
        }
    }

    /// How deep the parser is nested: 1 inside the outermost container.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The byte behind the last event.
    pub fn offset(&self) -> u64 {
        self.scanner.offset()
    }

    fn event(&self, step: Step) -> Event<'_> {
        let text = |offset, complete| Text {
            value: self.scanner.text(),
            offset,
            complete,
        };
        match step {
            Step::ObjectStart => Event::ObjectStart,
            Step::ObjectEnd => Event::ObjectEnd,
            Step::ArrayStart => Event::ArrayStart,
            Step::ArrayEnd => Event::ArrayEnd,
            Step::Key(offset, complete) => Event::Key(text(offset, complete)),
            Step::String(offset, complete) => Event::String(text(offset, complete)),
            Step::Number => Event::Number(self.scanner.text()),
            Step::Bool(value) => Event::Bool(value),
            Step::Null => Event::Null,
        }
    }

    fn advance(&mut self) -> Result<Option<Step>, Defect> {
        let Some(mut byte) = self.scanner.skip_space()? else {
            return self.end();
        };
        if self.state == State::After {
            match (self.open.last(), byte) {
                (Some(true), b',') => self.state = State::Key,
                (Some(false), b',') => self.state = State::Value,
                (Some(true), b'}') => return Ok(Some(self.close(Step::ObjectEnd))),
                (Some(false), b']') => return Ok(Some(self.close(Step::ArrayEnd))),
                (Some(_), _) => {
                    return Err(self
                        .scanner
                        .unexpected("a comma or the end of the container"));
                }
                (None, _) => return Err(self.scanner.unexpected("the end of the document")),
            }
            self.scanner.bump();
            byte = match self.scanner.skip_space()? {
                Some(byte) => byte,
                None => return self.end(),
            };
        }
        match (self.state, byte) {
            (State::FirstKey, b'}') => Ok(Some(self.close(Step::ObjectEnd))),
            (State::FirstElement, b']') => Ok(Some(self.close(Step::ArrayEnd))),
            (State::FirstKey | State::Key, b'"') => self.key(),
            (State::FirstKey | State::Key, _) => Err(self.scanner.unexpected("a key")),
            (State::Value | State::FirstElement, _) => self.value(byte).map(Some),
            (State::After | State::Done, _) => {
                Err(self.scanner.unexpected("the end of the document"))
            }
        }
    }

    fn end(&mut self) -> Result<Option<Step>, Defect> {
        if self.open.is_empty() && matches!(self.state, State::After | State::Done) {
            self.state = State::Done;
            return Ok(None);
        }
        Err(Defect::new(
            DefectKind::Truncated,
            self.scanner.offset(),
            "the JSON text ends in the middle",
        ))
    }

    fn close(&mut self, step: Step) -> Step {
        self.scanner.bump();
        self.open.pop();
        self.state = State::After;
        step
    }

    fn key(&mut self) -> Result<Option<Step>, Defect> {
        let offset = self.scanner.offset();
        let complete = self.scanner.string()?;
        if self.scanner.skip_space()? != Some(b':') {
            return Err(self.scanner.unexpected("a colon"));
        }
        self.scanner.bump();
        self.state = State::Value;
        Ok(Some(Step::Key(offset, complete)))
    }

    fn value(&mut self, byte: u8) -> Result<Step, Defect> {
        let offset = self.scanner.offset();
        self.state = State::After;
        match byte {
            b'{' => self.open(true),
            b'[' => self.open(false),
            b'"' => Ok(Step::String(offset, self.scanner.string()?)),
            b'-' | b'0'..=b'9' | b'N' | b'I' => self.scanner.number().map(|()| Step::Number),
            b't' => self.scanner.word("true").map(|()| Step::Bool(true)),
            b'f' => self.scanner.word("false").map(|()| Step::Bool(false)),
            b'n' => self.scanner.word("null").map(|()| Step::Null),
            _ => Err(self.scanner.unexpected("a value")),
        }
    }

    fn open(&mut self, object: bool) -> Result<Step, Defect> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Defect::new(
                DefectKind::Budget,
                self.scanner.offset(),
                format!("the JSON text nests deeper than {MAX_DEPTH}"),
            ));
        }
        self.scanner.bump();
        self.open.push(object);
        self.state = if object {
            State::FirstKey
        } else {
            State::FirstElement
        };
        Ok(if object {
            Step::ObjectStart
        } else {
            Step::ArrayStart
        })
    }
}

/// An event without the text it refers to, which the scanner holds.
#[derive(Clone, Copy)]
enum Step {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Key(u64, bool),
    String(u64, bool),
    Number,
    Bool(bool),
    Null,
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
