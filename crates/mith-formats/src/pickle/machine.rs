//! The interpreter loop: one opcode after another, exactly as `_pickle.c` takes them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::rc::Rc;

use super::edge::Charge;
use super::halt::Halt;
use super::memo::Memo;
use super::opcode as op;
use super::reader::Reader;
use super::stack::{Frame, Stack, Underflow};
use super::value::{Held, Persistent, Tuple, Value};
use super::visitor::Visitor;
use super::{DataSpan, Options};
use crate::limits::{Defect, DefectKind, Limits};

/// Memory set apart for names and small calls when everything else is used up.
const RESERVE: usize = 16 << 20;

/// Allocations up to this size may use the reserve.
const SMALL: usize = 1 << 10;

/// The highest protocol that CPython reads.
const HIGHEST_PROTOCOL: u8 = 5;

/// What extension codes stand for.
pub(super) type Extensions = BTreeMap<i64, Extended>;

/// What one extension code stands for.
#[derive(Clone)]
pub(super) enum Extended {
    /// A name, still to be resolved.
    Name(Rc<str>, Rc<str>),
    /// An object that the stream itself put into the cache.
    Value(Value),
}

/// One interpretation of one pickle.
pub(super) struct Machine<'run, 'source> {
    pub(super) reader: &'run mut Reader<'source>,
    pub(super) source: &'source dyn super::PickleSource,
    pub(super) options: &'run Options,
    pub(super) limits: &'run Limits,
    pub(super) visitor: &'run mut dyn Visitor,
    pub(super) extensions: &'run mut Extensions,
    pub(super) stack: Stack,
    pub(super) memo: Memo,
    pub(super) names: HashMap<String, Value>,
    pub(super) protocol: u8,
    pub(super) highest: u8,
    pub(super) opcodes: u64,
    pub(super) arrays: Vec<DataSpan>,
    pub(super) defects: Vec<Defect>,
    /// Events of opcodes before this offset were told by an earlier reading.
    pub(super) quiet_before: u64,
    /// Mutable values with a smaller id may have been changed by code that is not followed.
    pub(super) wild_before: u64,
    pub(super) depth: u32,
    next_id: u64,
    held: Rc<Cell<usize>>,
    reserve: Rc<Cell<usize>>,
    pub(super) nothing: Rc<Tuple>,
}

impl<'run, 'source> Machine<'run, 'source> {
    pub(super) fn new(
        reader: &'run mut Reader<'source>,
        source: &'source dyn super::PickleSource,
        options: &'run Options,
        limits: &'run Limits,
        visitor: &'run mut dyn Visitor,
        extensions: &'run mut Extensions,
    ) -> Self {
        Self {
            reader,
            source,
            options,
            limits,
            visitor,
            extensions,
            stack: Stack::default(),
            memo: Memo::default(),
            names: HashMap::new(),
            protocol: 0,
            highest: 0,
            opcodes: 0,
            arrays: Vec::new(),
            defects: Vec::new(),
            quiet_before: 0,
            wild_before: 0,
            depth: 0,
            next_id: 1,
            held: Rc::new(Cell::new(limits.held_bytes)),
            reserve: Rc::new(Cell::new(RESERVE)),
            nothing: Rc::new(Tuple::empty()),
        }
    }

    /// Offset of the current opcode.
    pub(super) fn at(&self) -> u64 {
        self.reader.opcode
    }

    /// Whether events of the current opcode are told.
    pub(super) fn tells(&self) -> bool {
        self.at() >= self.quiet_before
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// The id that the next mutable value gets.
    pub(super) const fn next_id(&self) -> u64 {
        self.next_id
    }

    /// Pays for an allocation; nothing when memory is used up.
    pub(super) fn charge(&self, bytes: usize) -> Option<Charge> {
        Charge::take(&self.held, bytes).or_else(|| {
            (bytes <= SMALL)
                .then(|| Charge::take(&self.reserve, bytes))
                .flatten()
        })
    }

    pub(super) fn malformed(&self, message: impl Into<String>) -> Halt {
        Halt::malformed(self.at(), message)
    }

    #[cold]
    pub(super) fn underflow(&self, underflow: Underflow) -> Halt {
        self.malformed(match underflow {
            Underflow::Empty => "an opcode takes a value that the stack does not hold",
            Underflow::NoMark => "an opcode looks for a mark that is not there",
        })
    }

    pub(super) fn pop(&mut self) -> Result<Value, Halt> {
        self.stack.pop().map_err(|error| self.underflow(error))
    }

    pub(super) fn unmark(&mut self) -> Result<Frame, Halt> {
        self.stack.unmark().map_err(|error| self.underflow(error))
    }

    pub(super) fn last(&mut self, count: usize) -> Result<Frame, Halt> {
        self.stack
            .last(count)
            .map_err(|error| self.underflow(error))
    }

    /// Runs until STOP, whose value it returns.
    pub(super) fn run(&mut self) -> Result<Value, Halt> {
        loop {
            let opcode = self.reader.opcode()?;
            self.opcodes += 1;
            if self.opcodes.is_multiple_of(1024) || self.opcodes > self.limits.opcodes {
                self.budgets()?;
            }
            if opcode == op::STOP {
                return self.pop();
            }
            self.step(opcode)?;
        }
    }

    #[cold]
    fn budgets(&self) -> Result<(), Halt> {
        let message = if self.opcodes > self.limits.opcodes {
            "the pickle has more opcodes than the budget allows"
        } else if self.stack.len() > self.limits.stack {
            "the pickle needs a deeper stack than the budget allows"
        } else if self.memo.len() > self.limits.memo as u64 {
            "the pickle has more memo entries than the budget allows"
        } else {
            return Ok(());
        };
        Err(Halt::new(DefectKind::Budget, self.at(), message))
    }

    #[inline]
    fn step(&mut self, opcode: u8) -> Result<(), Halt> {
        match opcode {
            op::BINFLOAT => {
                let value = f64::from_be_bytes(self.reader.array()?);
                self.stack.push_plain(Value::Float(value));
            }
            op::BININT1 => {
                let [value] = self.reader.array()?;
                self.stack.push_plain(Value::Int(i64::from(value)));
            }
            op::BININT2 => {
                let value = u16::from_le_bytes(self.reader.array()?);
                self.stack.push_plain(Value::Int(i64::from(value)));
            }
            op::BININT => {
                let value = i32::from_le_bytes(self.reader.array()?);
                self.stack.push_plain(Value::Int(i64::from(value)));
            }
            op::NONE => self.stack.push_plain(Value::None),
            op::NEWTRUE => self.stack.push_plain(Value::Bool(true)),
            op::NEWFALSE => self.stack.push_plain(Value::Bool(false)),
            op::MARK => self.stack.mark(),
            op::BINGET => {
                let [index] = self.reader.array()?;
                self.get(u64::from(index))?;
            }
            op::BINPUT => {
                let [index] = self.reader.array()?;
                self.put(u64::from(index))?;
            }
            op::LONG_BINGET => {
                let index = u32::from_le_bytes(self.reader.array()?);
                self.get(u64::from(index))?;
            }
            op::LONG_BINPUT => {
                let index = u32::from_le_bytes(self.reader.array()?);
                self.put(u64::from(index))?;
            }
            op::MEMOIZE => self.put(self.memo.len())?,
            _ => return self.step_text(opcode),
        }
        Ok(())
    }

    /// Opcodes that carry text or bytes.
    fn step_text(&mut self, opcode: u8) -> Result<(), Halt> {
        match opcode {
            op::SHORT_BINUNICODE => {
                let [len] = self.reader.array()?;
                self.unicode(u64::from(len))
            }
            op::BINUNICODE => {
                let len = u32::from_le_bytes(self.reader.array()?);
                self.unicode(u64::from(len))
            }
            op::BINUNICODE8 => {
                let len = self.long_length()?;
                self.unicode(len)
            }
            op::SHORT_BINBYTES => {
                let [len] = self.reader.array()?;
                self.bytes(u64::from(len), Held::Bytes)
            }
            op::BINBYTES => {
                let len = u32::from_le_bytes(self.reader.array()?);
                self.bytes(u64::from(len), Held::Bytes)
            }
            op::BINBYTES8 => {
                let len = self.long_length()?;
                self.bytes(len, Held::Bytes)
            }
            op::BYTEARRAY8 => {
                let len = self.long_length()?;
                self.bytes(len, Held::ByteArray)
            }
            op::SHORT_BINSTRING => {
                let [len] = self.reader.array()?;
                self.bytes(u64::from(len), Held::Python2)
            }
            op::BINSTRING => {
                let len = i32::from_le_bytes(self.reader.array()?);
                let len = u64::try_from(len)
                    .map_err(|_| self.malformed("BINSTRING has a negative length"))?;
                self.bytes(len, Held::Python2)
            }
            op::LONG1 => {
                let [len] = self.reader.array()?;
                self.long(u64::from(len))
            }
            op::LONG4 => {
                let len = i32::from_le_bytes(self.reader.array()?);
                let len = u64::try_from(len)
                    .map_err(|_| self.malformed("LONG4 has a negative length"))?;
                self.long(len)
            }
            op::INT | op::LONG | op::FLOAT | op::STRING | op::UNICODE => self.text_line(opcode),
            op::PUT | op::GET | op::PERSID => self.index_line(opcode),
            _ => self.step_container(opcode),
        }
    }

    /// Opcodes that build containers from the stack.
    fn step_container(&mut self, opcode: u8) -> Result<(), Halt> {
        match opcode {
            op::EMPTY_TUPLE => self.stack.push(Value::Tuple(Rc::clone(&self.nothing))),
            op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
                let frame = self.last(usize::from(opcode - op::TUPLE1) + 1)?;
                let tuple = self.tuple(&frame);
                self.stack.push(tuple);
            }
            op::TUPLE => {
                let frame = self.unmark()?;
                let tuple = self.tuple(&frame);
                self.stack.push(tuple);
            }
            op::EMPTY_LIST => {
                let list = self.empty_list();
                self.stack.push(list);
            }
            op::LIST => self.list_since_mark()?,
            op::EMPTY_DICT => {
                let dict = self.empty_dict();
                self.stack.push(dict);
            }
            op::DICT => self.dict_since_mark()?,
            op::EMPTY_SET => {
                let set = self.empty_set(false);
                self.stack.push(set);
            }
            op::FROZENSET => self.frozenset_since_mark()?,
            op::APPEND => {
                let frame = self.last(1)?;
                self.append(&frame)?;
            }
            op::APPENDS => {
                let frame = self.unmark()?;
                self.append(&frame)?;
            }
            op::SETITEM => {
                let frame = self.last(2)?;
                self.set_items(&frame)?;
            }
            op::SETITEMS => {
                let frame = self.unmark()?;
                self.set_items(&frame)?;
            }
            op::ADDITEMS => {
                let frame = self.unmark()?;
                self.add_items(&frame)?;
            }
            op::POP => self
                .stack
                .discard()
                .map_err(|error| self.underflow(error))?,
            op::POP_MARK => {
                let frame = self.unmark()?;
                self.stack.take(&frame);
            }
            op::DUP => {
                let top = self.stack.top().map_err(|error| self.underflow(error))?;
                let top = top.clone();
                self.stack.push(top);
            }
            _ => return self.step_object(opcode),
        }
        Ok(())
    }

    /// Opcodes that import, call and change objects, and those that steer the reading.
    fn step_object(&mut self, opcode: u8) -> Result<(), Halt> {
        match opcode {
            op::GLOBAL => self.global(),
            op::STACK_GLOBAL => self.stack_global(),
            op::EXT1 => {
                let [code] = self.reader.array()?;
                self.extension(i64::from(code))
            }
            op::EXT2 => {
                let code = u16::from_le_bytes(self.reader.array()?);
                self.extension(i64::from(code))
            }
            op::EXT4 => {
                let code = i32::from_le_bytes(self.reader.array()?);
                self.extension(i64::from(code))
            }
            op::REDUCE => self.reduce(),
            op::INST => self.inst(),
            op::OBJ => self.obj(),
            op::NEWOBJ => self.newobj(),
            op::NEWOBJ_EX => self.newobj_ex(),
            op::BUILD => self.build(),
            op::BINPERSID => {
                let id = self.pop()?;
                self.persistent(id);
                Ok(())
            }
            op::PROTO => {
                let [version] = self.reader.array()?;
                if version > HIGHEST_PROTOCOL {
                    let message = format!("PROTO names protocol {version}, which CPython refuses");
                    return Err(self.malformed(message));
                }
                self.protocol = version;
                self.highest = self.highest.max(version);
                Ok(())
            }
            op::FRAME => {
                let length = self.long_length()?;
                self.reader.frame(length)
            }
            op::NEXT_BUFFER => {
                self.stack.push(Value::Buffer);
                Ok(())
            }
            op::READONLY_BUFFER => match self.stack.top() {
                Ok(_) => Ok(()),
                Err(error) => Err(self.underflow(error)),
            },
            _ => Err(self.malformed(format!("0x{opcode:02x} is not an opcode"))),
        }
    }

    fn long_length(&mut self) -> Result<u64, Halt> {
        let len = u64::from_le_bytes(self.reader.array()?);
        if i64::try_from(len).is_err() {
            return Err(self.malformed("a length is larger than any object"));
        }
        Ok(len)
    }

    #[inline]
    pub(super) fn get(&mut self, index: u64) -> Result<(), Halt> {
        match self.memo.get(index) {
            Some(value) => {
                self.stack.push(value.clone());
                Ok(())
            }
            None => Err(self.malformed(format!("the memo has no entry {index}"))),
        }
    }

    #[inline]
    pub(super) fn put(&mut self, index: u64) -> Result<(), Halt> {
        match self.stack.top() {
            Ok(top) => {
                self.memo.put(index, top.clone());
                Ok(())
            }
            Err(error) => Err(self.underflow(error)),
        }
    }

    /// PERSID and BINPERSID.
    pub(super) fn persistent(&mut self, id: Value) {
        let at = self.at();
        if self.tells() {
            self.visitor.persistent(at, &id);
        }
        self.touch(&id);
        let value = match self.charge(size_of::<Persistent>() + 16) {
            Some(charge) => Value::Persistent(Rc::new(Persistent {
                at,
                oldest: id.oldest(),
                id,
                _charge: charge,
            })),
            None => Value::Opaque(super::Shape::Object, super::Holds::PERSISTENT),
        };
        self.stack.push(value);
    }
}
