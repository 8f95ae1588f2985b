//! Arguments of opcodes: counted content, lines of text, and what becomes of them on the stack.

use std::rc::Rc;

use super::edge::Charge;
use super::halt::Halt;
use super::machine::Machine;
use super::numbers::{self, Number};
use super::reader::{HOLD, Payload};
use super::value::{Blob, Held, Text, Value, Why};
use super::{escapes, opcode as op};

impl Machine<'_, '_> {
    /// A content that is held, paid for; or its place.
    fn content(&self, payload: &Payload, at: u64) -> Result<(Box<[u8]>, Charge), Value> {
        match payload {
            Payload::Window(range) => {
                let content = self.reader.bytes(range.clone());
                let len = u32::try_from(content.len()).unwrap_or(u32::MAX);
                self.charge(content.len() + size_of::<Text>() + 16)
                    .map(|charge| (content.into(), charge))
                    .ok_or(Value::TextAt { len, offset: at })
            }
            Payload::At { offset, len } => Err(Value::TextAt {
                len: u32::try_from(*len).unwrap_or(u32::MAX),
                offset: *offset,
            }),
        }
    }

    pub(super) fn unicode(&mut self, len: u64) -> Result<(), Halt> {
        let payload = self.reader.payload(len)?;
        if let Payload::Window(range) = &payload
            && !escapes::is_utf8_with_surrogates(self.reader.bytes(range.clone()))
        {
            return Err(self.malformed("a string is not UTF-8"));
        }
        let at = self.reader.position().saturating_sub(len);
        let value = match self.content(&payload, at) {
            Ok((content, charge)) => {
                Value::Text(Rc::new(Text::new(content, Held::Unicode, at, charge)))
            }
            Err(place) => place,
        };
        self.stack.push_plain(value);
        Ok(())
    }

    pub(super) fn bytes(&mut self, len: u64, kind: Held) -> Result<(), Halt> {
        let payload = match kind {
            Held::Bytes | Held::ByteArray => self.reader.payload_into(len)?,
            _ => self.reader.payload(len)?,
        };
        let at = self.reader.position().saturating_sub(len);
        let value = match (self.content(&payload, at), kind) {
            (Ok((content, charge)), Held::Python2) => {
                Value::Text(Rc::new(Text::new(content, kind, at, charge)))
            }
            (Ok((content, charge)), _) => {
                Value::Bytes(Rc::new(Blob::new(content, kind, at, charge)))
            }
            (Err(Value::TextAt { len, offset }), Held::Bytes | Held::ByteArray) => {
                Value::BytesAt { len, offset }
            }
            (Err(place), _) => place,
        };
        self.stack.push_plain(value);
        Ok(())
    }

    pub(super) fn long(&mut self, len: u64) -> Result<(), Halt> {
        let value = match self.reader.payload(len)? {
            Payload::Window(range) => numbers::binary(self.reader.bytes(range)),
            Payload::At { .. } => Value::Unknown(Why::NotKept),
        };
        self.stack.push_plain(value);
        Ok(())
    }

    /// INT, LONG, FLOAT, STRING and UNICODE.
    pub(super) fn text_line(&mut self, opcode: u8) -> Result<(), Halt> {
        let line = self.reader.line()?;
        let range = match line.content {
            Payload::Window(range) => range,
            Payload::At { offset, len } => {
                // Text of any length is text; a number of more than 32 KiB is refused by CPython's own limit.
                let len = u32::try_from(len).unwrap_or(u32::MAX);
                self.stack.push_plain(Value::TextAt { len, offset });
                return Ok(());
            }
        };
        let content = self.reader.bytes(range);
        if content.is_empty() && opcode != op::UNICODE {
            return Err(self.malformed("an argument is empty"));
        }
        let value = match opcode {
            op::INT => numbers::int(content),
            op::LONG => numbers::long(content),
            op::FLOAT => numbers::float(content).map(Value::Float),
            op::STRING => {
                escapes::quoted(content).map(|text| self.text(text, Held::Python2, line.start))
            }
            _ => {
                escapes::raw_unicode(content).map(|text| self.text(text, Held::Unicode, line.start))
            }
        };
        let value = value.ok_or_else(|| {
            let name = op::name(opcode).unwrap_or_default();
            self.malformed(format!("the argument of {name} is not one"))
        })?;
        self.stack.push_plain(value);
        Ok(())
    }

    /// A string that is not a slice of the stream.
    pub(super) fn text(&self, content: Vec<u8>, kind: Held, at: u64) -> Value {
        match self.charge(content.len() + size_of::<Text>() + 16) {
            Some(charge) => Value::Text(Rc::new(Text::new(content.into(), kind, at, charge))),
            None => Value::Unknown(Why::NotKept),
        }
    }

    /// PUT, GET and PERSID.
    pub(super) fn index_line(&mut self, opcode: u8) -> Result<(), Halt> {
        let line = self.reader.line()?;
        let content = match line.content {
            Payload::Window(range) => self.reader.bytes(range).to_vec(),
            Payload::At { len, .. } => {
                return Err(
                    self.malformed(format!("an argument has {len} bytes, more than {HOLD}"))
                );
            }
        };
        if opcode == op::PERSID {
            if !content.is_ascii() {
                return Err(self.malformed("a persistent id is not ASCII"));
            }
            let id = self.text(content, Held::Unicode, line.start);
            self.persistent(id);
            return Ok(());
        }
        match (numbers::python_int(&content, 10), opcode) {
            (Some(Number::Small(index)), _) => {
                let index =
                    u64::try_from(index).map_err(|_| self.malformed("a memo index is negative"))?;
                if opcode == op::PUT {
                    self.put(index)
                } else {
                    self.get(index)
                }
            }
            (Some(Number::Large(index)), op::PUT) if !index.starts_with('-') => {
                let top = self.stack.top().map_err(|error| self.underflow(error))?;
                self.memo.put_huge(&index, top.clone());
                Ok(())
            }
            (Some(Number::Large(index)), _) => {
                let value = self.memo.get_huge(&index).cloned();
                let value = value.ok_or_else(|| self.malformed("the memo has no such entry"))?;
                self.stack.push(value);
                Ok(())
            }
            (None, _) => Err(self.malformed("a memo index is not a number")),
        }
    }
}
