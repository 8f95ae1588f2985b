//! Names: what `find_class` is asked for, and extension codes.

use std::rc::Rc;

use super::halt::Halt;
use super::machine::{Extended, Machine};
use super::reader::{HOLD, Payload};
use super::value::{Global, Origin, Value, Why};
use super::{compat, opcode as op};
use crate::limits::{Defect, DefectKind};

/// How many names are kept to be shared.
const SHARED: usize = 4096;

impl Machine<'_, '_> {
    /// A line that holds a name: UTF-8 for GLOBAL, ASCII for INST; nothing when it is too long to be looked at.
    fn name_line(&mut self, opcode: u8) -> Result<Option<String>, Halt> {
        let line = self.reader.line()?;
        let Payload::Window(range) = line.content else {
            return Ok(None);
        };
        let content = self.reader.bytes(range);
        if opcode == op::INST && !content.is_ascii() {
            return Err(self.malformed("a name is not ASCII"));
        }
        match std::str::from_utf8(content) {
            Ok(name) => Ok(Some(name.to_owned())),
            Err(_) => Err(self.malformed("a name is not UTF-8")),
        }
    }

    /// The two lines of GLOBAL and INST, resolved.
    ///
    /// The C reader refuses an empty name. Python's own reader asks for it first, and takes the end of the stream for an
    /// empty line, so the name is told before the pickle ends.
    pub(super) fn named(&mut self, opcode: u8) -> Result<Value, Halt> {
        let origin = if opcode == op::INST {
            Origin::Inst
        } else {
            Origin::Global
        };
        let (mut names, mut end) = ([None, None], None);
        for name in &mut names {
            *name = match self.name_line(opcode) {
                Ok(read) => read,
                Err(halt) if halt.0.kind == DefectKind::Truncated => {
                    end.get_or_insert(halt);
                    Some(String::new())
                }
                Err(halt) => return Err(halt),
            };
        }
        let [Some(module), Some(name)] = names else {
            let message = format!("a name has more than {HOLD} bytes and was not read");
            self.defects
                .push(Defect::new(DefectKind::Budget, self.at(), message));
            let unknown = Value::Unknown(Why::NotKept);
            return Ok(self.hidden(&unknown, &unknown));
        };
        let value = self.find_class(&module, &name, origin);
        if let Some(halt) = end {
            return Err(halt);
        }
        if module.is_empty() || name.is_empty() {
            return Err(self.malformed("a name is empty"));
        }
        Ok(value)
    }

    pub(super) fn global(&mut self) -> Result<(), Halt> {
        let value = self.named(op::GLOBAL)?;
        self.stack.push(value);
        Ok(())
    }

    pub(super) fn stack_global(&mut self) -> Result<(), Halt> {
        let name = self.pop()?;
        let module = self.pop()?;
        for part in [&module, &name] {
            if part.never_text() {
                return Err(self.malformed("STACK_GLOBAL takes two strings"));
            }
        }
        let value = self.find_computed(&module, &name, Origin::StackGlobal);
        self.stack.push(value);
        Ok(())
    }

    /// Resolves a name that is given as two values.
    pub(super) fn find_computed(&mut self, module: &Value, name: &Value, origin: Origin) -> Value {
        let (Some(modules), Some(names)) = (self.readings(module), self.readings(name)) else {
            return self.hidden(module, name);
        };
        let mut found = Value::Unknown(Why::Name);
        for module in &modules {
            for name in &names {
                found = self.find_class(module, name, origin);
            }
        }
        found
    }

    /// Tells of a name that is not known.
    fn hidden(&mut self, module: &Value, name: &Value) -> Value {
        if self.tells() {
            self.visitor.hidden_global(self.at(), module, name);
        }
        Value::Unknown(Why::Name)
    }

    /// What a string may be under the loaders' encodings; the last one is the most common.
    fn readings(&mut self, value: &Value) -> Option<Vec<String>> {
        match value {
            Value::Text(text) => {
                let mut readings: Vec<String> = text.latin1().into_iter().collect();
                readings.push(text.to_str().into_owned());
                Some(readings)
            }
            Value::TextAt { len, offset } => {
                let content = self.read_again(*offset, *len);
                if content.is_none() {
                    let message = "a string is used as a name but was too long to be kept";
                    self.defects
                        .push(Defect::new(DefectKind::Budget, self.at(), message));
                }
                content.map(|content| vec![String::from_utf8_lossy(&content).into_owned()])
            }
            _ => None,
        }
    }

    /// Content that was not kept, where the source allows to read it again.
    fn read_again(&self, offset: u64, len: u32) -> Option<Vec<u8>> {
        if u64::from(len) > HOLD || self.source.size().is_none() || !self.source.rereads() {
            return None;
        }
        let mut content = vec![0; usize::try_from(len).ok()?];
        let mut filled = 0;
        while let Some(rest) = content.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.source.read_at(offset + filled as u64, rest) {
                Ok(0) | Err(_) => return None,
                Ok(count) => filled += count,
            }
        }
        Some(content)
    }

    /// What the loader does with a name: maps it below protocol 3, then imports it.
    pub(super) fn find_class(&mut self, module: &str, name: &str, origin: Origin) -> Value {
        let mapped = (self.protocol < 3)
            .then(|| compat::mapped(module, name))
            .flatten();
        let raw = mapped.map(|_| (Rc::from(module), Rc::from(name)));
        let (module, name) = match mapped {
            Some((module, Some(name))) => (module, name),
            Some((module, None)) => (module, name),
            None => (module, name),
        };
        self.known(module, name, origin, raw, false)
    }

    /// Makes, shares and tells a name.
    pub(super) fn known(
        &mut self,
        module: &str,
        name: &str,
        origin: Origin,
        raw: Option<(Rc<str>, Rc<str>)>,
        through_getattr: bool,
    ) -> Value {
        let raw_key = raw
            .as_ref()
            .map(|(module, name)| format!("{module}\n{name}"));
        let key = format!(
            "{module}\n{name}\n{}{origin:?}{through_getattr}{}",
            self.protocol,
            raw_key.as_deref().unwrap_or_default()
        );
        if let Some(Value::Global(global)) = self.names.get(&key) {
            let global = Rc::clone(global);
            if self.tells() {
                self.visitor.global(self.at(), &global);
            }
            return Value::Global(global);
        }
        let global = Global {
            module: Rc::from(module),
            qualname: Rc::from(name),
            raw,
            at: self.at(),
            protocol: self.protocol,
            origin,
            through_getattr,
        };
        if self.tells() {
            self.visitor.global(self.at(), &global);
        }
        let cost = size_of::<Global>() + 4 * (module.len() + name.len()) + 256;
        let Some(charge) = self.charge(cost) else {
            return Value::Unknown(Why::Name);
        };
        let value = Value::Global(Rc::new(global));
        if self.names.len() < SHARED {
            self.names.insert(key, value.clone());
        }
        // A name lives as long as the interpretation: its share is not given back.
        charge.keep();
        value
    }

    /// EXT1, EXT2 and EXT4.
    pub(super) fn extension(&mut self, code: i64) -> Result<(), Halt> {
        if code <= 0 {
            return Err(self.malformed("an extension code is not positive"));
        }
        let entry = self.extensions.get(&code).cloned();
        if self.tells() {
            self.visitor.extension(self.at(), code, entry.is_some());
        }
        let value = match entry {
            Some(Extended::Name(module, name)) => {
                self.find_class(&module, &name, Origin::Extension)
            }
            Some(Extended::Value(value)) => value,
            None => Value::Unknown(Why::Extension),
        };
        self.stack.push(value);
        Ok(())
    }

    /// `copyreg.add_extension(module, name, code)`.
    pub(super) fn add_extension(&mut self, module: &Value, name: &Value, code: i64) {
        let (Some(module), Some(name)) = (module.text(), name.text()) else {
            return;
        };
        if self.extensions.len() < SHARED {
            let entry = Extended::Name(Rc::from(&*module), Rc::from(&*name));
            self.extensions.insert(code, entry);
        }
    }
}

impl Value {
    /// Whether this cannot be a `str`.
    fn never_text(&self) -> bool {
        !matches!(
            self,
            Self::Text(_)
                | Self::TextAt { .. }
                | Self::Call(_)
                | Self::Persistent(_)
                | Self::Unknown(_)
                | Self::Opaque(super::Shape::Object | super::Shape::Text, _)
        )
    }
}
