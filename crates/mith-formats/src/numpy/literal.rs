//! The part of Python's literals that numpy writes into headers.
//!
//! Anything else that `ast.literal_eval` would accept (escapes, bytes, sets, complex numbers) is refused: a header
//! that uses it was not written by numpy, and guessing wrong would hide an object array.

/// Nesting of the header; numpy's own are a handful deep.
const MAX_DEPTH: usize = 64;

/// A value, its children as indices into the literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Text(String),
    /// `None` when it does not fit 64 bits.
    Number(Option<u64>),
    Bool(bool),
    None,
    Tuple(Vec<usize>),
    List(Vec<usize>),
    Dict(Vec<(usize, usize)>),
}

/// A parsed literal. Flat, so that nothing recurses.
#[derive(Debug, Default)]
pub(super) struct Literal {
    nodes: Vec<Node>,
    root: usize,
}

impl Literal {
    pub(super) fn root(&self) -> Option<&Node> {
        self.node(self.root)
    }

    pub(super) fn node(&self, index: usize) -> Option<&Node> {
        self.nodes.get(index)
    }
}

/// What is open and what it holds so far.
struct Frame {
    close: u8,
    items: Vec<usize>,
    /// Keys of a dict that have their value in `items`.
    keys: Vec<usize>,
    /// A comma was read: `(1,)` is a tuple and `(1)` is not.
    comma: bool,
    /// A value stands there and no comma behind it yet.
    filled: bool,
}

type Error = (usize, &'static str);

/// Parses a whole literal; the error says where and why not.
pub(super) fn parse(text: &str) -> Result<Literal, Error> {
    let mut parser = Parser {
        bytes: text.as_bytes(),
        text,
        at: 0,
        literal: Literal::default(),
        frames: Vec::new(),
    };
    parser.run()?;
    Ok(parser.literal)
}

struct Parser<'text> {
    bytes: &'text [u8],
    text: &'text str,
    at: usize,
    literal: Literal,
    frames: Vec<Frame>,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), Error> {
        loop {
            let done = self.step()?;
            if let Some(root) = done {
                self.literal.root = root;
                self.skip_space();
                return match self.bytes.get(self.at) {
                    None => Ok(()),
                    Some(_) => Err((self.at, "goes on behind the literal")),
                };
            }
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes one token; the root when it is complete.
    fn step(&mut self) -> Result<Option<usize>, Error> {
        self.skip_space();
        let Some(byte) = self.bytes.get(self.at).copied() else {
            return Err((self.at, "ends in the middle"));
        };
        match byte {
            b'{' | b'[' | b'(' => {
                self.open(byte)?;
                Ok(None)
            }
            b'}' | b']' | b')' => self.close(byte),
            b',' => self.comma().map(|()| None),
            b':' => self.colon().map(|()| None),
            _ => {
                let node = self.scalar(byte)?;
                self.put(node)
            }
        }
    }

    fn open(&mut self, byte: u8) -> Result<(), Error> {
        if self.frames.len() >= MAX_DEPTH {
            return Err((self.at, "nests too deep"));
        }
        if self.frames.last().is_some_and(|frame| frame.filled) {
            return Err((self.at, "lacks a comma"));
        }
        self.at += 1;
        self.frames.push(Frame {
            close: match byte {
                b'{' => b'}',
                b'[' => b']',
                _ => b')',
            },
            items: Vec::new(),
            keys: Vec::new(),
            comma: false,
            filled: false,
        });
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Result<Option<usize>, Error> {
        let here = self.at;
        let Some(frame) = self.frames.pop().filter(|frame| frame.close == byte) else {
            return Err((here, "closes what is not open"));
        };
        self.at += 1;
        let single = !frame.comma && frame.items.len() == 1;
        let node = match byte {
            b']' => Node::List(frame.items),
            b')' if single => {
                // Parentheses around one value are not a tuple.
                return match frame.items.first() {
                    Some(only) => self.put(*only),
                    None => Err((here, "is broken")),
                };
            }
            b')' => Node::Tuple(frame.items),
            _ if frame.keys.len() == frame.items.len() => {
                Node::Dict(frame.keys.into_iter().zip(frame.items).collect())
            }
            _ => return Err((here, "has a key without a value")),
        };
        let index = self.add(node);
        self.put(index)
    }

    fn comma(&mut self) -> Result<(), Error> {
        let here = self.at;
        match self.frames.last_mut() {
            Some(frame) if frame.filled => {
                if frame.close == b'}' && frame.keys.len() != frame.items.len() {
                    return Err((here, "has a key without a value"));
                }
                frame.filled = false;
                frame.comma = true;
                self.at += 1;
                Ok(())
            }
            _ => Err((here, "has a comma where none can be")),
        }
    }

    /// The value that was put last becomes a key.
    fn colon(&mut self) -> Result<(), Error> {
        let here = self.at;
        match self.frames.last_mut() {
            Some(frame)
                if frame.close == b'}'
                    && frame.filled
                    && frame.items.len() == frame.keys.len() + 1 =>
            {
                if let Some(key) = frame.items.pop() {
                    frame.keys.push(key);
                }
                frame.filled = false;
                self.at += 1;
                Ok(())
            }
            _ => Err((here, "has a colon where none can be")),
        }
    }

    fn add(&mut self, node: Node) -> usize {
        self.literal.nodes.push(node);
        self.literal.nodes.len() - 1
    }

    /// Puts a finished value into what is open; gives it back when nothing is.
    fn put(&mut self, node: usize) -> Result<Option<usize>, Error> {
        match self.frames.last_mut() {
            None => Ok(Some(node)),
            Some(frame) if frame.filled => Err((self.at, "lacks a comma")),
            Some(frame) => {
                frame.items.push(node);
                frame.filled = true;
                Ok(None)
            }
        }
    }

    fn scalar(&mut self, byte: u8) -> Result<usize, Error> {
        let node = match byte {
            b'\'' | b'"' => self.string(byte)?,
            b'0'..=b'9' => self.number()?,
            b'u' if matches!(self.bytes.get(self.at + 1), Some(b'\'' | b'"')) => {
                self.at += 1;
                let quote = self.bytes.get(self.at).copied().unwrap_or_default();
                self.string(quote)?
            }
            _ => self.word()?,
        };
        Ok(self.add(node))
    }

    fn string(&mut self, quote: u8) -> Result<Node, Error> {
        let start = self.at + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| *byte == quote || matches!(byte, b'\\' | b'\n' | b'\r'));
        let Some(length) = length.filter(|length| rest.get(*length) == Some(&quote)) else {
            return Err((self.at, "has a string with an escape or without an end"));
        };
        let content = self.text.get(start..start + length).unwrap_or_default();
        self.at = start + length + 1;
        // An empty string in front of a quote is a triple quote; a string behind a string is joined to it.
        if matches!(self.bytes.get(self.at), Some(b'\'' | b'"')) {
            return Err((self.at, "has strings side by side"));
        }
        Ok(Node::Text(content.to_owned()))
    }

    fn number(&mut self) -> Result<Node, Error> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .unwrap_or(rest.len());
        let digits = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.at += length;
        // Python 2 wrote `3L`.
        if self.bytes.get(self.at) == Some(&b'L') {
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            Some(byte)
                if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-') =>
            {
                Err((self.at, "has a number that is not a plain one"))
            }
            _ => Ok(Node::Number(digits.parse().ok())),
        }
    }

    fn word(&mut self) -> Result<Node, Error> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, node) in [
            ("True", Node::Bool(true)),
            ("False", Node::Bool(false)),
            ("None", Node::None),
        ] {
            let follows = rest.as_bytes().get(word.len());
            if rest.starts_with(word) && !follows.is_some_and(u8::is_ascii_alphanumeric) {
                self.at += word.len();
                return Ok(node);
            }
        }
        Err((self.at, "holds something else than a plain literal"))
    }
}
