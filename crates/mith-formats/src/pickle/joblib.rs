//! joblib: raw array bytes behind the BUILD of an array wrapper.

use super::halt::Halt;
use super::machine::Machine;
use super::value::{Call, Holds, Value};
use super::{DataSpan, Loader, Options};
use crate::limits::{Defect, DefectKind};

/// What follows a wrapper.
enum Follows {
    /// Raw elements.
    Raw(u64),
    /// A pickle of the objects.
    Objects,
}

/// The attributes of a wrapper that joblib writes.
const FIELDS: [&str; 6] = [
    "subclass",
    "shape",
    "order",
    "dtype",
    "allow_mmap",
    "numpy_array_alignment_bytes",
];

impl Machine<'_, '_> {
    /// Reads over what follows the `BUILD` of `target`, when that is an array wrapper.
    pub(super) fn array_behind(&mut self, target: &Value, state: &Value) -> Result<(), Halt> {
        let Value::Call(call) = target else {
            return Ok(());
        };
        let wrapper = call.global().is_some_and(|global| {
            global.module.ends_with("joblib.numpy_pickle")
                && &*global.qualname == "NumpyArrayWrapper"
        });
        if !wrapper {
            return Ok(());
        }
        let Value::Dict(fields) = state else {
            return Err(self.unknown_array("its state is not a dict"));
        };
        let keys = fields.items();
        let known = |key: &Value| key.text().is_some_and(|key| FIELDS.contains(&&*key));
        if keys.len() as u64 != fields.len() || !keys.iter().all(|(key, _)| known(key)) {
            // Any other attribute may shadow a method of the wrapper, `read` above all.
            return Err(
                self.unknown_array("its wrapper has an attribute that joblib does not write")
            );
        }
        let dtype = fields.get("dtype");
        let shape = fields.get("shape");
        let aligned = !matches!(
            fields.get("numpy_array_alignment_bytes"),
            None | Some(Value::None)
        );
        let (Some(Value::Call(dtype)), Some(shape)) = (dtype, shape) else {
            return Err(self.unknown_array("it has no shape or no dtype"));
        };
        match self.follows(&dtype, &shape)? {
            Follows::Objects => self.nested_pickle(),
            Follows::Raw(bytes) => self.raw_array(bytes, aligned),
        }
    }

    fn unknown_array(&self, why: &str) -> Halt {
        let message = format!("the length of an array is not known: {why}");
        Halt::new(DefectKind::Unsupported, self.at(), message)
    }

    fn follows(&self, dtype: &Call, shape: &Value) -> Result<Follows, Halt> {
        let element = match element(dtype) {
            Ok(element) => element,
            Err(Refusal::NotOne) => return Err(self.unknown_array("its dtype is not one")),
            Err(Refusal::Contradiction) => {
                let message = "a dtype holds objects by its name and none by its flags, or the other way round";
                return Err(Halt::new(DefectKind::Disagreement, self.at(), message));
            }
        };
        let Element::Bytes(size) = element else {
            return Ok(Follows::Objects);
        };
        let Value::Tuple(shape) = shape else {
            return Err(self.unknown_array("its shape is not a tuple"));
        };
        let lengths: Option<Vec<i64>> = shape.items().iter().map(Value::int).collect();
        let lengths = lengths.filter(|lengths| lengths.len() as u64 == shape.len());
        let Some(lengths) = lengths else {
            return Err(self.unknown_array("its shape holds something else than integers"));
        };
        // numpy multiplies 64-bit integers that wrap around.
        let count = lengths
            .iter()
            .fold(1i64, |product, length| product.wrapping_mul(*length));
        let Ok(count) = u64::try_from(count) else {
            return Err(self.malformed("an array has a negative length"));
        };
        match count.checked_mul(size) {
            Some(bytes) => Ok(Follows::Raw(bytes)),
            None => Err(Halt::truncated(
                self.at(),
                "an array claims more bytes than the stream has left",
            )),
        }
    }

    fn raw_array(&mut self, bytes: u64, aligned: bool) -> Result<(), Halt> {
        if aligned {
            let padding = self.reader.raw_byte()?;
            self.reader.raw(u64::from(padding))?;
        }
        let start = self.reader.raw(bytes)?;
        self.arrays.push(DataSpan {
            start,
            end: start + bytes,
        });
        Ok(())
    }

    /// An array of objects is a pickle of its own, read by `pickle.load` from the same file.
    fn nested_pickle(&mut self) -> Result<(), Halt> {
        if self.depth >= self.limits.depth {
            let message = "pickles are nested deeper than the budget allows";
            return Err(Halt::new(DefectKind::Budget, self.at(), message));
        }
        // Where the bytes begin is below the frames.
        let start = self.reader.raw(0)?;
        let resume = self.reader.position();
        if start != resume {
            let message = "a pickle of objects begins behind a frame that is not at its end";
            return Err(Halt::new(DefectKind::Disagreement, self.at(), message));
        }
        let (opcode, quiet_before) = (self.reader.opcode, self.quiet_before);
        let options = Options {
            loader: Loader::Plain,
            ..self.options.clone()
        };
        let mut nested = Machine::new(
            self.reader,
            self.source,
            &options,
            self.limits,
            self.visitor,
            self.extensions,
        );
        nested.depth = self.depth + 1;
        nested.quiet_before = quiet_before;
        nested.opcodes = self.opcodes;
        let result = nested.run();
        let (opcodes, defects) = (nested.opcodes, std::mem::take(&mut nested.defects));
        drop(nested);
        self.opcodes = opcodes;
        self.defects.extend(defects);
        let behind = self.reader.position();
        let next = self.reader.frames.after_stop(self.reader.opcode, behind);
        if result.is_ok() && next != behind {
            let message = "a frame reaches behind the pickle of objects that it belongs to";
            self.defects
                .push(Defect::new(DefectKind::Disagreement, behind, message));
        }
        self.reader.opcode = opcode;
        result.map(drop)
    }
}

/// The element of an array.
enum Element {
    /// So many bytes.
    Bytes(u64),
    /// A Python object.
    Object,
}

/// Why a dtype is not read.
enum Refusal {
    /// Not a dtype as numpy writes it.
    NotOne,
    /// What it says of objects is not true.
    Contradiction,
}

/// The flag of a dtype whose elements are, or hold, Python objects; numpy's `hasobject` asks for nothing else.
const HAS_OBJECT: i64 = 1;

/// The element that a call of `numpy.dtype`, with the state it was built with, describes.
fn element(dtype: &Call) -> Result<Element, Refusal> {
    let named = dtype.global().is_some_and(|global| {
        &*global.qualname == "dtype"
            || global.module.starts_with("numpy.dtypes")
            || global.qualname.ends_with("DType")
    });
    let name = dtype.arguments().first().and_then(Value::text);
    let Some((kind, size)) = name.filter(|_| named).and_then(|name| parse(&name)) else {
        return Err(Refusal::NotOne);
    };
    let Some(state) = dtype.state() else {
        return Ok(if kind == 'O' {
            Element::Object
        } else {
            Element::Bytes(size)
        });
    };
    // (version, byte order, subarray, names, fields, bytes, alignment, flags[, metadata]), versions 3 and 4.
    let Value::Tuple(state) = state else {
        return Err(Refusal::NotOne);
    };
    let fields = state.items();
    if fields.len() as u64 != state.len() || !matches!(fields.len(), 8 | 9) {
        return Err(Refusal::NotOne);
    }
    let Some(flags) = fields.get(7).and_then(Value::int) else {
        return Err(Refusal::NotOne);
    };
    let objects = kind == 'O' || holds_objects(fields, 0);
    if objects != (flags & HAS_OBJECT != 0) {
        return Err(Refusal::Contradiction);
    }
    if objects {
        return Ok(Element::Object);
    }
    if !matches!(kind, 'S' | 'U' | 'V') {
        return Ok(Element::Bytes(size));
    }
    let stated = fields.get(5).and_then(Value::int);
    let stated = stated.and_then(|size| u64::try_from(size).ok());
    stated.map(Element::Bytes).ok_or(Refusal::NotOne)
}

/// Whether a field of a structure is an object.
fn holds_objects(fields: &[Value], depth: u32) -> bool {
    let Some(Value::Dict(fields)) = fields.get(4) else {
        return false;
    };
    if depth > 4 || fields.holds().has(Holds::UNKNOWN) {
        return true;
    }
    fields.items().iter().any(|(_, field)| {
        let Value::Tuple(field) = field else {
            return false;
        };
        let Some(Value::Call(dtype)) = field.items().first() else {
            return false;
        };
        let object = dtype
            .arguments()
            .first()
            .and_then(Value::text)
            .is_some_and(|name| parse(&name).is_none_or(|(kind, _)| kind == 'O'));
        let inner = match dtype.state() {
            Some(Value::Tuple(state)) => holds_objects(state.items(), depth + 1),
            _ => false,
        };
        object || inner
    })
}

/// Kind and bytes of one element of a dtype string.
fn parse(name: &str) -> Option<(char, u64)> {
    let plain = name.trim_start_matches(['<', '>', '=', '|']);
    let mut characters = plain.chars();
    let kind = characters.next()?;
    let digits = characters.as_str();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let size: u64 = digits.parse().ok()?;
        return match kind {
            'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'V' | 'M' | 'm' | 'a' => Some((kind, size)),
            'U' => Some((kind, size.checked_mul(4)?)),
            'O' => Some(('O', 8)),
            _ => None,
        };
    }
    let size = match plain {
        "?" | "b" | "B" | "bool" | "bool_" | "int8" | "uint8" | "byte" | "ubyte" => 1,
        "h" | "H" | "e" | "int16" | "uint16" | "float16" | "half" | "short" | "ushort" => 2,
        "i" | "I" | "f" | "int32" | "uint32" | "float32" | "single" | "intc" | "uintc" => 4,
        "l" | "L" | "q" | "Q" | "d" | "F" | "p" | "P" | "M" | "m" | "int64" | "uint64"
        | "float64" | "complex64" | "double" | "float" | "int" | "uint" | "intp" | "uintp"
        | "long" | "ulong" | "longlong" | "ulonglong" | "csingle" => 8,
        "g" | "D" | "complex128" | "complex" | "longdouble" | "float128" | "cdouble" => 16,
        "G" | "complex256" | "clongdouble" => 32,
        "O" | "object" | "object_" => return Some(('O', 8)),
        _ => return None,
    };
    Some((kind.to_ascii_lowercase(), size))
}
