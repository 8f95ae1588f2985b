//! The JSON of the header, against the format's rules.

use std::{collections::HashSet, mem};

use super::{Dtype, SafeTensors, Tensor};
use crate::{
    Defect, DefectKind, Input, Limits,
    defects::{Defects, shown},
    json::{Event, Parser},
};

/// More dimensions than any framework has.
const MOST_DIMENSIONS: usize = 64;

/// What a tensor or a metadata entry costs in memory beside its text.
const ENTRY_COST: usize = 160;

const METADATA: &str = "__metadata__";

/// Reads the header into `file`; stops at what is no JSON.
pub(super) fn read(
    input: &dyn Input,
    file: &mut SafeTensors,
    limits: &Limits,
    defects: &mut Defects,
) {
    let mut reader = Reader {
        parser: Parser::within(input, file.header.start, file.header.end, limits),
        left: limits.held_bytes,
        buffer: file.buffer.end - file.buffer.start,
        base: file.buffer.start,
        defects,
    };
    if let Err(defect) = reader.document(file) {
        defects.push(defect.kind, defect.offset, || defect.message);
        return;
    }
    check_padding(input, file.header.end, defects);
    check_duplicates(file, defects);
}

/// The format pads with spaces alone, which JSON would not tell from other white space.
fn check_padding(input: &dyn Input, end: u64, defects: &mut Defects) {
    let mut at = end;
    while at > 8 {
        let mut byte = [0];
        match input.read_at(at - 1, &mut byte) {
            Ok(1) if byte == *b" " => at -= 1,
            Ok(1) if byte == *b"}" => return,
            Ok(_) => {
                defects.push(DefectKind::Malformed, at - 1, || {
                    "the header is padded with something else than spaces".to_owned()
                });
                return;
            }
            Err(error) => return defects.io(at - 1, &error),
        }
    }
}

fn check_duplicates(file: &SafeTensors, defects: &mut Defects) {
    let mut names = HashSet::with_capacity(file.tensors.len());
    for tensor in &file.tensors {
        if !names.insert(tensor.name.as_str()) {
            duplicate(&tensor.name, file.header.start, defects);
        }
    }
    let mut keys = HashSet::with_capacity(file.metadata.len());
    for (key, _) in &file.metadata {
        if !keys.insert(key.as_str()) {
            duplicate(key, file.header.start, defects);
        }
    }
}

fn duplicate(key: &str, at: u64, defects: &mut Defects) {
    defects.push(DefectKind::Disagreement, at, || {
        format!(
            "the key `{}` appears twice; readers differ in which one they take",
            shown(key.as_bytes())
        )
    });
}

struct Reader<'input, 'run> {
    parser: Parser<'input>,
    /// Bytes that may still be held.
    left: usize,
    /// Length of the tensor data.
    buffer: u64,
    /// Where the tensor data begins.
    base: u64,
    defects: &'run mut Defects,
}

/// An element type that is not known here.
#[derive(Clone, Copy)]
struct Unknown;

/// The fields of one tensor as they come.
#[derive(Default)]
struct Fields {
    dtype: Option<Result<Dtype, Unknown>>,
    shape: Option<Vec<u64>>,
    offsets: Option<Vec<u64>>,
}

impl Reader<'_, '_> {
    fn document(&mut self, file: &mut SafeTensors) -> Result<(), Defect> {
        self.expect_object("the header")?;
        let mut metadata_seen = false;
        while let Some((name, at)) = self.key()? {
            if name == METADATA {
                if mem::replace(&mut metadata_seen, true) {
                    duplicate(METADATA, at, self.defects);
                }
                self.metadata(file)?;
            } else {
                self.tensor(name, at, file)?;
            }
        }
        match self.parser.next_event()? {
            None => Ok(()),
            Some(_) => Err(self.wrong("the end of the header")),
        }
    }

    fn wrong(&self, wanted: &str) -> Defect {
        Defect::new(
            DefectKind::Malformed,
            self.parser.offset(),
            format!("expected {wanted}"),
        )
    }

    fn expect_object(&mut self, what: &str) -> Result<(), Defect> {
        match self.parser.next_event()? {
            Some(Event::ObjectStart) => Ok(()),
            _ => Err(self.wrong(&format!("{what} to be an object"))),
        }
    }

    fn pay(&mut self, bytes: usize) -> Result<(), Defect> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Defect::new(
                DefectKind::Budget,
                self.parser.offset(),
                "the header holds more tensors than the memory budget",
            )),
        }
    }

    /// The next key of the object, with its place; `None` at its end.
    fn key(&mut self) -> Result<Option<(String, u64)>, Defect> {
        let found = match self.parser.next_event()? {
            Some(Event::Key(text)) => Some((text.value.to_owned(), text.offset, text.complete)),
            _ => None,
        };
        match found {
            Some((name, at, complete)) => {
                self.pay(if complete {
                    name.len() + ENTRY_COST
                } else {
                    usize::MAX
                })?;
                Ok(Some((name, at)))
            }
            None => Ok(None),
        }
    }

    fn string(&mut self, what: &str) -> Result<String, Defect> {
        let found = match self.parser.next_event()? {
            Some(Event::String(text)) => Some((text.value.to_owned(), text.complete)),
            _ => None,
        };
        match found {
            Some((text, complete)) => {
                self.pay(if complete { text.len() } else { usize::MAX })?;
                Ok(text)
            }
            None => Err(self.wrong(&format!("{what} to be a string"))),
        }
    }

    fn metadata(&mut self, file: &mut SafeTensors) -> Result<(), Defect> {
        self.expect_object("`__metadata__`")?;
        while let Some((key, _)) = self.key()? {
            let value = self.string("a value of `__metadata__`")?;
            file.metadata.push((key, value));
        }
        Ok(())
    }

    fn tensor(&mut self, name: String, at: u64, file: &mut SafeTensors) -> Result<(), Defect> {
        self.expect_object("a tensor")?;
        let mut fields = Fields::default();
        while let Some((field, field_at)) = self.key()? {
            let again = match field.as_str() {
                "dtype" => {
                    let spelled = self.string("`dtype`")?;
                    let dtype = Dtype::from_name(&spelled).ok_or(Unknown);
                    if dtype.is_err() {
                        self.defects.push(DefectKind::Unsupported, field_at, || {
                            format!(
                                "the element type `{}` is not known",
                                shown(spelled.as_bytes())
                            )
                        });
                    }
                    fields.dtype.replace(dtype).is_some()
                }
                "shape" => {
                    let shape = self.numbers(MOST_DIMENSIONS)?;
                    fields.shape.replace(shape).is_some()
                }
                "data_offsets" => {
                    let offsets = self.numbers(2)?;
                    fields.offsets.replace(offsets).is_some()
                }
                _ => {
                    let message = format!(
                        "a tensor has the unknown field `{}`",
                        shown(field.as_bytes())
                    );
                    return Err(Defect::new(DefectKind::Malformed, field_at, message));
                }
            };
            if again {
                duplicate(&field, field_at, self.defects);
            }
        }
        if let Some(tensor) = self.finish(name, at, fields) {
            file.tensors.push(tensor);
        }
        Ok(())
    }

    /// A list of numbers that are not negative.
    fn numbers(&mut self, most: usize) -> Result<Vec<u64>, Defect> {
        let mut numbers = Vec::new();
        if self.parser.next_event()? != Some(Event::ArrayStart) {
            return Err(self.wrong("a list of numbers"));
        }
        loop {
            let number = match self.parser.next_event()? {
                Some(Event::ArrayEnd) => return Ok(numbers),
                Some(Event::Number(text)) => text.parse::<u64>().ok(),
                _ => None,
            };
            match number {
                Some(number) if numbers.len() < most => numbers.push(number),
                Some(_) => return Err(self.wrong(&format!("at most {most} numbers"))),
                None => return Err(self.wrong("a whole number that fits 64 bits")),
            }
            self.pay(8)?;
        }
    }

    /// Checks the fields against each other; a tensor that fails is left out and is a defect.
    fn finish(&mut self, name: String, at: u64, fields: Fields) -> Option<Tensor> {
        let mut refuse = |what: &str| {
            self.defects.push(DefectKind::Malformed, at, || {
                format!("tensor `{}` {what}", shown(name.as_bytes()))
            });
        };
        let (Some(dtype), Some(shape), Some(offsets)) =
            (fields.dtype, fields.shape, fields.offsets)
        else {
            refuse("lacks one of `dtype`, `shape`, `data_offsets`");
            return None;
        };
        let [start, end] = offsets.as_slice() else {
            refuse("needs two numbers in `data_offsets`");
            return None;
        };
        if start > end || *end > self.buffer {
            refuse("has offsets that are reversed or outside of the data");
            return None;
        }
        // An unknown element type is a defect already.
        let dtype = dtype.ok()?;
        let bits = shape
            .iter()
            .try_fold(1_u64, |product, size| product.checked_mul(*size))
            .and_then(|elements| elements.checked_mul(dtype.bits()));
        match bits {
            None => refuse("has a shape whose product overflows"),
            Some(bits) if bits % 8 != 0 => refuse("does not end at a whole byte"),
            Some(bits) if bits / 8 != end - start => {
                refuse("has offsets that do not fit its shape and element type");
            }
            Some(_) => {
                return Some(Tensor {
                    name,
                    dtype,
                    shape,
                    data: self.base.saturating_add(*start)..self.base.saturating_add(*end),
                });
            }
        }
        None
    }
}
