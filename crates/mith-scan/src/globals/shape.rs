//! Argument shapes: for which arguments a listed call is harmless.

use mith_formats::pickle::{Call, CallKind, Global, Shape as Lost, Value};

use super::{Tier, rule_on};

/// One argument of a shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arg {
    /// The kinds that fit, as bits.
    pub(crate) kinds: u32,
    /// Whether it may be left off.
    pub(crate) optional: bool,
    /// Whether any number of them may stand here.
    pub(crate) repeated: bool,
}

/// The arguments of a harmless call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Whether it is `cls.__new__(cls, …)` instead of `cls(…)`.
    pub(crate) new: bool,
    /// The arguments.
    pub(crate) args: &'static [Arg],
}

const NONE: u32 = 1;
const BOOL: u32 = 2;
const INT: u32 = 4;
const FLOAT: u32 = 8;
const TEXT: u32 = 16;
const BYTES: u32 = 32;
const TUPLE: u32 = 64;
const LIST: u32 = 128;
const DICT: u32 = 256;
const SET: u32 = 512;
const CLASS: u32 = 1024;
const CALL: u32 = 2048;
const PERSISTENT: u32 = 4096;
/// The name of a codec that holds no code.
const CODEC: u32 = 1 << 13;
/// The name of one of numpy's universal functions, or of the module that has them.
const UFUNC: u32 = 1 << 14;
/// One of torch's rebuilding functions.
const REBUILD: u32 = 1 << 15;
/// Not known.
const UNKNOWN: u32 = 1 << 16;

/// A builtin type, whose constructor may run.
const BASE: u32 = 1 << 17;
/// One of numpy's classes of bit generators: it is called.
const BIT_CLASS: u32 = 1 << 18;
/// A name that is kept and perhaps called later: anything but a load of bytes.
const KEPT: u32 = 1 << 19;
/// An object made by one of numpy's classes of bit generators.
const BIT_GENERATOR: u32 = 1 << 20;
/// The function that makes numpy's bit generators: it is called.
const BIT_CONSTRUCTOR: u32 = 1 << 21;
/// A storage that plain pickle saved: its methods are called.
const STORAGE: u32 = 1 << 22;
/// A tensor that one of torch's rebuilding functions made: its methods are called.
const TENSOR: u32 = 1 << 23;
/// A type that makes an empty container or a zero: it is called with nothing.
const FACTORY: u32 = 1 << 24;
/// A number, text or bytes that a call of a plain type makes: no method of it is of the file's choice.
const MADE: u32 = 1 << 25;
/// One of the builtin containers.
const CONTAINER: u32 = 1 << 26;

impl Shape {
    /// Whether `call` has this shape.
    pub(crate) fn fits(&self, call: &Call) -> bool {
        let new = match call.kind {
            CallKind::Reduce | CallKind::Inst | CallKind::Obj | CallKind::Inner => false,
            CallKind::NewObj | CallKind::NewObjEx => true,
        };
        new == self.new
            && no_keywords(&call.kwargs)
            && self.fits_arguments(call.arguments(), call.arity())
    }

    /// Whether these are arguments of this shape; `arity` tells how many there are.
    pub(crate) fn fits_arguments(&self, arguments: &[Value], arity: Option<u64>) -> bool {
        let all_kept = arity == Some(arguments.len() as u64);
        let mut rest = arguments.iter().peekable();
        for arg in self.args {
            if arg.repeated {
                return rest.all(|value| fits(arg.kinds, value))
                    && (all_kept || arg.kinds & UNKNOWN != 0);
            }
            match rest.next_if(|value| fits(arg.kinds, value)) {
                Some(_) => {}
                None if arg.optional => {}
                None => return false,
            }
        }
        all_kept && rest.next().is_none()
    }
}

fn no_keywords(kwargs: &Value) -> bool {
    match kwargs {
        Value::None => true,
        Value::Dict(dict) => dict.is_empty(),
        _ => false,
    }
}

fn fits(kinds: u32, value: &Value) -> bool {
    kinds & kind_of(value) != 0
        || (kinds & CODEC != 0 && value.text().is_some_and(|name| is_inert_codec(&name)))
        || (kinds & UFUNC != 0 && value.text().is_some_and(|name| is_ufunc(&name)))
        || (kinds & REBUILD != 0 && is_rebuild(value))
        || match value {
            Value::Global(global) => fits_name(kinds, global),
            Value::Call(call) => fits_made(kinds, call),
            _ => false,
        }
}

/// The kinds of names that depend on what the name is.
fn fits_name(kinds: u32, global: &Global) -> bool {
    let tier = rule_on(&global.module, &global.qualname).tier;
    let listed = matches!(tier, Tier::Inert | Tier::Framework);
    (kinds & BASE != 0 && listed && matches!(&*global.module, "builtins" | "__builtin__"))
        || (kinds & BIT_CLASS != 0 && listed && is_bit_class(global))
        || (kinds & BIT_CONSTRUCTOR != 0 && is_bit_constructor(global))
        || (kinds & FACTORY != 0 && (is_factory(global) || tier == Tier::Unknown))
        || (kinds & CONTAINER != 0 && is_container(global))
        || (kinds & KEPT != 0 && (listed || tier == Tier::Unknown))
}

/// The kinds of objects that depend on what made them.
fn fits_made(kinds: u32, call: &Call) -> bool {
    let Some(global) = call.global() else {
        return false;
    };
    (kinds & BIT_GENERATOR != 0 && (is_bit_class(global) || is_bit_constructor(global)))
        || (kinds & STORAGE != 0 && is_loader_of_storages(global))
        || (kinds & TENSOR != 0 && is_rebuilding(global))
        || (kinds & MADE != 0 && is_plain_type(global))
        || (kinds & FACTORY != 0 && is_partial_factory(global, call))
}

fn is_builtin(global: &Global, names: &[&str]) -> bool {
    matches!(&*global.module, "builtins" | "__builtin__") && names.contains(&&*global.qualname)
}

fn is_container(global: &Global) -> bool {
    is_builtin(global, &["list", "dict", "set", "frozenset", "tuple"])
}

fn is_factory(global: &Global) -> bool {
    let number = is_builtin(
        global,
        &[
            "int",
            "long",
            "float",
            "complex",
            "bool",
            "str",
            "unicode",
            "bytes",
            "bytearray",
        ],
    );
    let collection = matches!(&*global.module, "collections" | "_collections")
        && matches!(
            &*global.qualname,
            "OrderedDict" | "Counter" | "deque" | "defaultdict"
        );
    number || collection || is_container(global)
}

/// `functools.partial(defaultdict, int)` and its like.
fn is_partial_factory(global: &Global, call: &Call) -> bool {
    matches!(&*global.module, "functools" | "_functools")
        && &*global.qualname == "partial"
        && !call.arguments().is_empty()
        && call.arguments().iter().all(|argument| match argument {
            Value::Global(inner) => is_factory(inner),
            other => other.holds().only_plain(),
        })
}

fn is_bit_class(global: &Global) -> bool {
    global.module.starts_with("numpy.random")
        && matches!(
            &*global.qualname,
            "MT19937" | "PCG64" | "PCG64DXSM" | "Philox" | "SFC64"
        )
}

fn is_bit_constructor(global: &Global) -> bool {
    matches!(&*global.module, "numpy.random._pickle" | "numpy.random")
        && &*global.qualname == "__bit_generator_ctor"
}

fn is_loader_of_storages(global: &Global) -> bool {
    matches!(&*global.module, "torch.storage" | "torch._utils")
        && &*global.qualname == "_load_from_bytes"
}

/// Types whose objects have no attributes that a state could give them.
fn is_plain_type(global: &Global) -> bool {
    match &*global.module {
        "_codecs" | "codecs" => &*global.qualname == "encode",
        "builtins" | "__builtin__" => {
            is_factory(global) || matches!(&*global.qualname, "slice" | "range" | "xrange")
        }
        "numpy.core.multiarray" | "numpy._core.multiarray" => &*global.qualname == "scalar",
        _ => false,
    }
}

fn kind_of(value: &Value) -> u32 {
    match value {
        Value::None => NONE,
        Value::Bool(_) => BOOL,
        Value::Int(_) | Value::Long(_) => INT,
        Value::Float(_) => FLOAT,
        Value::Text(_) | Value::TextAt { .. } | Value::Opaque(Lost::Text, _) => TEXT,
        Value::Bytes(_) | Value::BytesAt { .. } | Value::Buffer | Value::Opaque(Lost::Bytes, _) => {
            BYTES
        }
        Value::Tuple(_) | Value::Opaque(Lost::Tuple, _) => TUPLE,
        Value::List(_) | Value::Opaque(Lost::List, _) => LIST,
        Value::Dict(_) | Value::Opaque(Lost::Dict, _) => DICT,
        Value::Set(_) | Value::Opaque(Lost::Set, _) => SET,
        Value::Global(_) => CLASS,
        Value::Call(_) | Value::Opaque(Lost::Object, _) => CALL,
        Value::Persistent(_) => PERSISTENT,
        Value::Unknown(_) => UNKNOWN,
    }
}

/// Codecs that map bytes to characters and nothing else; `rot13`, `zlib` and their like are not among them.
fn is_inert_codec(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', ' '], "_");
    matches!(
        name.as_str(),
        "latin1"
            | "latin_1"
            | "iso_8859_1"
            | "iso8859_1"
            | "utf8"
            | "utf_8"
            | "ascii"
            | "us_ascii"
            | "utf_16"
            | "utf_16_le"
            | "utf_16_be"
            | "utf_32"
            | "bytes"
    )
}

/// The universal functions of numpy and the modules that have nothing but them.
const UFUNCS: &str = "absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt ceil clip conjugate copysign \
    cos cosh deg2rad degrees divide equal exp exp2 expm1 fabs float_power floor floor_divide fmax fmin \
    fmod greater greater_equal hypot invert isfinite isinf isnan less less_equal log log10 log1p log2 \
    logaddexp logaddexp2 logical_and logical_not logical_or logical_xor maximum minimum mod multiply \
    negative not_equal numpy numpy._core._multiarray_umath numpy._core.umath \
    numpy.core._multiarray_umath numpy.core.umath positive power rad2deg radians reciprocal remainder \
    rint sign signbit sin sinh sqrt square subtract tan tanh true_divide trunc";

fn is_ufunc(name: &str) -> bool {
    !name.is_empty() && UFUNCS.split(' ').any(|known| known == name)
}

fn is_rebuild(value: &Value) -> bool {
    matches!(value, Value::Global(global) if is_rebuilding(global))
}

fn is_rebuilding(global: &Global) -> bool {
    global.qualname.starts_with("_rebuild_")
        && matches!(&*global.module, "torch._utils" | "torch._tensor")
        && rule_on(&global.module, &global.qualname).tier == Tier::Inert
}
